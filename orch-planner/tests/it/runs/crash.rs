//! The process may stop, or the store fail, at any moment: what was acknowledged stays, nothing is done twice that may
//! not be, and every answer that counts is paid once.

use std::{collections::HashMap, sync::Arc};

use futures_util::future::{Either, select};
use orch_a2a::testing::Script;
use orch_billing::{HoldId, InMemoryLedger};
use orch_core::{ManualClock, PageRequest, event::InMemoryEventLog};
use orch_planner::{
    InMemoryOrchestrations, InMemoryPaidRuns, Orchestration, OrchestrationOptions, PaidRunStore, Plan,
    RunStatus, StartOptions, StepState,
};
use serde_json::json;

use super::fallback;
use crate::house::{
    CREDITS, House, PRICE, caller, drive, echo,
    faulty::{Fault, Faulty, Fuse},
    once, options, plan, seconds, settle,
};

/// More calls of stores than any of these runs makes.
pub(super) const MANY: u64 = 200;

/// How runs come to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Runs and money are kept apart.
    Apart,
    /// They are kept in one unit of work.
    Joint,
    /// And a worker waits for what is started, so that its first steps begin with it.
    Awaited,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::Apart, Self::Joint, Self::Awaited];

    /// How many calls of stores the diamond makes at least.
    fn n_calls(self) -> usize {
        match self {
            Self::Apart => 16,
            Self::Joint | Self::Awaited => 8,
        }
    }
}

pub(super) struct Crash {
    pub(super) house: House,
    pub(super) fuse: Arc<Fuse>,
    way: Way,
}

impl Crash {
    pub(super) async fn new(way: Way) -> Self {
        Self::with(way, options()).await
    }

    async fn with(way: Way, options: OrchestrationOptions) -> Self {
        let (clock, fuse) = (Arc::new(ManualClock::default()), Arc::new(Fuse::default()));
        let store = InMemoryOrchestrations::new(Arc::new(InMemoryEventLog::default()), clock.clone());
        let (store, ledger) = (Arc::new(store), Arc::new(InMemoryLedger::default()));
        let paid_runs = Arc::new(Faulty {
            store: Arc::new(InMemoryPaidRuns::new(store.clone(), ledger.clone())),
            fuse: fuse.clone(),
        });
        let store = Faulty {
            store,
            fuse: fuse.clone(),
        };
        let ledger = Faulty {
            store: ledger,
            fuse: fuse.clone(),
        };
        let options = OrchestrationOptions {
            sole_worker: true,
            ..options
        };
        let paid_runs: Option<Arc<dyn PaidRunStore>> = match way {
            Way::Apart => None,
            Way::Joint | Way::Awaited => Some(paid_runs),
        };
        let (store, ledger) = (Arc::new(store), Arc::new(ledger));
        let house = House::joined(clock, store, ledger, paid_runs, options).await;
        Self { house, fuse, way }
    }

    /// Starts and drives the plan until it ends, or the chosen call of a store hangs.
    pub(super) async fn run_into(&self, plan: Plan, chosen: u64, fault: Fault) -> bool {
        self.run_with(plan, StartOptions::default(), chosen, fault).await
    }

    async fn run_with(&self, plan: Plan, options: StartOptions, chosen: u64, fault: Fault) -> bool {
        let house = &self.house;
        let worker = house.service.begin_worker().await.unwrap();
        let mut next = Box::pin(worker.next(10));
        if self.way == Way::Awaited {
            assert!(futures_util::poll!(&mut next).is_pending());
        }
        self.fuse.set(chosen, fault);
        let first = Box::pin(async {
            let started = house.service.start_plan(&caller(), plan, options).await;
            // A start that fails is the caller's to repeat; what it left behind is swept.
            if started.is_ok() {
                let mut claims = next.await.unwrap();
                // A failure that comes alone is endured, and never seen.
                house.service.drive(&worker, claims.remove(0)).await.unwrap();
            }
        });
        let ticking = Box::pin(async {
            loop {
                settle().await;
                house.clock.advance(std::time::Duration::from_millis(60));
            }
        });
        let stopped = Box::pin(self.fuse.blown());
        match select(select(first, stopped), ticking).await {
            Either::Left((Either::Left(_), _)) => {}
            Either::Left((Either::Right(_), _)) => {}
            Either::Right(((), _)) => unreachable!("the clock ticks for ever"),
        }
        self.fuse.clear()
    }

