//! What the ledger asks of a database: few statements for each operation, and none that reads a whole table.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use orch_backends::{
    ConnectError, Options, SqlStore,
    sql::{BoxFuture, Dialect, Engine, Row, ServingLock, SqliteEngine, Tx, Unit, Value},
};
use orch_billing::{
    BalanceOf, Extension, Grouping, Hold, HoldQuery, LedgerStore, More, Period, UsageStore,
    store::conformance::script::{Operation, script},
};
use orch_core::{
    AgentId, Amount, Currency, Entropy, PageRequest, SeededEntropy, StoreError, Timestamp, Uuid,
};

/// An engine that writes down each statement, and how it is carried out.
#[derive(Debug)]
struct Watched {
    engine: SqliteEngine,
    statements: Arc<Mutex<Vec<String>>>,
    plans: Arc<Mutex<Vec<(String, String)>>>,
}

struct WatchedUnit {
    unit: Arc<dyn Unit>,
    statements: Arc<Mutex<Vec<String>>>,
    plans: Arc<Mutex<Vec<(String, String)>>>,
}

struct WatchedTx<'t> {
    tx: &'t mut dyn Tx,
    unit: &'t WatchedUnit,
}

#[async_trait]
impl Engine for Watched {
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        self.engine.write(self.watch(unit)).await
    }

    async fn read(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        self.engine.read(self.watch(unit)).await
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

impl Watched {
    fn watch(&self, unit: Arc<dyn Unit>) -> Arc<WatchedUnit> {
        let (statements, plans) = (self.statements.clone(), self.plans.clone());
        Arc::new(WatchedUnit {
            unit,
            statements,
            plans,
        })
    }
}

impl Unit for WatchedUnit {
    fn run<'t>(&'t self, tx: &'t mut dyn Tx) -> BoxFuture<'t, Result<(), StoreError>> {
        Box::pin(async move { self.unit.run(&mut WatchedTx { tx, unit: self }).await })
    }
}

impl WatchedTx<'_> {
    async fn note(&mut self, sql: &str, params: &[Value<'_>]) -> Result<(), StoreError> {
        if sql.starts_with("CREATE") {
            return Ok(());
        }
        self.unit.statements.lock().unwrap().push(sql.to_owned());
        for row in self
            .tx
            .query(&format!("EXPLAIN QUERY PLAN {sql}"), params)
            .await?
        {
            let step = row.of("plan").text("detail")?.to_owned();
            self.unit.plans.lock().unwrap().push((sql.to_owned(), step));
        }
        Ok(())
    }
}

#[async_trait]
impl Tx for WatchedTx<'_> {
    async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.note(sql, params).await?;
        self.tx.execute(sql, params).await
    }

    async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.note(sql, params).await?;
        self.tx.query(sql, params).await
    }

    async fn now(&mut self) -> Result<Timestamp, StoreError> {
        self.tx.now().await
    }

    fn dialect(&self) -> Dialect {
        self.tx.dialect()
    }
}

struct World {
    store: SqlStore,
    statements: Arc<Mutex<Vec<String>>>,
    plans: Arc<Mutex<Vec<(String, String)>>>,
}

async fn world() -> World {
    let engine = SqliteEngine::connect("sqlite::memory:", &Options::default()).unwrap();
    let (statements, plans) = <(Arc<Mutex<_>>, Arc<Mutex<_>>)>::default();
    let store = SqlStore::new(Watched {
        engine,
        statements: statements.clone(),
        plans: plans.clone(),
    });
    store.migrate().await.unwrap();
    plans.lock().unwrap().clear();
    World {
        store,
        statements,
        plans,
    }
}

impl World {
    /// How many statements an operation takes that succeeds.
    async fn n_statements(&self, operation: Operation) -> usize {
        self.statements.lock().unwrap().clear();
        operation.apply(&self.store).await.unwrap().unwrap();
        self.statements.lock().unwrap().len()
    }
}

/// The operation of four bytes, as scripts have them, with its amount.
fn operation(bytes: [u8; 4]) -> Operation {
    Operation::decode(bytes, 0)
}

