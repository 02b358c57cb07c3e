//! The reducer against a slow and simple model, over random plans and random events.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use orch_core::{Amount, ApprovalId, Currency, InvocationId, RunId, Timestamp, Uuid, Version};
use proptest::prelude::*;
use serde_json::json;

use super::{
    Alternative, ApprovalDecided, Completed, Orchestration, OrchestrationEvent, Planned, Replanned,
    RunFailure, RunStatus, StepEnded, StepFailed, StepFailure, StepReplaced, StepStarted, StepState,
    StepSucceeded, StepWaiting, TimedOut,
};
use crate::plan::{OnFailure, PlannedStep, ValidPlan};

fn at(seq: u64) -> Timestamp {
    Timestamp::from_millis(i64::try_from(seq).unwrap() * 1000)
}

fn invocation(index: usize) -> InvocationId {
    InvocationId::from_uuid(Uuid::from_u128(index as u128))
}

fn approval(index: usize) -> ApprovalId {
    format!("apr_{index}").parse().unwrap()
}

fn failure() -> StepFailure {
    StepFailure::new("agent_failed", "no")
}

/// A plan of which step comes after which, and which may fail.
fn plan(before: &[Vec<usize>], skips: &[bool]) -> ValidPlan {
    named("s", before, skips)
}

/// The same, whose steps bear another name.
fn named(prefix: &str, before: &[Vec<usize>], skips: &[bool]) -> ValidPlan {
    let zero = Amount::zero(Currency::Algo);
    let steps = before
        .iter()
        .zip(skips)
        .enumerate()
        .map(|(index, (before, skips))| PlannedStep {
            id: format!("{prefix}{index}").parse().unwrap(),
            agent: orch_core::AgentId::from_uuid(Uuid::nil()),
            slug: "agent".into(),
            version: Version::FIRST,
            task: "do".into(),
            arguments: BTreeMap::new(),
            before: before.clone(),
            price: zero,
            repeatable: true,
            timeout: Duration::from_secs(60),
            on_failure: if *skips { OnFailure::Skip } else { OnFailure::Fail },
        });
    let text = serde_json::to_string(&json!({
        "price": zero,
        "steps": steps.map(|step| json!({
            "id": step.id, "agent": step.agent, "slug": &*step.slug, "version": step.version, "task": step.task,
            "before": step.before, "price": step.price, "repeatable": true, "timeout_ms": 60_000,
            "on_failure": step.on_failure,
        })).collect::<Vec<_>>(),
    }));
    serde_json::from_str(&text.unwrap()).unwrap()
}

fn begin(plan: ValidPlan) -> Orchestration {
    let planned = Planned {
        account: "demo".parse().unwrap(),
        goal: None,
        budget: None,
        timeout: Duration::from_secs(300),
        plan,
        planning: None,
        synthesis: None,
        fallback: None,
        replan: None,
        is_one_call: false,
    };
    Orchestration::begin(RunId::from_uuid(Uuid::nil()), planned, at(1))
}

