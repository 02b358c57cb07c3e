//! Whole runs over the stores of a database: agents that follow a script, and workers that race and die.

use std::{sync::Arc, time::Duration};

use futures_util::future::{join_all, select};
use orch_a2a::{
    Invoker, InvokerLimits, InvokerParts, OpenGate, Transports,
    testing::{Script, ScriptedTransport, draft},
};
use orch_backends::{SqlStore, sql::test_db};
use orch_billing::{Billing, Metering};
use orch_core::{
    Amount, BasisPoints, Caller, Catalog, Currency, InMemorySwitch, OsEntropy, PageRequest, RunId, Switch,
    SystemClock, agent::Pricing,
};
use orch_planner::{
    Driven, OrchestrationOptions, Orchestrations, Plan, RunStatus, StartOptions, StepState, Worker,
    catalog_planner::CatalogPlanner,
};
use serde_json::{Value, json};

pub(super) const PRICE: i64 = 1_000;

pub(super) struct House {
    pub(super) service: Orchestrations,
    pub(super) billing: Billing,
    pub(super) transport: Arc<ScriptedTransport>,
}

pub(super) fn caller() -> Caller {
    Caller::host("demo".parse().unwrap())
}

fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

/// A process over the database; the first one makes the agents and grants the credits.
pub(super) async fn process(store: &SqlStore, is_first: bool) -> House {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
    let shared = Arc::new(store.clone());
    let catalog = Catalog::new(shared.clone(), clock.clone(), entropy.clone());
    let billing = Billing::new(shared.clone(), clock.clone(), BasisPoints::new(1000).unwrap());
    let transport = Arc::new(ScriptedTransport::new(clock.clone()));
    let owner = Caller::host("owner".parse().unwrap());
    for (name, repeatable) in [("echo", true), ("once", false)] {
        transport.always(&format!("{name}/do"), Script::Echo);
        if is_first {
            let mut agent = draft(name, &["do"], Pricing::per_request(algo(PRICE))).unwrap();
            agent.version.tasks[0].repeatable = repeatable;
            catalog.register(&owner, agent).await.unwrap();
        }
    }
    billing
        .grant(caller().account(), algo(1_000_000), "credits")
        .await
        .unwrap();
    let parts = InvokerParts {
        catalog: catalog.clone(),
        billing: billing.clone(),
        metering: Metering::new(shared.clone(), clock.clone()),
        clock: clock.clone(),
        entropy: entropy.clone(),
        transports: Transports {
            in_process: Some(transport.clone()),
            ..Transports::default()
        },
        gate: Arc::new(OpenGate),
        switch: Switch::new(Arc::new(InMemorySwitch::default()), clock.clone()),
    };
    let invoker = Invoker::new(parts, InvokerLimits::default());
    let options = OrchestrationOptions {
        poll_interval: Duration::from_millis(20),
        worker_ttl: Duration::from_secs(2),
        ..OrchestrationOptions::default()
    };
    let planner = Arc::new(CatalogPlanner::new(catalog.clone()));
    let service = Orchestrations::new(
        shared.clone(),
        Some(shared),
        invoker,
        catalog,
        billing.clone(),
        planner,
        clock,
        entropy,
        options,
    );
    House {
        service,
        billing,
        transport,
    }
}

pub(super) fn diamond() -> Plan {
    let step = |id: &str, agent: &str, arguments: Value| {
        let mut step = json!({"id": id, "agent": agent, "task": "do"});
        step["arguments"] = arguments;
        step
    };
    let steps = json!([
        step("a", "echo", json!({"text": "ünïcode \u{0} \" \\ 🦀"})),
        step("b", "once", json!({"a": {"$result": "/a/text"}})),
        step("c", "echo", json!({"a": {"$result": "/a"}})),
        step(
            "d",
            "once",
            json!({"b": {"$result": "/b"}, "c": {"$result": "/c"}})
        ),
    ]);
    Plan::parse(&json!({"steps": steps}).to_string()).unwrap()
}

pub(super) async fn start(house: &House, n_runs: usize) -> Vec<RunId> {
    let caller = caller();
    let starts = (0..n_runs).map(|_| {
        house
            .service
            .start_plan(&caller, diamond(), StartOptions::default())
    });
    join_all(starts)
        .await
        .into_iter()
        .map(|started| started.unwrap().run)
        .collect()
}