    /// Lets a new worker carry on, and sweeps what nobody needs any more.
    pub(super) async fn recover(&self) -> Option<Orchestration> {
        let worker = self.house.service.begin_worker().await.unwrap();
        drive(&self.house.service, &worker).await;
        self.house.clock.advance(seconds(7200));
        self.house.billing.sweep(&self.house.service, 100).await.unwrap();
        let runs = self
            .house
            .service
            .list(&caller(), PageRequest::default())
            .await
            .unwrap();
        assert!(runs.total <= 1);
        match runs.items.first() {
            Some(record) => Some(self.house.find(record.id).await),
            None => None,
        }
    }

    /// What holds whatever happened.
    pub(super) async fn assert_sound(&self, run: Option<&Orchestration>) {
        let balance = self.house.balance().await;
        let earned = self.house.earned().await;
        let Some(run) = run else {
            assert_eq!((balance.available.minor(), earned), (CREDITS, 0));
            assert!(self.house.sent().is_empty());
            return;
        };
        assert!(run.status().is_ended(), "{}", run.status());
        let steps = run.plan().steps().iter().zip(run.steps());
        let owed =
            steps.filter(|(step, state)| !step.price.is_zero() && matches!(state, StepState::Succeeded(_)));
        self.house.assert_paid(owed.count()).await;
        let mut sent: HashMap<String, u64> = HashMap::new();
        for id in self.house.sent() {
            *sent.entry(id).or_default() += 1;
        }
        for (step, state) in run.plan().steps().iter().zip(run.steps()) {
            let sent = sent.get(step.id.as_str()).copied().unwrap_or(0);
            assert!(step.repeatable || sent <= 1, "{} was sent {sent} times", step.id);
            let n_blown = self.fuse.n_blown();
            assert!(sent <= 1 + n_blown, "{} was sent {sent} times", step.id);
            assert!(
                sent > 0 || !matches!(state, StepState::Succeeded(_)),
                "{} was never sent",
                step.id
            );
        }
        let interrupted = run.steps().contains(&StepState::Interrupted);
        let status = if interrupted {
            RunStatus::Failed
        } else {
            RunStatus::Completed
        };
        assert_eq!(run.status(), status, "{:?}", run.failure());
    }
}

/// Each way with each fault.
fn ways<const N: usize>(faults: [Fault; N]) -> impl Iterator<Item = (Way, Fault)> {
    Way::ALL
        .into_iter()
        .flat_map(move |way| faults.map(|fault| (way, fault)))
}

fn diamond() -> Plan {
    plan(json!([
        once("a", &[]),
        echo("b", json!({"id": "b", "a": {"$result": "/a"}})),
        once("c", &["a"]),
        json!({"id": "f", "agent": "free", "task": "do", "arguments": {"id": "f"}, "after": ["c"]}),
        once("d", &["b", "c"]),
    ]))
}

fn repeatable() -> Plan {
    plan(json!([
        echo("a", json!({"id": "a"})),
        echo("b", json!({"id": "b", "a": {"$result": "/a"}})),
        echo("c", json!({"id": "c"})),
    ]))
}

#[tokio::test]
async fn a_crash_at_any_call_of_a_store_is_survived() {
    for (way, fault) in ways([Fault::HangBefore, Fault::HangAfter]) {
        let mut n_blown = 0;
        for chosen in 1..MANY {
            let crash = Crash::new(way).await;
            if !crash.run_into(diamond(), chosen, fault).await {
                break;
            }
            n_blown += 1;
            let run = crash.recover().await;
            crash.assert_sound(run.as_ref()).await;
        }
        assert!(
            n_blown >= way.n_calls(),
            "only {n_blown} calls were tried: {way:?}"
        );
    }
}

#[tokio::test]
async fn what_may_be_repeated_completes_whatever_crashes() {
    for (way, fault) in ways([Fault::HangBefore, Fault::HangAfter]) {
        for chosen in 1..MANY {
            let crash = Crash::new(way).await;
            if !crash.run_into(repeatable(), chosen, fault).await {
                break;
            }
            let run = crash.recover().await;
            crash.assert_sound(run.as_ref()).await;
            assert!(run.is_none_or(|run| run.status() == RunStatus::Completed));
        }
    }
}

#[tokio::test]
async fn a_failure_of_any_call_of_a_store_is_survived() {
    for (way, fault) in ways([Fault::FailBefore, Fault::FailAfter]) {
        let mut n_blown = 0;
        for chosen in 1..MANY {
            let crash = Crash::new(way).await;
            if !crash.run_into(diamond(), chosen, fault).await {
                break;
            }
            n_blown += 1;
            let run = crash.recover().await;
            crash.assert_sound(run.as_ref()).await;
            if let Some(run) = run {
                let history = crash.house.history(run.id()).await;
                assert_eq!(
                    run.status(),
                    RunStatus::Completed,
                    "call {chosen}, {fault:?}: {history:?}"
                );
            }
        }
        assert!(
            n_blown >= way.n_calls(),
            "only {n_blown} calls were tried: {way:?}"
        );
    }
}

