//! The answer of a run, written by the model.

use std::sync::Arc;

use orch_planner::{
    LlmOptions, Orchestration, RunStatus, StartOptions, SynthesisOptions, llm::LlmError, testing::Turn,
};
use serde_json::json;

use super::{SAID, Study, budget, goal, one};
use crate::house::{CREDITS, PRICE, caller, drive, echo, plan, seconds, settle};

async fn study(script: impl IntoIterator<Item = Turn>) -> Study {
    let plan = one("echo/do", &json!({"text": "three words here"}));
    Study::with([plan].into_iter().chain(script), LlmOptions::default()).await
}

async fn run(study: &Study) -> Orchestration {
    let service = study.service(Arc::new(study.planner.clone()));
    study.run(&service, goal("Count the words")).await
}

#[tokio::test]
async fn the_model_writes_the_answer_and_is_paid() {
    let study = study([Turn::say(" There are three. ")]).await;
    let run = run(&study).await;
    assert_eq!(run.status(), RunStatus::Completed);
    assert_eq!(run.output(), Some(&json!("There are three.")));
    assert_eq!(run.costs()[0].minor(), PRICE + 2 * SAID);
    let balance = study.house.balance().await;
    assert_eq!(
        (balance.available.minor(), balance.held.minor()),
        (CREDITS - PRICE - 2 * SAID, 0)
    );
    let asked = study.model.asked();
    assert!(
        asked[1].messages[0].text.contains("three words here"),
        "it is shown the results"
    );
}

#[tokio::test]
async fn without_the_model_the_results_stand() {
    let study = study([Turn::Fail(LlmError::RateLimited { retry_after: None })]).await;
    let run = run(&study).await;
    assert_eq!(run.status(), RunStatus::Completed);
    assert_eq!(run.output(), Some(&json!({"a": {"text": "three words here"}})));
    let reason = &run.synthesis().unwrap().unwrap_err().reason;
    assert_eq!(
        reason,
        "model scripted cannot be asked: its rate limit is reached"
    );
    let balance = study.house.balance().await;
    assert_eq!(
        (balance.available.minor(), balance.held.minor()),
        (CREDITS - PRICE - SAID, 0)
    );
}

#[tokio::test]
async fn an_answer_that_says_nothing_is_none() {
    let study = study([Turn::say("  \n")]).await;
    let run = run(&study).await;
    assert_eq!(
        run.synthesis().unwrap().unwrap_err().reason,
        "model scripted said nothing"
    );
    assert_eq!(study.house.balance().await.held.minor(), 0);
}

#[tokio::test]
async fn what_the_budget_does_not_cover_is_left_out() {
    let study = study([]).await;
    let service = study.service(Arc::new(study.planner.clone()));
    let goal = goal("Count").with_limits(budget(PRICE + SAID + 10)).unwrap();
    let run = study.run(&service, goal).await;
    assert_eq!(run.status(), RunStatus::Completed);
    let reason = &run.synthesis().unwrap().unwrap_err().reason;
    assert_eq!(reason, "nothing was left to ask a model for the answer");
    assert_eq!(study.model.asked().len(), 1, "for the plan alone");
}

#[tokio::test]
async fn the_budget_covers_the_steps_and_what_is_set_aside_for_the_answer() {
    let study = study([Turn::say("Three.")]).await;
    let service = study.service(Arc::new(study.planner.clone()));
    let goal = goal("Count").with_limits(budget(2 * PRICE)).unwrap();
    let run = study.run(&service, goal).await;
    let reserved = run.synthesis_order().unwrap().reserved.unwrap();
    assert_eq!(run.budget().unwrap().minor() + reserved.minor() + SAID, 2 * PRICE);
}

#[tokio::test]
async fn a_plan_from_a_file_has_its_results_for_an_answer() {
    let study = Study::with([], LlmOptions::default()).await;
    let service = study.service(Arc::new(study.planner.clone()));
    let worker = service.begin_worker().await.unwrap();
    let options = StartOptions {
        goal: Some("Echo".into()),
        ..StartOptions::default()
    };
    let started = service
        .start_plan(&caller(), plan(json!([echo("a", json!({}))])), options)
        .await
        .unwrap();
    drive(&service, &worker).await;
    let run = service.find(&caller(), started.run).await.unwrap();
    assert_eq!(
        (run.status(), run.synthesis_order()),
        (RunStatus::Completed, None)
    );
}

#[tokio::test]
async fn a_cancel_reaches_a_run_whose_answer_is_being_written() {
    let study = study([Turn::Hang]).await;
    let service = study.service(Arc::new(study.planner.clone()));
    let worker = service.begin_worker().await.unwrap();
    let started = service.start(&caller(), goal("Count"), None).await.unwrap();
    let cancel = async {
        settle().await;
        assert_eq!(study.model.asked().len(), 2, "it is being written");
        service.cancel(&caller(), started.run).await.unwrap();
    };
    futures_util::future::join(drive(&service, &worker), cancel).await;
    let run = service.find(&caller(), started.run).await.unwrap();
    assert_eq!(run.status(), RunStatus::Cancelled);
    assert_eq!(study.house.balance().await.held.minor(), 0);
}

#[tokio::test]
async fn a_model_that_hangs_does_not_hold_the_run_up() {
    let study = study([Turn::Hang]).await;
    let service = study.service(Arc::new(study.planner.clone()));
    let worker = service.begin_worker().await.unwrap();
    let started = service.start(&caller(), goal("Count"), None).await.unwrap();
    let later = async {
        settle().await;
        study.house.clock.advance(SynthesisOptions::default().timeout);
    };
    futures_util::future::join(drive(&service, &worker), later).await;
    let run = service.find(&caller(), started.run).await.unwrap();
    assert_eq!(run.status(), RunStatus::Completed);
    let reason = &run.synthesis().unwrap().unwrap_err().reason;
    assert_eq!(
        reason,
        "model scripted cannot be asked: it did not answer within 30s"
    );
}

#[tokio::test]
async fn a_crash_while_the_answer_is_written_pays_it_once() {
    let study = study([Turn::Hang, Turn::say("Three.")]).await;
    let service = study.service(Arc::new(study.planner.clone()));
    let worker = service.begin_worker().await.unwrap();
    let started = service.start(&caller(), goal("Count"), None).await.unwrap();
    {
        let driving = Box::pin(drive(&service, &worker));
        futures_util::future::select(driving, Box::pin(settle())).await;
    }
    assert_eq!(study.model.asked().len(), 2);
    worker.end().await.unwrap();
    study.house.clock.advance(seconds(1));
    let worker = service.begin_worker().await.unwrap();
    drive(&service, &worker).await;
    let run = service.find(&caller(), started.run).await.unwrap();
    assert_eq!(run.output(), Some(&json!("Three.")));
    let balance = study.house.balance().await;
    assert_eq!(
        (balance.available.minor(), balance.held.minor()),
        (CREDITS - PRICE - 2 * SAID, 0)
    );
}
