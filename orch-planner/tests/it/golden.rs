//! Logs that released versions wrote: they fold for ever, and are written the same way.

use orch_core::{RunId, Timestamp, event::Event};
use orch_planner::{Orchestration, OrchestrationEvent, PlannedBy, RunStatus};
use serde::Deserialize;
use serde_json::Value;

/// An event as it stands in a golden file: its data as JSON, where the log has its text.
#[derive(Deserialize)]
struct Golden {
    seq: u64,
    kind: String,
    at: i64,
    data: Value,
}

fn run_id() -> RunId {
    "run_018d0cabc4407f199b774a727434be50".parse().unwrap()
}

/// Folds a golden log, and asserts that each event is written again as it was.
fn fold(text: &str) -> Orchestration {
    let golden: Vec<Golden> = serde_json::from_str(text).unwrap();
    let events: Vec<Event> = golden
        .iter()
        .map(|event| {
            Event::new(
                run_id(),
                event.seq,
                &event.kind,
                Timestamp::from_millis(event.at),
                &event.data,
            )
        })
        .collect();
    for (event, golden) in events.iter().zip(&golden) {
        let read = OrchestrationEvent::from_event(event).unwrap();
        let written = read.to_event(run_id(), event.seq, event.at).unwrap();
        assert_eq!(written.kind, event.kind);
        assert!(written.data.starts_with("{\"v\":1"), "{}", written.data);
        assert_eq!(
            serde_json::from_str::<Value>(&written.data).unwrap(),
            golden.data,
            "event {}",
            event.seq
        );
    }
    Orchestration::fold(run_id(), &events).unwrap()
}

fn states(run: &Orchestration) -> Vec<&str> {
    run.steps().iter().map(orch_planner::StepState::name).collect()
}

#[test]
fn a_completed_run_folds() {
    let run = fold(include_str!("../golden/v1/completed.json"));
    assert_eq!(run.status(), RunStatus::Completed);
    assert_eq!(states(&run), ["succeeded", "succeeded", "failed", "skipped"]);
    assert_eq!(run.spent().to_string(), "1.25 ALGO");
    assert_eq!(run.goal(), Some("Count the words"));
    assert_eq!(run.output(), Some(&serde_json::json!({"count": 3})));
    assert_eq!(
        run.deadline().as_millis() - run.created_at().as_millis(),
        300_000 + 5_000,
        "it waited for 5 seconds"
    );
}

#[test]
fn a_failed_run_folds() {
    let run = fold(include_str!("../golden/v1/failed.json"));
    assert_eq!(run.status(), RunStatus::Failed);
    assert_eq!(states(&run), ["interrupted", "late", "cancelled", "skipped"]);
    assert_eq!(run.failure().unwrap().failure.code, "interrupted");
}

#[test]
fn a_cancelled_run_folds() {
    let run = fold(include_str!("../golden/v1/cancelled.json"));
    assert_eq!(
        (run.status(), states(&run)),
        (RunStatus::Cancelled, vec!["cancelled"])
    );
}

#[test]
fn a_run_that_took_too_long_folds() {
    let run = fold(include_str!("../golden/v1/timed_out.json"));
    assert_eq!(
        (run.status(), states(&run)),
        (RunStatus::Failing, vec!["running"])
    );
    assert_eq!(run.failure().unwrap().failure.code, "timed_out");
}

#[test]
fn a_run_with_a_model_folds() {
    let run = fold(include_str!("../golden/v1/synthesized.json"));
    assert_eq!(run.status(), RunStatus::Completed);
    assert_eq!(run.output(), Some(&serde_json::json!("There are 3 words.")));
    let planning = run.planning().unwrap();
    assert_eq!((planning.by, planning.used.calls), (PlannedBy::Model, 2));
    let costs: Vec<String> = run.costs().iter().map(ToString::to_string).collect();
    assert_eq!(costs, ["0.000857 USD"], "the step, the plan and the answer");
}

#[test]
fn a_run_that_does_without_its_model_folds() {
    let run = fold(include_str!("../golden/v1/fallback.json"));
    assert_eq!(run.output(), Some(&serde_json::json!({"count": {"n": 3}})));
    let planning = run.planning().unwrap();
    assert_eq!(planning.by, PlannedBy::Catalog);
    assert_eq!(
        planning.fallback.as_deref(),
        Some("model small-1 cannot plan: it is overloaded")
    );
    assert_eq!(
        run.synthesis().unwrap().unwrap_err().reason,
        "nothing was left to ask a model for the answer"
    );
}

