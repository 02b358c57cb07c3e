//! A whole house in memory: agents that follow a script, credits, runs, and a clock that stands still.

pub(crate) mod faulty;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use orch_a2a::{
    Invoker, InvokerLimits, InvokerParts, Transports,
    testing::{Script, ScriptedGate, ScriptedTransport, draft},
};
use orch_billing::{Balance, Billing, InMemoryLedger, LedgerStore, Metering, UsageStore};
use orch_core::{
    AccountId, Amount, BasisPoints, Caller, Currency, InMemorySwitch, ManualClock, RunId, SeededEntropy,
    Switch,
    agent::Pricing,
    catalog::{Catalog, InMemoryCatalog},
    event::InMemoryEventLog,
};
use orch_planner::{
    Driven, InMemoryOrchestrations, InMemoryPaidRuns, Orchestration, OrchestrationEvent,
    OrchestrationOptions, OrchestrationStore, Orchestrations, PaidRunStore, Plan, StartOptions, Update,
    Worker, catalog_planner::CatalogPlanner,
};
use serde_json::{Value, json};

/// What a call of each of the scripted agents costs, in minor units; `free` costs nothing.
pub(crate) const PRICE: i64 = 1_000_000;
/// What the caller has at first.
pub(crate) const CREDITS: i64 = 100_000_000;

pub(crate) struct House {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) transport: Arc<ScriptedTransport>,
    pub(crate) gate: Arc<ScriptedGate>,
    pub(crate) billing: Billing,
    pub(crate) metering: Metering,
    pub(crate) invoker: Invoker,
    pub(crate) catalog: Catalog,
    pub(crate) store: Arc<dyn OrchestrationStore>,
    paid_runs: Option<Arc<dyn PaidRunStore>>,
    pub(crate) service: Orchestrations,
    /// Seeds: no two processes make the same ids.
    n_elsewhere: AtomicU64,
}

pub(crate) fn caller() -> Caller {
    Caller::host("demo".parse::<AccountId>().unwrap())
}

pub(crate) fn stranger() -> Caller {
    Caller::host("stranger".parse::<AccountId>().unwrap())
}

pub(crate) fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

pub(crate) fn plan(steps: Value) -> Plan {
    Plan::from_value(Value::Object([("steps".to_owned(), steps)].into_iter().collect())).unwrap()
}

/// A step of the agent `echo`, which may be repeated and answers with its arguments.
pub(crate) fn echo(id: &str, arguments: Value) -> Value {
    let mut step = json!({"id": id, "agent": "echo", "task": "do"});
    step["arguments"] = arguments;
    step
}

/// A step of the agent `once`, which may not be repeated.
pub(crate) fn once(id: &str, after: &[&str]) -> Value {
    json!({"id": id, "agent": "once", "task": "do", "after": after, "arguments": {"id": id}})
}

