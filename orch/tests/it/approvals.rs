//! Runs that wait for humans, and go on as they decide.

use std::time::Duration;

use orch::{
    Amount, ApprovalId, Caller, Currency, Orchestrator, RunId, RunStatus,
    a2a::ApprovalRule,
    approvals::{Approval, ApprovalOptions, Ballot, Filter, OnExpiry, Party, Policy, Status},
    planner::{
        OrchestrationOptions,
        orchestrations::{Hire, StartOptions},
    },
};
use serde_json::json;

use crate::{
    agents::{echo, one_step, plan, step},
    engine::{
        Engine, amount, assert_left, caller, grant, on_every_engine, pause, soon, start, until, wait, work,
    },
};

on_every_engine! {
    a_run_goes_on_as_soon_as_a_human_approves,
    several_approvals_of_one_run_are_answered_each_on_its_own,
    a_rejected_step_fails_and_is_not_paid,
    what_nobody_decides_is_denied_in_time,
    a_decision_outlives_whoever_asked_and_whoever_was_to_hear_of_it,
    a_hire_waits_like_a_step,
    a_decision_that_comes_at_once_is_not_lost,
}

pub(crate) fn boss() -> Caller {
    Caller::host("boss".parse().unwrap())
}

pub(crate) fn by_boss() -> Policy {
    Policy::one_of([Party::of(&boss())])
}

async fn host(engine: &Engine, policy: Policy) -> Orchestrator {
    let rule = ApprovalRule::task("echo", "say", policy);
    let builder = engine.builder().agent(echo()).approval_rule(rule);
    let orchestrator = builder.build().await.unwrap();
    grant(&orchestrator).await;
    orchestrator
}

async fn pending(orchestrator: &Orchestrator) -> Vec<Approval> {
    let filter = Filter {
        status: Some(Status::Pending),
        ..Filter::default()
    };
    let approvals = orchestrator.approvals();
    approvals
        .list(&boss(), filter, 200, None)
        .await
        .unwrap()
        .approvals
}

pub(crate) async fn status(orchestrator: &Orchestrator, run: RunId) -> RunStatus {
    let run = orchestrator.orchestrations().find(&caller(), run).await;
    run.unwrap().status()
}

/// The one approval that a run waits for, once it waits.
pub(crate) async fn awaited(orchestrator: &Orchestrator, run: RunId) -> ApprovalId {
    until(async || status(orchestrator, run).await == RunStatus::Waiting).await;
    let pending = pending(orchestrator).await;
    assert_eq!(pending.len(), 1);
    pending[0].id.clone()
}

pub(crate) async fn approve(orchestrator: &Orchestrator, id: &ApprovalId) {
    let ballot = Ballot::approve(Party::of(&boss()));
    orchestrator
        .approvals()
        .decide(&boss(), id, ballot)
        .await
        .unwrap();
}

async fn a_run_goes_on_as_soon_as_a_human_approves(engine: Engine) {
    // Looking now and then would come too late: only what is heard of lets it go on in time.
    let never = Duration::from_secs(600);
    let builder = engine.builder().agent(echo());
    let builder = builder
        .approval_rule(ApprovalRule::task("echo", "say", by_boss()))
        .orchestration_options(OrchestrationOptions {
            poll_interval: never,
            ..OrchestrationOptions::default()
        })
        .approval_options(ApprovalOptions {
            poll_interval: never,
            ..ApprovalOptions::default()
        });
    let orchestrator = builder.build().await.unwrap();
    grant(&orchestrator).await;
    let _worker = work(&orchestrator);
    let run = start(&orchestrator, one_step("echo")).await;
    let approval = awaited(&orchestrator, run).await;
    let balance = orchestrator
        .billing()
        .balance(&caller(), Currency::Algo)
        .await
        .unwrap();
    assert_eq!(
        (balance.available, balance.held),
        (amount("9 ALGO"), amount("1 ALGO"))
    );
    approve(&orchestrator, &approval).await;
    assert_eq!(
        soon(wait(&orchestrator, run)).await.status(),
        RunStatus::Completed
    );
    assert_left(&orchestrator, "9 ALGO").await;
    let told = async || {
        let approval = orchestrator.approvals().find(&boss(), &approval).await.unwrap();
        approval.is_told && approval.used.is_some()
    };
    until(told).await;
    engine.assert_sound().await;
}

async fn several_approvals_of_one_run_are_answered_each_on_its_own(engine: Engine) {
    let orchestrator = host(&engine, by_boss()).await;
    let _worker = work(&orchestrator);
    let steps = json!([step("a", "echo"), step("b", "echo"), step("c", "echo")]);
    let run = start(&orchestrator, plan(&steps)).await;
    until(async || pending(&orchestrator).await.len() == 3).await;
    for n_left in [2_usize, 1] {
        let next = pending(&orchestrator).await.remove(0);
        approve(&orchestrator, &next.id).await;
        until(async || pending(&orchestrator).await.len() == n_left).await;
        // What was approved is paid, while the rest waits.
        until(async || {
            let balance = orchestrator
                .billing()
                .balance(&caller(), Currency::Algo)
                .await
                .unwrap();
            balance.held == amount(&format!("{n_left} ALGO")) && balance.available == amount("7 ALGO")
        })
        .await;
        assert_ne!(status(&orchestrator, run).await, RunStatus::Completed);
    }
    let last = awaited(&orchestrator, run).await;
    approve(&orchestrator, &last).await;
    assert_eq!(
        soon(wait(&orchestrator, run)).await.status(),
        RunStatus::Completed
    );
    assert_left(&orchestrator, "7 ALGO").await;
    engine.assert_sound().await;
}