#[test]
fn a_step_that_went_to_another_agent_folds() {
    let run = fold(include_str!("../golden/v1/replaced.json"));
    assert_eq!(
        (run.status(), states(&run)),
        (RunStatus::Completed, vec!["succeeded"])
    );
    let step = &run.plan().steps()[0];
    assert_eq!((&*step.slug, step.repeatable), ("other", false));
    assert_eq!(run.plan().price().to_string(), "1.5 ALGO");
    assert_eq!((run.replaced(0).len(), run.agents().len()), (1, 2));
}

#[test]
fn a_run_that_was_planned_anew_folds() {
    let run = fold(include_str!("../golden/v1/replanned.json"));
    assert_eq!(run.status(), RunStatus::Completed);
    assert_eq!(states(&run), ["failed", "skipped", "succeeded"]);
    assert_eq!(
        (run.n_replans(), run.plan().price().to_string()),
        (1, "3 ALGO".to_owned())
    );
    assert_eq!(run.output(), Some(&serde_json::json!({"again1-a": {"count": 3}})));
}

#[test]
fn a_run_of_one_call_folds() {
    let run = fold(include_str!("../golden/v1/one_call.json"));
    assert_eq!(run.status(), RunStatus::Completed);
    assert_eq!(
        (run.own_call(), run.is_held_apart(0)),
        (run.last_call(0), true),
        "its call is the run's own"
    );
}

#[test]
fn every_kind_of_event_is_in_a_golden_log() {
    let logs = [
        include_str!("../golden/v1/one_call.json"),
        include_str!("../golden/v1/completed.json"),
        include_str!("../golden/v1/failed.json"),
        include_str!("../golden/v1/cancelled.json"),
        include_str!("../golden/v1/timed_out.json"),
        include_str!("../golden/v1/replaced.json"),
        include_str!("../golden/v1/replanned.json"),
        include_str!("../golden/v1/synthesized.json"),
        include_str!("../golden/v1/fallback.json"),
    ];
    let kinds: std::collections::BTreeSet<String> = logs
        .iter()
        .flat_map(|log| serde_json::from_str::<Vec<Golden>>(log).unwrap())
        .map(|event| event.kind)
        .collect();
    let known = [
        "approval_decided",
        "cancel_requested",
        "cancelled",
        "completed",
        "failed",
        "planned",
        "replanned",
        "step_cancelled",
        "step_failed",
        "step_interrupted",
        "step_late",
        "step_replaced",
        "step_started",
        "step_succeeded",
        "step_waiting",
        "synthesis_skipped",
        "synthesized",
        "timed_out",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), known);
}

/// How a log is spoiled.
type Spoil<'s> = &'s dyn Fn(&mut Vec<Event>);

#[test]
fn what_cannot_be_read_or_cannot_have_happened_is_an_error() {
    let golden: Vec<Golden> = serde_json::from_str(include_str!("../golden/v1/completed.json")).unwrap();
    let events: Vec<Event> = golden
        .iter()
        .map(|event| {
            Event::new(
                run_id(),
                event.seq,
                &event.kind,
                Timestamp::from_millis(event.at),
                &event.data,
            )
        })
        .collect();
    let spoil = |change: Spoil<'_>| {
        let mut spoiled = events.clone();
        change(&mut spoiled);
        Orchestration::fold(run_id(), &spoiled).unwrap_err().to_string()
    };
    let cases: [(Spoil<'_>, &str); 7] = [
        (&|events| events.clear(), "the log is empty"),
        (&|events| drop(events.remove(0)), "begins with event 1, planned"),
        (&|events| drop(events.remove(2)), "follows event 2"),
        (
            &|events| events[3].kind = "step_danced".into(),
            "kind is not known",
        ),
        (
            &|events| events[3].data = events[3].data.replace("\"v\":1", "\"v\":2"),
            "version 2 of its form",
        ),
        (&|events| events[3].data = "{\"v\":1}".into(), "missing field"),
        (
            &|events| {
                events[2] = Event {
                    seq: 3,
                    ..events[1].clone()
                }
            },
            "is running then",
        ),
    ];
    for (change, reason) in cases {
        let error = spoil(change);
        assert!(error.contains(reason), "{error}");
    }
}
