use orch_core::{Task, catalog::AgentDraft};
use serde_json::json;

use super::{House, owner, public, stranger};

/// An agent of some tasks, each a name and a description.
fn agent(name: &str, title: &str, tags: &[&str], tasks: &[(&str, &str)]) -> AgentDraft {
    let mut draft = public(name);
    draft.version.title = title.into();
    draft.version.tags = tags.iter().map(|&tag| tag.into()).collect();
    draft.version.tasks = tasks
        .iter()
        .map(|&(name, description)| Task::new(name, description))
        .collect();
    draft
}

async fn market() -> House {
    let house = House::default();
    let agents = [
        agent(
            "table",
            "Table reader",
            &["csv", "data"],
            &[("read_table", "Reads the rows of a table from a CSV file")],
        ),
        agent(
            "keywords",
            "Keyword finder",
            &["nlp", "text"],
            &[(
                "extract_keywords",
                "Finds the words that say what a text is about",
            )],
        ),
        agent(
            "sentiment",
            "Sentiment judge",
            &["nlp", "text", "opinion"],
            &[(
                "analyze_sentiment",
                "Tells whether a text is positive, neutral or negative",
            )],
        ),
        agent(
            "statistics",
            "Text statistics",
            &["text"],
            &[
                ("count_words", "Counts the words of a text"),
                (
                    "reading_time",
                    "Estimates how many minutes it takes to read a text",
                ),
            ],
        ),
        agent(
            "summary",
            "Summarizer",
            &["nlp", "text"],
            &[("summarize_text", "Shortens a text to its main sentences")],
        ),
    ];
    for agent in agents {
        house.register(agent).await;
    }
    house
}

async fn best(house: &House, text: &str) -> Vec<String> {
    let ranked = house.catalog.rank(&stranger(), text, 10).await.unwrap();
    ranked
        .iter()
        .map(|ranked| ranked.agent.latest.tasks[ranked.task].name.clone())
        .collect()
}

#[tokio::test]
async fn the_task_that_fits_comes_first() {
    let house = market().await;
    let goals = [
        ("Read the table examples/data/reviews.csv", "read_table"),
        ("What are the keywords of this review?", "extract_keywords"),
        (
            "Analyze the sentiment of my customers' reviews",
            "analyze_sentiment",
        ),
        ("How positive are these texts?", "analyze_sentiment"),
        ("count the words", "count_words"),
        ("How many minutes does reading it take?", "reading_time"),
        ("Summarize the text for me please", "summarize_text"),
        ("CSV", "read_table"),
        ("opinions", "analyze_sentiment"),
    ];
    for (goal, task) in goals {
        let ranked = best(&house, goal).await;
        assert_eq!(
            ranked.first().map(String::as_str),
            Some(task),
            "{goal}: {ranked:?}"
        );
    }
}

#[tokio::test]
async fn what_fits_nothing_ranks_nothing() {
    let house = market().await;
    for text in ["", "  ", "please do it for me", "zzz", "?!", "\0"] {
        assert!(best(&house, text).await.is_empty(), "{text:?}");
    }
    assert_eq!(house.catalog.rank(&stranger(), "text", 2).await.unwrap().len(), 2);
    assert_eq!(house.catalog.rank(&stranger(), "text", 0).await.unwrap(), []);
}

/// The name of a task counts more than what is said about it, and that more than the agent's tags.
#[tokio::test]
async fn fields_have_their_weight() {
    let house = House::default();
    house
        .register(agent("tagged", "Agent", &["rocket"], &[("one", "Does this")]))
        .await;
    house
        .register(agent("described", "Agent", &[], &[("two", "Flies a rocket")]))
        .await;
    house
        .register(agent("named", "Agent", &[], &[("rocket", "Does that")]))
        .await;
    assert_eq!(best(&house, "rockets").await, ["rocket", "two", "one"]);
}

#[tokio::test]
async fn examples_and_parameters_are_read() {
    let house = House::default();
    let mut draft = agent("one", "Agent", &[], &[("one", "Does this")]);
    draft.version.tasks[0].parameters = json!({ "type": "object", "properties": { "zip_code": {} } });
    draft.version.tasks[0].examples.push(orch_core::agent::Example {
        input: json!({ "city": "Lisbon" }),
        output: json!(null),
    });
    house.register(draft).await;
    assert_eq!(best(&house, "weather in Lisbon").await, ["one"]);
    assert_eq!(best(&house, "a zip code").await, ["one"]);
}

/// What is equal comes in the order of registration, and the same question has the same answer.
#[tokio::test]
async fn what_is_equal_has_an_order() {
    let house = House::default();
    for name in ["b", "a", "c"] {
        house
            .register(agent(
                name,
                "Agent",
                &[],
                &[("first_task", "Does"), ("second_task", "Does")],
            ))
            .await;
    }
    let ranked = house.catalog.rank(&owner(), "task", 10).await.unwrap();
    let order: Vec<(&str, usize)> = ranked
        .iter()
        .map(|ranked| (ranked.agent.slug.as_str(), ranked.task))
        .collect();
    assert_eq!(
        order,
        [("b", 0), ("b", 1), ("a", 0), ("a", 1), ("c", 0), ("c", 1)]
    );
}

#[tokio::test]
async fn a_revised_agent_is_found_by_its_new_words() {
    let house = House::default();
    let registered = house
        .register(agent("one", "Agent", &[], &[("fly", "Flies")]))
        .await;
    let revised = agent("one", "Agent", &[], &[("swim", "Swims")]).version;
    house
        .catalog
        .revise(&owner(), registered.id, revised)
        .await
        .unwrap();
    assert!(best(&house, "fly").await.is_empty());
    assert_eq!(best(&house, "swim").await, ["swim"]);
}
