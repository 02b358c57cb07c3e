//! How a host tests its own code: `Translations` is such code, and what follows are its unit tests.

use std::time::Duration;

use orch::{
    Caller, ErrorKind, Failure, OrchestrationError, Orchestrator, Plan, RunId, RunStatus,
    planner::StartOptions,
    testing::{self, Script, TestOrchestrator, amount},
};
use serde_json::json;

/// A service of the host, which has texts translated and proofread.
struct Translations {
    orchestrator: Orchestrator,
}

impl Translations {
    /// Orders a translation, which is done in the background.
    async fn order(&self, customer: &Caller, text: &str) -> Result<RunId, OrchestrationError> {
        let plan = Plan::from_value(json!({ "steps": [
            { "id": "draft", "agent": "translator", "task": "translate", "arguments": { "text": text } },
            { "id": "final", "agent": "editor", "task": "proofread", "arguments": { "text": { "$result": "/draft" } } },
        ] }))?;
        let options = StartOptions {
            timeout: Some(Duration::from_secs(60)),
            ..StartOptions::default()
        };
        Ok(self
            .orchestrator
            .orchestrations()
            .start_plan(customer, plan, options)
            .await?
            .run)
    }
}

/// Both agents are made up: the translator costs half an ALGO, the editor nothing.
async fn house() -> (TestOrchestrator, Translations) {
    let test = testing::orchestrator()
        .script("translator/translate", Script::answer(json!("Hallo Wlet")))
        .price("translator", "0.5 ALGO")
        .script("editor/proofread", Script::answer(json!("Hallo Welt")))
        .credits("acme", "2 ALGO")
        .build()
        .await;
    let translations = Translations {
        orchestrator: test.orchestrator.clone(),
    };
    (test, translations)
}

#[tokio::test]
async fn a_translation_is_drafted_proofread_and_paid() {
    let (test, translations) = house().await;
    let run = translations
        .order(&test.caller("acme"), "Hello world")
        .await
        .unwrap();
    let ended = test.settled("acme", run).await;
    assert_eq!(ended.status(), RunStatus::Completed);
    assert_eq!(ended.output(), Some(&json!({ "final": "Hallo Welt" })));
    let sent: Vec<_> = test
        .calls()
        .into_iter()
        .map(|call| (call.target, call.arguments))
        .collect();
    assert_eq!(
        sent[0],
        (
            "translator/translate".to_owned(),
            json!({ "text": "Hello world" })
        )
    );
    assert_eq!(
        sent[1],
        ("editor/proofread".to_owned(), json!({ "text": "Hallo Wlet" }))
    );
    assert_eq!(test.available("acme").await, amount("1.5 ALGO"));
}

#[tokio::test]
async fn a_translator_that_fails_costs_nothing() {
    let (test, translations) = house().await;
    test.script_once("translator/translate", Script::fail("no dictionary"));
    let run = translations
        .order(&test.caller("acme"), "Hello world")
        .await
        .unwrap();
    let failed = test.settled("acme", run).await;
    assert_eq!(
        failed.failure().unwrap().failure.reason,
        "agent translator failed: no dictionary"
    );
    assert_eq!(test.available("acme").await, amount("2 ALGO"));
    // The script was for one call; the next one goes well again.
    let run = translations
        .order(&test.caller("acme"), "Hello world")
        .await
        .unwrap();
    assert_eq!(test.settled("acme", run).await.status(), RunStatus::Completed);
}

#[tokio::test]
async fn a_customer_without_credits_is_refused() {
    let (test, translations) = house().await;
    let refusal = translations
        .order(&test.caller("pauper"), "Hello world")
        .await
        .unwrap_err();
    assert!(
        matches!(refusal.kind(), ErrorKind::InsufficientFunds { required, .. } if required == amount("0.5 ALGO"))
    );
    assert!(test.calls().is_empty());
}

#[tokio::test]
async fn a_translator_that_is_too_slow_is_stopped() {
    let (test, translations) = house().await;
    let hour = Duration::from_secs(3600);
    test.script(
        "translator/translate",
        Script::after(hour, Script::answer(json!("Hallo"))),
    );
    let run = translations
        .order(&test.caller("acme"), "Hello world")
        .await
        .unwrap();
    while test.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    // Nothing passes but what the test lets pass.
    test.clock.advance(Duration::from_secs(61));
    let ended = test.settled("acme", run).await;
    assert_eq!(ended.status(), RunStatus::Failed);
    assert_eq!(test.available("acme").await, amount("2 ALGO"));
}

#[tokio::test]
async fn the_next_process_carries_on() {
    let (test, translations) = house().await;
    test.script("translator/translate", Script::Hang);
    let run = translations
        .order(&test.caller("acme"), "Hello world")
        .await
        .unwrap();
    while test.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    let next = testing::orchestrator()
        .over(&test)
        .seed(7)
        .script("translator/translate", Script::answer(json!("Hallo Welt")))
        .price("translator", "0.5 ALGO")
        .script("editor/proofread", Script::answer(json!("Hallo Welt")))
        .build()
        .await;
    // It ends without a word to the agents, and leaves what is not done.
    test.shutdown().await;
    next.clock.advance(Duration::from_secs(1));
    assert_eq!(next.settled("acme", run).await.status(), RunStatus::Completed);
    assert_eq!(next.available("acme").await, amount("1.5 ALGO"));
}

#[tokio::test]
async fn ids_are_the_same_every_time() {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let (test, translations) = house().await;
        let run = translations
            .order(&test.caller("acme"), "Hello world")
            .await
            .unwrap();
        test.settled("acme", run).await;
        let calls: Vec<_> = test.calls().into_iter().map(|call| call.invocation).collect();
        seen.push((run, calls));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].1.len(), 2);
}