impl House {
    pub(crate) async fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let store = InMemoryOrchestrations::new(Arc::new(InMemoryEventLog::default()), clock.clone());
        let (store, ledger) = (Arc::new(store), Arc::new(InMemoryLedger::default()));
        let paid_runs = Arc::new(InMemoryPaidRuns::new(store.clone(), ledger.clone()));
        Self::joined(clock, store, ledger, Some(paid_runs), options()).await
    }

    /// Over stores that keep runs and money apart from each other.
    pub(crate) async fn over<L: LedgerStore + UsageStore>(
        clock: Arc<ManualClock>,
        store: Arc<dyn OrchestrationStore>,
        ledger: Arc<L>,
        options: OrchestrationOptions,
    ) -> Self {
        Self::joined(clock, store, ledger, None, options).await
    }

    pub(crate) async fn joined<L: LedgerStore + UsageStore>(
        clock: Arc<ManualClock>,
        store: Arc<dyn OrchestrationStore>,
        ledger: Arc<L>,
        paid_runs: Option<Arc<dyn PaidRunStore>>,
        options: OrchestrationOptions,
    ) -> Self {
        let entropy = Arc::new(SeededEntropy::default());
        let catalog = Catalog::new(
            Arc::new(InMemoryCatalog::default()),
            clock.clone(),
            entropy.clone(),
        );
        let transport = Arc::new(ScriptedTransport::new(clock.clone()));
        let owner = Caller::host("owner".parse::<AccountId>().unwrap());
        for (name, price, repeatable) in [("echo", PRICE, true), ("once", PRICE, false), ("free", 0, false)] {
            let mut draft = draft(name, &["do", "guarded"], Pricing::per_request(algo(price))).unwrap();
            for task in &mut draft.version.tasks {
                task.repeatable = repeatable;
                transport.always(&format!("{name}/{}", task.name), Script::Echo);
            }
            catalog.register(&owner, draft).await.unwrap();
        }
        let billing = Billing::new(ledger.clone(), clock.clone(), BasisPoints::new(1000).unwrap());
        billing
            .grant(caller().account(), algo(CREDITS), "credits")
            .await
            .unwrap();
        let metering = Metering::new(ledger, clock.clone());
        let gate = Arc::new(ScriptedGate::default());
        let parts = InvokerParts {
            catalog: catalog.clone(),
            billing: billing.clone(),
            metering: metering.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            transports: Transports {
                in_process: Some(transport.clone()),
                ..Transports::default()
            },
            gate: gate.clone(),
            switch: Switch::new(Arc::new(InMemorySwitch::default()), clock.clone()),
        };
        let invoker = Invoker::new(parts, InvokerLimits::default());
        let service = Orchestrations::new(
            store.clone(),
            paid_runs.clone(),
            invoker.clone(),
            catalog.clone(),
            billing.clone(),
            Arc::new(CatalogPlanner::new(catalog.clone())),
            clock.clone(),
            entropy,
            options,
        );
        let n_elsewhere = AtomicU64::new(1000);
        Self {
            clock,
            transport,
            gate,
            billing,
            metering,
            invoker,
            catalog,
            store,
            paid_runs,
            service,
            n_elsewhere,
        }
    }

    /// Another process over the same stores, agents and credits.
    pub(crate) fn elsewhere(&self) -> Orchestrations {
        Orchestrations::new(
            self.store.clone(),
            self.paid_runs.clone(),
            self.invoker.clone(),
            self.catalog.clone(),
            self.billing.clone(),
            Arc::new(CatalogPlanner::new(self.catalog.clone())),
            self.clock.clone(),
            Arc::new(SeededEntropy::new(
                self.n_elsewhere.fetch_add(1, Ordering::Relaxed),
            )),
            options(),
        )
    }

    pub(crate) async fn start(&self, plan: Plan) -> RunId {
        let started = self
            .service
            .start_plan(&caller(), plan, StartOptions::default())
            .await
            .unwrap();
        assert!(started.is_new);
        started.run
    }

    /// Starts a plan and drives it until nothing more can be done.
    pub(crate) async fn run(&self, plan: Plan) -> Orchestration {
        let worker = self.service.begin_worker().await.unwrap();
        let run = self.start(plan).await;
        drive(&self.service, &worker).await;
        self.find(run).await
    }

    pub(crate) async fn find(&self, run: RunId) -> Orchestration {
        self.service.find(&caller(), run).await.unwrap()
    }

    pub(crate) async fn balance(&self) -> Balance {
        self.billing.balance(&caller(), Currency::Algo).await.unwrap()
    }

    /// What was earned by the agents' owner and the platform together.
    pub(crate) async fn earned(&self) -> i64 {
        let owner = Caller::host("owner".parse::<AccountId>().unwrap());
        let earnings = self.billing.earnings(&owner, Currency::Algo).await.unwrap();
        earnings.minor() + self.billing.fees(Currency::Algo).await.unwrap().minor()
    }

    /// Asserts that exactly so many calls were paid for, and that nothing is held any more.
    pub(crate) async fn assert_paid(&self, calls: usize) {
        let paid = i64::try_from(calls).unwrap() * PRICE;
        let Balance { available, held } = self.balance().await;
        assert_eq!(
            (available.minor(), held.minor(), self.earned().await),
            (CREDITS - paid, 0, paid)
        );
    }

    /// Which steps were sent to their agents, in order, by the argument `id`.
    pub(crate) fn sent(&self) -> Vec<String> {
        let calls = self.transport.calls();
        calls
            .iter()
            .map(|call| call.arguments["id"].as_str().unwrap_or("?").to_owned())
            .collect()
    }

    /// What happened to a run, in order: the kinds, and the steps where there are.
    pub(crate) async fn history(&self, run: RunId) -> Vec<String> {
        let mut watch = self.service.watch(&caller(), run, 1).await.unwrap();
        let n_events = self.find(run).await.seq();
        let mut history = Vec::new();
        while (history.len() as u64) < n_events {
            if let Update::Event { event, .. } = watch.next().await.unwrap().unwrap() {
                history.push(describe(&event));
            }
        }
        history
    }
}

pub(crate) fn options() -> OrchestrationOptions {
    OrchestrationOptions::default()
}

/// Drives all that can be claimed, one after the other.
pub(crate) async fn drive(service: &Orchestrations, worker: &Worker) -> Vec<Driven> {
    let mut driven = Vec::new();
    loop {
        let claims = worker.claim(10).await.unwrap();
        if claims.is_empty() {
            return driven;
        }
        for claim in claims {
            driven.push(service.drive(worker, claim).await.unwrap());
        }
    }
}

/// Lets other tasks go on until they have nothing more to do.
pub(crate) async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

pub(crate) fn describe(event: &OrchestrationEvent) -> String {
    let step = match event {
        OrchestrationEvent::StepStarted(event) => &event.step,
        OrchestrationEvent::StepSucceeded(event) => &event.step,
        OrchestrationEvent::StepFailed(event) => &event.step,
        OrchestrationEvent::StepReplaced(event) => {
            return format!("{} {} by {}", "step_replaced", event.step, event.by.slug);
        }
        OrchestrationEvent::StepWaiting(event) => &event.step,
        OrchestrationEvent::StepInterrupted(event)
        | OrchestrationEvent::StepLate(event)
        | OrchestrationEvent::StepCancelled(event) => &event.step,
        _ => return event.kind().to_owned(),
    };
    format!("{} {step}", event.kind())
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
