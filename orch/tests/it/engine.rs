//! The stores that every law runs on.

use std::time::Duration;

use orch::{
    Amount, Builder, Caller, Currency, Orchestration, Orchestrator, Plan, RunId, Stores, WorkerError,
    WorkerOptions,
    backends::{SqlStore, sql::test_db},
    planner::{OrchestrationOptions, StartOptions},
};
use tokio::task::JoinHandle;

use crate::agents;

/// What the account of a test has at first.
pub(crate) const CREDITS: &str = "10 ALGO";

/// Stores of their own, with what is needed to look beneath.
pub(crate) struct Engine {
    pub(crate) stores: Stores,
    sql: Option<SqlStore>,
}

impl Engine {
    pub(crate) fn in_memory() -> Self {
        Self {
            stores: Stores::in_memory(),
            sql: None,
        }
    }

    pub(crate) async fn sqlite() -> Self {
        Self::sql(test_db::sqlite().await)
    }

    /// `None`, and a word about it, where no server is named.
    pub(crate) async fn postgres() -> Option<Self> {
        test_db::postgres().await.map(Self::sql)
    }

    fn sql(store: SqlStore) -> Self {
        Self {
            stores: store.clone().into(),
            sql: Some(store),
        }
    }

    /// What is beneath, where that is an SQL database.
    pub(crate) fn sql_store(&self) -> Option<SqlStore> {
        self.sql.clone()
    }

    /// A host over the stores, in no mood to wait.
    pub(crate) fn builder(&self) -> Builder {
        let orchestrations = OrchestrationOptions {
            poll_interval: Duration::from_millis(20),
            worker_ttl: Duration::from_secs(2),
            ..OrchestrationOptions::default()
        };
        let worker = WorkerOptions {
            sweep_interval: Duration::from_millis(50),
            retry_interval: Duration::from_millis(50),
            ..WorkerOptions::default()
        };
        Orchestrator::builder(self.stores.clone())
            .orchestration_options(orchestrations)
            .worker_options(worker)
    }

    /// A host with the agent `echo`, and credits for its account.
    pub(crate) async fn host(&self) -> Orchestrator {
        let orchestrator = self.builder().agent(agents::echo()).build().await.unwrap();
        grant(&orchestrator).await;
        orchestrator
    }

    /// Whether all that is stored keeps the laws.
    pub(crate) async fn assert_sound(&self) {
        if let Some(store) = &self.sql {
            assert_eq!(store.check().await.unwrap(), []);
        }
    }
}

/// Stamps a test of each law for each engine.
macro_rules! on_every_engine {
    ($($law:ident),+ $(,)?) => {
        mod in_memory {
            $(#[tokio::test]
            async fn $law() {
                super::$law($crate::engine::Engine::in_memory()).await;
            })+
        }

        mod sqlite {
            $(#[tokio::test]
            async fn $law() {
                super::$law($crate::engine::Engine::sqlite().await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $law() {
                if let Some(engine) = $crate::engine::Engine::postgres().await {
                    super::$law(engine).await;
                }
            })+
        }
    };
}
pub(crate) use on_every_engine;

pub(crate) type Work = JoinHandle<Result<(), WorkerError>>;

pub(crate) fn work(orchestrator: &Orchestrator) -> Work {
    tokio::spawn(orchestrator.worker())
}

pub(crate) fn caller() -> Caller {
    Caller::host("acme".parse().unwrap())
}

pub(crate) fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

pub(crate) async fn grant(orchestrator: &Orchestrator) {
    orchestrator
        .billing()
        .grant(caller().account(), amount(CREDITS), "credits")
        .await
        .unwrap();
}

pub(crate) async fn start(orchestrator: &Orchestrator, plan: Plan) -> RunId {
    let service = orchestrator.orchestrations();
    service
        .start_plan(&caller(), plan, StartOptions::default())
        .await
        .unwrap()
        .run
}

pub(crate) async fn wait(orchestrator: &Orchestrator, run: RunId) -> Orchestration {
    orchestrator.orchestrations().wait(&caller(), run).await.unwrap()
}

/// Asserts what the account has left, and that nothing is held any more.
pub(crate) async fn assert_left(orchestrator: &Orchestrator, left: &str) {
    let balance = orchestrator
        .billing()
        .balance(&caller(), Currency::Algo)
        .await
        .unwrap();
    assert_eq!(
        (balance.available, balance.held),
        (amount(left), Amount::zero(Currency::Algo))
    );
}

/// Returns once it is so; it must become so soon.
pub(crate) async fn until(is_so: impl AsyncFn() -> bool) {
    for _ in 0..2000 {
        if is_so().await {
            return;
        }
        pause(5).await;
    }
    panic!("it does not become so");
}

/// Lets this many milliseconds pass.
#[expect(
    clippy::disallowed_methods,
    reason = "these tests stand outside the orchestrator and its clock"
)]
pub(crate) async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

/// What comes of it, within seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "these tests stand outside the orchestrator and its clock"
)]
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .expect("it takes too long")
}
