//! What the model is asked, and what becomes of its plans.

use orch_planner::{PlanError, Planner, llm::LlmError, testing::Turn};
use serde_json::{Value, json};

use super::{Study, goal, one};
use crate::house::{caller, plan, seconds};

#[tokio::test]
async fn a_valid_plan_is_taken() {
    let answer = json!({"steps": [
        {"id": "a", "task": "echo/do", "arguments": {"text": "hi", "all": {"$context": true}}},
        {"id": "b", "task": "once/do", "arguments": {"text": {"$result": "/a/text"}}, "after": ["a"]},
    ]});
    let study = Study::new([Turn::say(answer.to_string())]).await;
    let planned = study
        .plan(&goal("Echo twice").with_context("so much").unwrap())
        .await
        .unwrap();
    let expected = plan(json!([
        {"id": "a", "agent": "echo", "task": "do", "arguments": {"text": "hi", "all": "so much"}},
        {"id": "b", "agent": "once", "task": "do", "arguments": {"text": {"$result": "/a/text"}}, "after": ["a"]},
    ]));
    assert_eq!(planned, expected);
}

#[tokio::test]
async fn only_tasks_of_the_catalog_can_be_named() {
    let study = Study::new([one("echo/do", &json!({}))]).await;
    study.plan(&goal("Echo")).await.unwrap();
    let asked = &study.model.asked()[0];
    let schema = &asked.schema.as_ref().unwrap().schema;
    let branches = schema["properties"]["steps"]["items"]["anyOf"]
        .as_array()
        .unwrap();
    let mut named: Vec<&str> = branches
        .iter()
        .map(|step| step["properties"]["task"]["enum"][0].as_str().unwrap())
        .collect();
    named.sort_unstable();
    let tasks = [
        "echo/do",
        "echo/guarded",
        "free/do",
        "free/guarded",
        "once/do",
        "once/guarded",
    ];
    assert_eq!(named, tasks);
}

#[tokio::test]
async fn faults_go_back_to_the_model() {
    let study = Study::new([
        one("rm/everything", &json!({})),
        Turn::say("I had rather talk about it."),
        one("echo/do", &json!({})),
    ])
    .await;
    assert!(study.plan(&goal("Echo")).await.is_ok());
    let asked = study.model.asked();
    let last = |index: usize| asked[index].messages.last().unwrap().text.clone();
    assert!(
        last(1).contains("steps[0].task is none of the given tasks"),
        "{}",
        last(1)
    );
    assert!(last(2).contains("the answer is no JSON object") && !last(2).contains("steps[0].task is none"));
}

#[tokio::test]
async fn a_model_that_does_not_learn_fails_by_its_last_fault() {
    let cyclic = json!({"steps": [{"id": "a", "task": "echo/do", "arguments": {}, "after": ["a"]}]});
    let study = Study::new([
        Turn::say("?"),
        Turn::say("??"),
        Turn::say(cyclic.to_string()),
        one("echo/do", &json!({})),
    ])
    .await;
    let refused = study.plan(&goal("Echo")).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "model scripted made no valid plan in 3 attempts: the plan is invalid: steps[0] waits for itself: a -> a"
    );
    assert_eq!(study.model.asked().len(), 3);
}

#[tokio::test]
async fn a_refusal_is_an_answer() {
    let refusal = |members: Value| Turn::say(json!({"steps": [], "refusal": members}).to_string());
    let study = Study::new([
        refusal(json!({"reason": "nothing_fits", "wish": "fly to the moon"})),
        refusal(json!({"reason": "missing_argument", "task": "echo/do", "argument": "nothing of it"})),
        refusal(json!({"reason": "nothing_fits"})),
    ])
    .await;
    let refused = study.plan(&goal("Echo and fly to the moon")).await.unwrap_err();
    assert!(
        matches!(&refused, PlanError::NothingFits { wish } if wish == "fly to the moon"),
        "{refused}"
    );
    let refused = study.plan(&goal("Echo it")).await.unwrap_err();
    assert!(
        matches!(&refused, PlanError::NothingFits { wish } if wish == "Echo it"),
        "{refused}"
    );
    assert!(
        study.model.asked()[2].messages[0]
            .text
            .contains("refusal.argument is none")
    );
}

#[tokio::test]
async fn a_model_that_is_away_is_named() {
    let study = Study::new([Turn::Fail(LlmError::Overloaded {
        retry_after: Some(seconds(2)),
    })])
    .await;
    let failed = study.plan(&goal("Echo")).await.unwrap_err();
    assert_eq!(failed.to_string(), "model scripted cannot plan: it is overloaded");
}

#[tokio::test]
async fn a_model_that_hangs_is_given_up() {
    let study = Study::new([Turn::Hang]).await;
    let (clock, goal) = (study.house.clock.clone(), goal("Echo"));
    let caller = caller();
    let planning = study.planner.plan(&caller, &goal);
    let later = async {
        crate::house::settle().await;
        clock.advance(seconds(60));
    };
    let (planned, ()) = futures_util::future::join(planning, later).await;
    let failed = planned.unwrap_err().to_string();
    assert_eq!(failed, "model scripted cannot plan: it did not answer within 60s");
    study.house.assert_paid(0).await;
}