#[tokio::test]
async fn two_crashes_are_survived() {
    let firsts = (1..40).step_by(2);
    for (way, first) in firsts.flat_map(|first| Way::ALL.map(|way| (way, first))) {
        for second in 1..MANY {
            let crash = Crash::new(way).await;
            crash.run_into(diamond(), first, Fault::HangAfter).await;
            let worker = crash.house.service.begin_worker().await.unwrap();
            crash.fuse.set(second, Fault::HangAfter);
            let again = Box::pin(drive(&crash.house.service, &worker));
            select(again, Box::pin(crash.fuse.blown())).await;
            let blown = crash.fuse.clear();
            drop(worker);
            let run = crash.recover().await;
            crash.assert_sound(run.as_ref()).await;
            if !blown {
                break;
            }
        }
    }
}

/// An agent fails, a dearer one stands in for it, and the process stops, or the store fails, anywhere between.
#[tokio::test]
async fn a_crash_while_another_agent_takes_over_is_survived() {
    let faults = [
        Fault::HangBefore,
        Fault::HangAfter,
        Fault::FailBefore,
        Fault::FailAfter,
    ];
    for (way, fault) in ways(faults) {
        let mut n_blown = 0;
        for chosen in 1..MANY {
            let crash = Crash::new(way).await;
            let house = &crash.house;
            fallback::hire(house, "first", PRICE, |_| {}).await;
            fallback::hire(house, "second", 2 * PRICE, |_| {}).await;
            house
                .transport
                .always("first/translate", Script::fail("out of ink"));
            let options = StartOptions {
                fallbacks: 1,
                ..StartOptions::default()
            };
            if !crash
                .run_with(fallback::translate(), options, chosen, fault)
                .await
            {
                break;
            }
            n_blown += 1;
            let Some(run) = crash.recover().await else {
                house.assert_paid(0).await;
                continue;
            };
            assert_eq!(
                run.status(),
                RunStatus::Completed,
                "call {chosen}: {:?}",
                run.failure()
            );
            house.assert_paid(2).await;
            let calls = house.transport.calls();
            let n_second = calls
                .iter()
                .filter(|call| call.target == "second/translate")
                .count();
            assert!((1..=2).contains(&n_second) && calls.len() <= 4, "{calls:?}");
        }
        assert!(n_blown > 5, "only {n_blown} calls were tried: {way:?}");
    }
}

/// What costs nothing is held outside the run's hold, so that nothing but its own end gives it back.
#[tokio::test]
async fn a_crash_leaves_no_hold_of_a_free_step_behind() {
    for (way, fault) in ways([Fault::HangBefore, Fault::HangAfter]) {
        free_step(way, fault, json!("more than ten bytes"), RunStatus::Failed).await;
    }
}

/// The run itself does not miss what a free step was not paid.
#[tokio::test]
async fn a_failure_leaves_no_hold_of_a_free_step_behind() {
    for (way, fault) in ways([Fault::FailBefore, Fault::FailAfter]) {
        free_step(way, fault, json!("short"), RunStatus::Completed).await;
    }
}

/// Runs a free step whose results may take ten bytes, and has each call of a store fail in turn.
async fn free_step(way: Way, fault: Fault, result: serde_json::Value, status: RunStatus) {
    let mut n_blown = 0;
    for chosen in 1..MANY {
        let small = OrchestrationOptions {
            result_bytes: 10,
            ..options()
        };
        let crash = Crash::with(way, small).await;
        let house = &crash.house;
        house.transport.always("free/do", Script::answer(result.clone()));
        let plan = plan(json!([{"id": "f", "agent": "free", "task": "do", "arguments": {"id": "f"}}]));
        if !crash.run_into(plan, chosen, fault).await {
            break;
        }
        n_blown += 1;
        let worker = house.service.begin_worker().await.unwrap();
        drive(&house.service, &worker).await;
        let runs = house
            .service
            .list(&caller(), PageRequest::default())
            .await
            .unwrap();
        for record in runs.items {
            let run = house.find(record.id).await;
            assert_eq!(run.status(), status);
            let Some(call) = run.last_call(0) else { continue };
            let hold = house
                .billing
                .find_hold(HoldId::from_uuid(call.uuid()))
                .await
                .unwrap();
            let is_open = hold.is_some_and(|hold| hold.state.is_open());
            assert!(!is_open, "call {chosen}, {fault:?}: {:?}", run.steps());
        }
    }
    assert!(n_blown > 1, "only {n_blown} calls were tried: {way:?}");
}
