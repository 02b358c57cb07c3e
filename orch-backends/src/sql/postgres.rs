//! The engine for several replicas over one state: PostgreSQL, through a pool.

#![cfg_attr(
    not(feature = "postgres-tls"),
    expect(
        clippy::clone_on_copy,
        reason = "what makes plain connections is nothing, and a copy"
    )
)]

mod bell;
mod connector;
mod failure;
mod placeholders;
mod security;
mod session;
mod tx;
mod value;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use orch_core::{Clock, StoreError, SystemClock, event::Bell};
use tokio_postgres::{Config, error::SqlState};

use self::{
    bell::PostgresBell,
    failure::{Failure, store_error},
    placeholders::Placeholders,
    security::Security,
    session::Session,
};
use super::{ConnectError, Dialect, Engine, Options, ServingLock, Unit};

/// Attempts at a unit that PostgreSQL gave up because of another one (a deadlock, a serialization failure).
const ATTEMPTS: u32 = 8;

/// The pause before the second attempt; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(1);

/// Runs units of work on a PostgreSQL database, in a schema of its own.
///
/// A unit that writes is a READ COMMITTED transaction on a connection of the pool; one that only reads runs without a
/// transaction, so that each of its queries is one round trip. A connection whose unit was not settled, because its
/// future was dropped, is closed: the server rolls back what was open. Where someone listens to its [`Bell`], one more
/// connection beside the pool listens and notifies.
///
/// Connections are encrypted where the URL says `sslmode=verify-full` (or `require`, or `verify-ca`, which mean the same here):
/// then the server shows a certificate for the host that the URL names, which is vouched for by who is in the PEM file
/// `sslrootcert`, or by one of Mozilla's roots where no file is named. Nothing less is encrypted at all, and a server that does
/// not speak TLS is then refused. That needs the feature `postgres-tls`. Without a word about it, connections are plain, and
/// the log says so where the server is not on this machine.
#[derive(Debug)]
pub struct PostgresEngine {
    pool: Pool,
    placeholders: Placeholders,
    bell: Arc<PostgresBell>,
}

impl PostgresEngine {
    /// Connects to the database that `url` names, and makes the schema if need be.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Invalid`] for a URL, a file of roots or a schema that cannot be, [`ConnectError::Store`] when there is
    /// no connection.
    pub async fn connect(url: &str, options: &Options) -> Result<Self, ConnectError> {
        check_schema(&options.schema)?;
        let (security, url) = Security::take_from(url)?;
        let mut config = config(&url, options)?;
        let connector = security.apply(&mut config)?;
        let bell = PostgresBell::new(config.clone(), connector.clone(), &options.schema);
        let manager = Manager::from_config(
            config,
            connector,
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let pool = Pool::builder(manager)
            .max_size(options.connections.max(1))
            .wait_timeout(Some(options.timeout))
            .create_timeout(Some(options.timeout))
            .recycle_timeout(Some(options.timeout))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| ConnectError::invalid(error.to_string()))?;
        let engine = Self {
            pool,
            placeholders: Placeholders::default(),
            bell: Arc::new(bell),
        };
        engine.create_schema(&options.schema).await?;
        Ok(engine)
    }

    async fn create_schema(&self, schema: &str) -> Result<(), StoreError> {
        let session = Session::open(&self.pool).await?;
        // Even `IF NOT EXISTS` asks for a right that the owner of a schema need not have.
        let connection = session.connection()?;
        let found = connection
            .query_opt("SELECT FROM pg_namespace WHERE nspname = $1", &[&schema])
            .await;
        if found.map_err(store_error)?.is_none() {
            let sql = format!("BEGIN READ WRITE; CREATE SCHEMA \"{schema}\"; COMMIT");
            match connection.batch_execute(&sql).await {
                Ok(()) => {}
                // Another replica made it at the same moment.
                Err(error)
                    if matches!(
                        error.code(),
                        Some(&SqlState::UNIQUE_VIOLATION | &SqlState::DUPLICATE_SCHEMA)
                    ) =>
                {
                    connection.batch_execute("ROLLBACK").await.map_err(store_error)?;
                }
                Err(error) => return Err(store_error(error)),
            }
        }
        session.settle();
        Ok(())
    }

    async fn attempt(&self, unit: &dyn Unit) -> Result<(), Failure> {
        let session = Session::open(&self.pool).await?;
        let outcome = tx::write(unit, session.connection()?, &self.placeholders).await?;
        session.settle();
        outcome
    }
}

#[async_trait]
impl Engine for PostgresEngine {
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        let mut pause = PAUSE;
        for _ in 1..ATTEMPTS {
            match self.attempt(&*unit).await {
                Err(Failure::Repeatable(_)) => SystemClock.sleep(pause).await,
                outcome => return outcome.map_err(StoreError::from),
            }
            pause *= 2;
        }
        self.attempt(&*unit).await.map_err(StoreError::from)
    }

    async fn read(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        let session = Session::open(&self.pool).await?;
        let outcome = tx::read(&*unit, session.connection()?, &self.placeholders).await;
        session.settle();
        outcome
    }

    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn is_exclusive(&self) -> bool {
        false
    }

    fn serve(&self) -> Result<Option<ServingLock>, ConnectError> {
        Ok(None)
    }

    fn bell(&self) -> Option<Arc<dyn Bell>> {
        Some(self.bell.clone())
    }
}

/// The schema stands unquoted in the options of a connection.
fn check_schema(schema: &str) -> Result<(), ConnectError> {
    let starts_well = schema.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let is_name = schema
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if starts_well && is_name && schema.len() <= 63 {
        return Ok(());
    }
    Err(ConnectError::invalid(
        "a schema is named by lower-case letters, digits and _, at most 63",
    ))
}

fn config(url: &str, options: &Options) -> Result<Config, ConnectError> {
    // The parser's error does not repeat the URL.
    let mut config: Config = url
        .parse()
        .map_err(|error: tokio_postgres::Error| ConnectError::invalid(error.to_string()))?;
    let (schema, timeout) = (&options.schema, options.timeout.as_millis().max(1));
    let of_url = config.get_options().unwrap_or_default();
    // Only units that write say so. The timeouts free the locks of a unit whose process stands still; its units that wait
    // for that lock give up first, or each would inherit it and keep it as long again.
    let settings = format!(
        "{of_url} -c search_path={schema} -c default_transaction_read_only=on -c lock_timeout={} \
         -c statement_timeout={} -c idle_in_transaction_session_timeout={timeout}",
        (timeout / 2).max(1),
        3 * timeout
    );
    config.options(settings);
    config.connect_timeout(options.timeout);
    // The system counts these in whole seconds. They find out a server that went away without a word.
    let silence = options.timeout.max(Duration::from_secs(1));
    config
        .keepalives_idle(silence)
        .keepalives_interval(silence)
        .keepalives_retries(3);
    config.tcp_user_timeout(3 * silence);
    if config.get_application_name().is_none() {
        config.application_name("orch");
    }
    Ok(config)
}