/// Any event about any step, most of which cannot happen now.
fn event(run: &Orchestration, kind: usize, index: usize) -> OrchestrationEvent {
    let index = index % run.steps().len();
    let step = run.plan().steps()[index].id.clone();
    let invocation = invocation(index);
    let ended = || StepEnded {
        step: step.clone(),
        invocation,
    };
    let attempt = match &run.steps()[index] {
        StepState::Running { attempt, .. } | StepState::Decided { attempt, .. } => attempt + 1,
        _ => 1,
    };
    match kind % 16 {
        15 => OrchestrationEvent::Replanned(Box::new(Replanned {
            step,
            invocation,
            failure: failure(),
            plan: named(
                &format!("again{}-", run.n_replans() + 1),
                &[vec![], vec![0]],
                &[false, true],
            ),
            planning: None,
        })),
        14 => OrchestrationEvent::StepReplaced(Box::new(StepReplaced {
            step,
            invocation,
            failure: failure(),
            by: Alternative {
                agent: orch_core::AgentId::from_uuid(Uuid::from_u128(1 + run.replaced(index).len() as u128)),
                slug: "other".into(),
                version: Version::FIRST,
                price: Amount::zero(Currency::Algo),
                repeatable: true,
                timeout: Duration::from_secs(60),
                more: Amount::new(5, Currency::Algo).unwrap(),
            },
        })),
        0..=3 => OrchestrationEvent::StepStarted(StepStarted {
            step,
            invocation,
            attempt,
        }),
        4..=6 => OrchestrationEvent::StepSucceeded(StepSucceeded {
            step,
            invocation,
            result: Arc::new(json!(index)),
            units: 1,
            cost: Amount::new(7, Currency::Algo).unwrap(),
            took: Duration::from_millis(3),
        }),
        7 => OrchestrationEvent::StepFailed(StepFailed {
            step,
            invocation,
            failure: failure(),
        }),
        8 => OrchestrationEvent::StepWaiting(StepWaiting {
            step,
            invocation,
            approval: approval(index),
        }),
        9 => OrchestrationEvent::ApprovalDecided(ApprovalDecided {
            approval: approval(index),
        }),
        10 => OrchestrationEvent::StepCancelled(ended()),
        11 => OrchestrationEvent::StepLate(ended()),
        12 if index == 0 => OrchestrationEvent::CancelRequested,
        12 => OrchestrationEvent::StepInterrupted(ended()),
        _ if index == 0 => OrchestrationEvent::TimedOut(TimedOut {
            after: Duration::from_secs(300),
        }),
        _ => run
            .ending()
            .unwrap_or(OrchestrationEvent::Completed(Completed { output: json!(null) })),
    }
}

/// What the counters of the reducer must agree with, computed from scratch.
fn check(run: &Orchestration) {
    let steps = run.steps();
    let plan = run.plan().steps();
    let succeeded = |index: &usize| matches!(steps[*index], StepState::Succeeded(_));
    let is_ready = |index: usize| match &steps[index] {
        StepState::Pending => plan[index].before.iter().all(succeeded),
        StepState::Decided { .. } => true,
        _ => false,
    };
    let goes_on = matches!(run.status(), RunStatus::Running | RunStatus::Waiting);
    let ready: Vec<usize> = (0..steps.len())
        .filter(|&index| goes_on && is_ready(index))
        .collect();
    assert_eq!(run.ready().collect::<Vec<_>>(), ready);
    let count = |name: &str| steps.iter().filter(|state| state.name() == name).count();
    assert_eq!(run.n_running(), count("running"));
    assert_eq!(
        run.spent().minor(),
        7 * i64::try_from(count("succeeded")).unwrap()
    );
    let n_replaced: usize = (0..steps.len()).map(|index| run.replaced(index).len()).sum();
    assert_eq!(run.plan().price().minor(), 5 * i64::try_from(n_replaced).unwrap());
    let waits = count("running") == 0 && ready.is_empty() && count("waiting") > 0;
    if goes_on {
        assert_eq!(run.status() == RunStatus::Waiting, waits);
    }
    for (index, state) in steps.iter().enumerate() {
        // Nothing that was ever sent was sent before all that comes before it had succeeded.
        let was_sent = !matches!(state, StepState::Pending | StepState::Skipped);
        assert!(
            !was_sent || plan[index].before.iter().all(succeeded),
            "s{index} is {}",
            state.name()
        );
    }
    let is_open = |state: &StepState| state.open_invocation().is_some();
    if run.status().is_ended() {
        assert!(steps.iter().all(StepState::is_final), "{steps:?}");
        assert!(run.ending().is_none());
    } else {
        let stuck = ready.is_empty() && !steps.iter().any(is_open);
        assert_eq!(
            run.ending().is_some(),
            if goes_on {
                stuck
            } else {
                !steps.iter().any(is_open)
            }
        );
    }
}

