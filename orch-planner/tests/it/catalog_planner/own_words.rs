//! Words that a task has from its tags and its examples alone.

use orch_core::{agent::Example, catalog::AgentDraft};
use orch_planner::{Goal, Planner};
use serde_json::json;

use super::{
    agents::{agent, object, task, text},
    caller, planner_over, shown,
};

/// An agent that looks entries up, told apart from others of its kind by its tags and what it was asked before.
fn lookup(name: &str, tags: &[&str], asked: &[&str]) -> AgentDraft {
    let parameters = object(&[("title", text("Title of the entry"))]);
    let returns = object(&[("entry", text("The entry"))]);
    let mut task = task(
        "lookup_entry",
        "Looks up an entry by its title.",
        parameters,
        returns,
    );
    task.examples = asked
        .iter()
        .map(|title| Example {
            input: json!({ "title": title }),
            output: json!({ "entry": "" }),
        })
        .collect();
    agent(name, "Looks up entries", tags, task)
}

async fn assert_asked(drafts: [AgentDraft; 3], goal: &str, asked: &str) {
    let planner = planner_over(drafts).await;
    let plan = planner.plan(&caller(), &Goal::new(goal).unwrap()).await;
    let plan = plan.unwrap_or_else(|error| panic!("{goal}: {error}"));
    assert_eq!(plan.steps.len(), 1, "{goal}: {:?}", shown(&plan));
    assert_eq!(plan.steps[0].agent, asked, "{goal}");
}

#[tokio::test]
async fn a_tag_is_a_word_for_what_the_task_does() {
    let drafts = || {
        [
            lookup("first", &["vinyl", "turntable"], &[]),
            lookup("second", &["wine", "cellar"], &[]),
            lookup("third", &["stamp", "philately"], &[]),
        ]
    };
    for (goal, asked) in [
        ("Look up the wine \"Riesling 2019\"", "second"),
        ("Look up the vinyl \"Kind of Blue\"", "first"),
        ("Look up the stamps \"Penny Black\"", "third"),
    ] {
        assert_asked(drafts(), goal, asked).await;
    }
}

#[tokio::test]
async fn an_example_is_in_words_that_ask_for_the_task() {
    let drafts = || {
        [
            lookup("first", &[], &["needle of a turntable", "loudspeaker cable"]),
            lookup("second", &[], &["cork of a barrel", "grape harvest"]),
            lookup("third", &[], &["perforation gauge", "watermark of paper"]),
        ]
    };
    for (goal, asked) in [
        ("Look up the grape \"Riesling\"", "second"),
        ("Look up the loudspeaker \"LS 50\"", "first"),
        ("Look up the watermark \"Crown CA\"", "third"),
    ] {
        assert_asked(drafts(), goal, asked).await;
    }
}