async fn a_rejected_step_fails_and_is_not_paid(engine: Engine) {
    let orchestrator = host(&engine, by_boss()).await;
    let _worker = work(&orchestrator);
    let run = start(&orchestrator, one_step("echo")).await;
    let approval = awaited(&orchestrator, run).await;
    let ballot = Ballot {
        comments: Some("not today".into()),
        ..Ballot::reject(Party::of(&boss()))
    };
    orchestrator
        .approvals()
        .decide(&boss(), &approval, ballot)
        .await
        .unwrap();
    let ended = soon(wait(&orchestrator, run)).await;
    let failure = &ended.failure().unwrap().failure;
    assert_eq!(
        (ended.status(), failure.code.as_str()),
        (RunStatus::Failed, "denied")
    );
    assert!(failure.reason.contains("not today"), "{}", failure.reason);
    assert_eq!(ended.spent(), Amount::zero(Currency::Algo));
    assert_left(&orchestrator, "10 ALGO").await;
    engine.assert_sound().await;
}

async fn what_nobody_decides_is_denied_in_time(engine: Engine) {
    for (on_expiry, end, left) in [
        (OnExpiry::Deny, RunStatus::Failed, "10 ALGO"),
        (OnExpiry::Approve, RunStatus::Completed, "9 ALGO"),
    ] {
        let policy = Policy {
            timeout: Duration::from_secs(1),
            on_expiry,
            ..by_boss()
        };
        let orchestrator = host(&engine, policy).await;
        let worker = work(&orchestrator);
        let run = start(&orchestrator, one_step("echo")).await;
        assert_eq!(soon(wait(&orchestrator, run)).await.status(), end);
        assert_left(&orchestrator, left).await;
        soon(orchestrator.shutdown(Duration::from_secs(5))).await;
        worker.await.unwrap().unwrap();
    }
    engine.assert_sound().await;
}

async fn a_decision_outlives_whoever_asked_and_whoever_was_to_hear_of_it(engine: Engine) {
    let asks = host(&engine, by_boss()).await;
    let worker = work(&asks);
    let run = start(&asks, one_step("echo")).await;
    let approval = awaited(&asks, run).await;
    // As a crash would.
    worker.abort();
    drop((worker.await, asks));

    let decides = host(&engine, by_boss()).await;
    assert_eq!(status(&decides, run).await, RunStatus::Waiting);
    approve(&decides, &approval).await;
    assert_eq!(
        status(&decides, run).await,
        RunStatus::Waiting,
        "nobody is there to tell it"
    );
    drop(decides);

    let last = host(&engine, by_boss()).await;
    let _worker = work(&last);
    assert_eq!(soon(wait(&last, run)).await.status(), RunStatus::Completed);
    assert_left(&last, "9 ALGO").await;
    let used = last.approvals().find(&boss(), &approval).await.unwrap().used;
    assert!(used.is_some());
    engine.assert_sound().await;
}

async fn a_hire_waits_like_a_step(engine: Engine) {
    let orchestrator = host(&engine, by_boss()).await;
    let _worker = work(&orchestrator);
    let hire = Hire {
        agent: "echo".into(),
        task: "say".into(),
        arguments: json!({ "text": "hired" }).as_object().unwrap().clone(),
    };
    let orchestrations = orchestrator.orchestrations();
    let run = orchestrations
        .hire(&caller(), hire, StartOptions::default())
        .await
        .unwrap()
        .run;
    let approval = awaited(&orchestrator, run).await;
    approve(&orchestrator, &approval).await;
    assert_eq!(
        soon(wait(&orchestrator, run)).await.status(),
        RunStatus::Completed
    );
    assert_left(&orchestrator, "9 ALGO").await;
}

/// Whoever decides as soon as there is something to decide does so before the run has written down that it waits.
async fn a_decision_that_comes_at_once_is_not_lost(engine: Engine) {
    let orchestrator = host(&engine, by_boss()).await;
    let _worker = work(&orchestrator);
    let mut changes = orchestrator.approvals().changes();
    let decider = tokio::spawn({
        let orchestrator = orchestrator.clone();
        async move {
            loop {
                changes.next().await;
                for approval in pending(&orchestrator).await {
                    let ballot = Ballot::approve(Party::of(&boss()));
                    drop(
                        orchestrator
                            .approvals()
                            .decide(&boss(), &approval.id, ballot)
                            .await,
                    );
                }
            }
        }
    });
    let mut runs = Vec::new();
    for _ in 0..10 {
        runs.push(start(&orchestrator, one_step("echo")).await);
        pause(1).await;
    }
    for run in runs {
        assert_eq!(
            soon(wait(&orchestrator, run)).await.status(),
            RunStatus::Completed
        );
    }
    decider.abort();
    assert_left(&orchestrator, "0 ALGO").await;
    engine.assert_sound().await;
}