fn hold(number: u8, minor: u8) -> Hold {
    match operation([1, number, minor, 0]) {
        Operation::Hold(hold) => Hold {
            payee: Some("developer".parse().unwrap()),
            ..*hold
        },
        other => unreachable!("{other:?} is no hold"),
    }
}

#[tokio::test]
async fn an_operation_takes_few_statements() {
    let world = world().await;
    let n = async |operation| world.n_statements(operation).await;
    assert_eq!(n(operation([0, 0, 47, 0])).await, 3, "grant");
    assert_eq!(n(Operation::Hold(Box::new(hold(1, 40)))).await, 4, "hold");
    let parent = Some(hold(1, 0).id);
    let sub_hold = Hold {
        parent,
        ..hold(2, 20)
    };
    assert_eq!(n(Operation::Hold(Box::new(sub_hold))).await, 4, "sub-hold");
    let amount = Amount::new(5, Currency::Algo).unwrap();
    let by = More::Funds {
        amount,
        key: "dearer".into(),
    };
    let enlargement = Extension {
        hold: hold(2, 0).id,
        by,
        at: Timestamp::from_millis(0),
    };
    assert_eq!(n(Operation::Extend(enlargement)).await, 4, "enlargement");
    assert_eq!(n(operation([8, 2, 10, 2])).await, 7, "capture with usage");
    assert_eq!(n(operation([14, 2, 5, 0])).await, 4, "refund");
    assert_eq!(n(operation([11, 1, 0, 0])).await, 4, "release");
}

#[tokio::test]
async fn no_statement_reads_a_whole_table() {
    let world = world().await;
    let entropy = SeededEntropy::new(1);
    let bytes: Vec<[u8; 4]> = (0..400)
        .map(|_| {
            let mut bytes = [0; 4];
            entropy.fill(&mut bytes);
            bytes
        })
        .collect();
    for operation in script(&bytes) {
        let _refused = operation.apply(&world.store).await.unwrap();
    }
    let (demo, agent) = ("demo".parse().unwrap(), AgentId::from_uuid(Uuid::from_u128(7)));
    let at = Timestamp::from_millis(i64::MAX);
    for query in [
        HoldQuery::Due { at, limit: 9 },
        HoldQuery::OpenWithin(hold(1, 0).id),
    ] {
        world.store.holds(&query).await.unwrap();
    }
    for of in [
        BalanceOf::Credits("demo".parse().unwrap()),
        BalanceOf::Earnings("developer".parse().unwrap()),
        BalanceOf::Fees,
    ] {
        world.store.balance(&of, Currency::Algo).await.unwrap();
    }
    world
        .store
        .list(&demo, Period::ALWAYS, PageRequest::default())
        .await
        .unwrap();
    world
        .store
        .summarize(&demo, Currency::Algo, Period::ALWAYS, Grouping::Day, 9)
        .await
        .unwrap();
    world
        .store
        .count_answered(&demo, agent, Period::ALWAYS)
        .await
        .unwrap();
    world.store.activity(agent, Period::ALWAYS).await.unwrap();
    world.store.prune(at, 9).await.unwrap();
    world.store.prune(Timestamp::from_millis(0), 9).await.unwrap();
    let plans = world.plans.lock().unwrap();
    let scans: Vec<_> = plans
        .iter()
        .filter(|(_, step)| step.starts_with("SCAN orch_"))
        .collect();
    assert!(scans.is_empty(), "{scans:#?}");
    for index in [
        "orch_holds_due",
        "orch_holds_open",
        "orch_ledger_entries_earned",
        "orch_usage_listed",
        "orch_usage_answered",
        "orch_usage_unsummed",
        "orch_usage_untotaled",
        "orch_usage_sums_old",
        "orch_usage_totals_old",
        "orch_usage_sums_by_agent",
    ] {
        assert!(
            plans.iter().any(|(_, step)| step.contains(index)),
            "nothing uses {index}"
        );
    }
}