async fn drive_all(house: &House, worker: &Worker) -> Vec<Driven> {
    let mut driven = Vec::new();
    loop {
        let claims = worker.claim(8).await.unwrap();
        if claims.is_empty() {
            return driven;
        }
        let drives = claims.into_iter().map(|claim| house.service.drive(worker, claim));
        driven.extend(join_all(drives).await.into_iter().map(Result::unwrap));
    }
}

/// Works until every run has ended, with a beating heart.
pub(super) async fn work(house: &House) {
    let worker = house.service.begin_worker().await.unwrap();
    let heart = async {
        let clock = SystemClock;
        while worker.heartbeat().await.unwrap() {
            orch_core::Clock::sleep(&clock, worker.heartbeat_interval()).await;
        }
    };
    let work = async {
        loop {
            drive_all(house, &worker).await;
            let page = house
                .service
                .list(&caller(), PageRequest::new(100, 0))
                .await
                .unwrap();
            if page
                .items
                .iter()
                .all(|run| run.status.is_ended() || run.status == RunStatus::Waiting)
            {
                return;
            }
            orch_core::Clock::sleep(&SystemClock, Duration::from_millis(20)).await;
        }
    };
    select(Box::pin(work), Box::pin(heart)).await;
    worker.end().await.unwrap();
}

async fn assert_paid(house: &House, calls: usize) {
    let balance = house.billing.balance(&caller(), Currency::Algo).await.unwrap();
    let paid = i64::try_from(calls).unwrap() * PRICE;
    assert_eq!(
        (balance.available.minor(), balance.held.minor()),
        (1_000_000 - paid, 0)
    );
}

/// Several workers share the runs; each step is done and paid once.
async fn workers_share_the_runs(store: SqlStore) {
    let houses = [
        process(&store, true).await,
        process(&store, false).await,
        process(&store, false).await,
    ];
    let runs = start(&houses[0], 24).await;
    join_all(houses.iter().map(work)).await;
    for run in &runs {
        let run = houses[0].service.find(&caller(), *run).await.unwrap();
        assert_eq!(run.status(), RunStatus::Completed);
        let echoed = json!("ünïcode \u{0} \" \\ 🦀");
        assert_eq!(run.output().unwrap().pointer("/d/b/a"), Some(&echoed));
    }
    let n_sent: usize = houses.iter().map(|house| house.transport.calls().len()).sum();
    assert_eq!(n_sent, 4 * runs.len());
    assert_paid(&houses[0], n_sent).await;
    assert_eq!(store.check().await.unwrap(), []);
}

/// A process dies at a random moment, again and again; what it leaves behind is finished by others.
async fn the_dead_are_succeeded(store: SqlStore) {
    let first = process(&store, true).await;
    let runs = start(&first, 12).await;
    let mut houses = vec![first];
    for n in 0..4 {
        let house = process(&store, false).await;
        let death = orch_core::Clock::sleep(&SystemClock, Duration::from_millis(5 + 7 * n));
        select(Box::pin(work(&house)), death).await;
        houses.push(house);
    }
    work(&houses[0]).await;
    let mut paid = 0;
    for run in &runs {
        let run = houses[0].service.find(&caller(), *run).await.unwrap();
        assert!(run.status().is_ended());
        paid += run
            .steps()
            .iter()
            .filter(|state| matches!(state, StepState::Succeeded(_)))
            .count();
    }
    assert_paid(&houses[0], paid).await;
    let mut keys = std::collections::HashMap::<String, usize>::new();
    for call in houses.iter().flat_map(|house| house.transport.calls()) {
        if call.target == "once/do" {
            *keys.entry(call.idempotency_key).or_default() += 1;
        }
    }
    assert!(keys.values().all(|&sent| sent == 1), "{keys:?}");
    assert_eq!(store.check().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_share_the_runs_on_sqlite() {
    workers_share_the_runs(test_db::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_share_the_runs_on_postgres() {
    if let Some(store) = test_db::postgres().await {
        workers_share_the_runs(store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dead_are_succeeded_on_sqlite() {
    the_dead_are_succeeded(test_db::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dead_are_succeeded_on_postgres() {
    if let Some(store) = test_db::postgres().await {
        the_dead_are_succeeded(store).await;
    }
}
