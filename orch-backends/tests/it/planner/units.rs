//! How many units of work runs take that change something, and with how many statements: each unit is a commit, which is what
//! a run waits for, and each statement is work of the one thread that writes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use orch_backends::{
    ConnectError, Options, SqlStore,
    sql::{BoxFuture, Dialect, Engine, Row, ServingLock, SqliteEngine, Tx, Unit, Value},
};
use orch_core::{StoreError, Timestamp};
use orch_planner::{Hire, Plan, RunStatus, StartOptions};
use serde_json::json;

use super::runs::{House, caller, process};

/// The units that changed something, and their statements.
#[derive(Debug, Default)]
struct Counts {
    n_units: AtomicUsize,
    n_statements: AtomicUsize,
}

/// An engine that counts.
#[derive(Debug)]
struct Counted {
    engine: SqliteEngine,
    counts: Arc<Counts>,
}

struct CountedUnit {
    unit: Arc<dyn Unit>,
    counts: Arc<Counts>,
}

struct CountedTx<'t> {
    tx: &'t mut dyn Tx,
    has_changed: bool,
    n_statements: usize,
}

#[async_trait]
impl Engine for Counted {
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        let counts = self.counts.clone();
        self.engine.write(Arc::new(CountedUnit { unit, counts })).await
    }

    async fn read(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        self.engine.read(unit).await
    }

    fn dialect(&self) -> Dialect {
        self.engine.dialect()
    }

    fn is_exclusive(&self) -> bool {
        self.engine.is_exclusive()
    }

    fn serve(&self) -> Result<Option<ServingLock>, ConnectError> {
        self.engine.serve()
    }
}

impl Unit for CountedUnit {
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> BoxFuture<'t, Result<(), StoreError>> {
        Box::pin(async move {
            let mut tx = CountedTx {
                tx,
                has_changed: false,
                n_statements: 0,
            };
            self.unit.run(&mut tx).await?;
            if tx.has_changed {
                self.counts.n_units.fetch_add(1, Ordering::SeqCst);
                self.counts
                    .n_statements
                    .fetch_add(tx.n_statements, Ordering::SeqCst);
            }
            Ok(())
        })
    }
}

#[async_trait]
impl Tx for CountedTx<'_> {
    async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.n_statements += 1;
        let n_rows = self.tx.execute(sql, params).await?;
        self.has_changed |= n_rows > 0;
        Ok(n_rows)
    }

    async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.n_statements += 1;
        let rows = self.tx.query(sql, params).await?;
        self.has_changed |= !rows.is_empty() && !sql.starts_with("SELECT");
        Ok(rows)
    }

    async fn now(&mut self) -> Result<Timestamp, StoreError> {
        self.tx.now().await
    }

    fn dialect(&self) -> Dialect {
        self.tx.dialect()
    }
}

/// Starts runs while a worker waits for them, and counts the units and the statements until each has ended. What counts is
/// the least: a worker that just looks elsewhere lets a run begin in more units.
async fn count(start: impl AsyncFn(&House) -> orch_core::RunId) -> (usize, usize) {
    let counts = Arc::new(Counts::default());
    let counted = || {
        let (units, statements) = (&counts.n_units, &counts.n_statements);
        (units.load(Ordering::SeqCst), statements.load(Ordering::SeqCst))
    };
    let store = SqlStore::new(Counted {
        engine: SqliteEngine::connect("sqlite::memory:", &Options::default()).unwrap(),
        counts: counts.clone(),
    });
    store.migrate().await.unwrap();
    let house = process(&store, true).await;
    let service = house.service.clone();
    let worker = tokio::spawn(async move {
        let worker = Arc::new(service.begin_worker().await.unwrap());
        loop {
            for claim in worker.next(8).await.unwrap() {
                let (service, worker) = (service.clone(), worker.clone());
                tokio::spawn(async move { service.drive(&worker, claim).await.unwrap() });
            }
        }
    });
    let mut least = (usize::MAX, usize::MAX);
    for _ in 0..20 {
        let before = counted();
        let run = start(&house).await;
        let ended = house.service.wait(&caller(), run).await.unwrap();
        assert_eq!(ended.status(), RunStatus::Completed);
        let after = counted();
        least = least.min((after.0 - before.0, after.1 - before.1));
    }
    worker.abort();
    least
}

#[tokio::test]
async fn a_hire_is_two_units_of_work() {
    for agent in ["echo", "once"] {
        let counted = count(async |house: &House| {
            let hire = Hire {
                agent: agent.to_owned(),
                task: "do".to_owned(),
                arguments: serde_json::Map::new(),
            };
            let caller = caller();
            let started = house.service.hire(&caller, hire, StartOptions::default());
            started.await.unwrap().run
        });
        assert_eq!(
            counted.await,
            (2, 6 + 8),
            "run, events, hold (4); run, events, payment (6)"
        );
    }
}

#[tokio::test]
async fn a_step_behind_another_is_two_units_of_work() {
    let chain =
        |n_steps: usize| {
            let steps = (0..n_steps).map(|step| {
            let before: Vec<String> = step.checked_sub(1).iter().map(|step| format!("s{step}")).collect();
            json!({"id": format!("s{step}"), "agent": "once", "task": "do", "arguments": {}, "after": before})
        });
            Plan::parse(&json!({"steps": steps.collect::<Vec<_>>()}).to_string()).unwrap()
        };
    let mut n_units = Vec::new();
    for n_steps in 1..4 {
        let counted = count(async |house: &House| {
            let (caller, plan) = (caller(), chain(n_steps));
            let started = house.service.start_plan(&caller, plan, StartOptions::default());
            started.await.unwrap().run
        });
        n_units.push(counted.await.0);
    }
    assert_eq!(n_units, [2, 4, 6], "its hold; its answer with its payment");
}