fn dag() -> impl Strategy<Value = (Vec<Vec<usize>>, Vec<bool>)> {
    (1..8_usize).prop_flat_map(|n| {
        let before = (0..n).map(|index| proptest::collection::btree_set(0..index.max(1), 0..=index.min(3)));
        let before: Vec<_> = before.collect();
        (before, proptest::collection::vec(any::<bool>(), n)).prop_map(|(before, skips)| {
            let before = before.into_iter().enumerate();
            let before = before.map(|(index, set)| set.into_iter().filter(|&other| other < index).collect());
            (before.collect(), skips)
        })
    })
}

proptest! {
    #[test]
    fn any_order_of_events_keeps_the_counters_right(
        (before, skips) in dag(), choices in proptest::collection::vec((0..16_usize, 0..12_usize), 0..120),
    ) {
        let mut run = begin(plan(&before, &skips));
        check(&run);
        let mut log = vec![OrchestrationEvent::Planned(run.planned.clone())];
        for (kind, index) in choices {
            let event = event(&run, kind, index);
            let (was, seq) = (run.clone(), run.seq());
            match run.apply(event.clone(), at(seq + 1)) {
                Ok(()) => {
                    prop_assert!(!was.status().is_ended(), "nothing comes after the end");
                    prop_assert_eq!(run.seq(), seq + 1);
                    prop_assert_eq!(run.status().is_ended(), event.is_terminal());
                    log.push(event);
                }
                Err(_) => prop_assert_eq!(&run, &was, "a refused event changes nothing"),
            }
            check(&run);
        }
        // The stored log tells of the same run, however often it is read and wherever the reading is cut.
        let stored = (1..).zip(&log).map(|(seq, event)| event.to_event(run.id(), seq, at(seq)).unwrap());
        let stored: Vec<_> = stored.collect();
        prop_assert_eq!(&Orchestration::fold(run.id(), &stored).unwrap(), &run);
        let (early, late) = stored.split_at(stored.len().div_ceil(2));
        let mut cut = Orchestration::fold(run.id(), early).unwrap();
        cut.extend(late).unwrap();
        prop_assert_eq!(&cut, &run);
    }

    #[test]
    fn a_run_whose_steps_succeed_completes((before, _) in dag(), order in proptest::collection::vec(0..100_usize, 20)) {
        let mut run = begin(plan(&before, &vec![false; before.len()]));
        for choice in order {
            let ready: Vec<usize> = run.ready().collect();
            let Some(&index) = ready.get(choice % ready.len().max(1)) else { break };
            for kind in [0, 4] {
                let event = event(&run, kind, index);
                run.apply(event, at(run.seq() + 1)).unwrap();
            }
        }
        let ending = run.ending().unwrap();
        run.apply(ending, at(99)).unwrap();
        prop_assert_eq!(run.status(), RunStatus::Completed);
        prop_assert_eq!(run.ended_at(), Some(at(99)));
    }
}

#[test]
fn a_run_fails_only_when_it_may() {
    let mut run = begin(plan(&[vec![]], &[false]));
    let failed = || {
        OrchestrationEvent::Failed(RunFailure {
            step: None,
            failure: failure(),
        })
    };
    assert!(run.apply(failed(), at(2)).is_err(), "a step is open");
    run.apply(event(&run, 0, 0), at(2)).unwrap();
    assert!(run.apply(failed(), at(3)).is_err(), "a step runs");
    run.apply(event(&run, 4, 0), at(3)).unwrap();
    run.apply(failed(), at(4)).unwrap();
    assert_eq!(run.status(), RunStatus::Failed);
}

#[test]
fn waiting_for_a_human_does_not_count() {
    let mut run = begin(plan(&[vec![]], &[false]));
    run.apply(event(&run, 0, 0), at(2)).unwrap();
    run.apply(event(&run, 8, 0), at(10)).unwrap();
    assert_eq!((run.status(), run.deadline()), (RunStatus::Waiting, at(301)));
    run.apply(event(&run, 9, 0), at(50)).unwrap();
    assert_eq!((run.status(), run.deadline()), (RunStatus::Running, at(341)));
}
