//! An engine of a host's own: rusqlite on one connection behind a lock. With it come all of orch's stores.
//!
//! It is slower than the engine of `orch-backends`, which shares one commit among all the units that wait and reads
//! beside the writer; it shows how little puts orch on the driver that a host already has.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use futures_util::FutureExt;
use orch::{
    Clock, StoreError, SystemClock, Timestamp,
    backends::sql::{Columns, ConnectError, Dialect, Engine, Field, Row, ServingLock, Tx, Unit, Value},
};
use rusqlite::{Connection, params_from_iter, types};

/// One connection, which one unit uses at a time.
#[derive(Debug)]
pub struct OneConnection(Mutex<Connection>);

impl OneConnection {
    /// An engine over an open connection.
    pub fn new(connection: Connection) -> Self {
        Self(Mutex::new(connection))
    }

    /// Runs a unit in a transaction, which is committed only if the unit succeeds.
    fn run(&self, unit: &dyn Unit, is_read: bool) -> Result<(), StoreError> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        connection
            .pragma_update(None, "query_only", is_read)
            .map_err(broken)?;
        connection
            .execute_batch(if is_read { "BEGIN" } else { "BEGIN IMMEDIATE" })
            .map_err(broken)?;
        let mut tx = OneTx {
            connection: &mut connection,
            failed: false,
        };
        // Polled once: a unit awaits nothing but its statements, and those never wait here.
        let outcome = match catch_unwind(AssertUnwindSafe(|| unit.run(&mut tx).now_or_never())) {
            Ok(Some(Ok(()))) if tx.failed => Err(StoreError::Broken("a unit hid a failure".into())),
            Ok(Some(outcome)) => outcome,
            Ok(None) => Err(StoreError::Broken("a unit waited for something foreign".into())),
            Err(_) => Err(StoreError::Broken("a unit panicked".into())),
        };
        let end = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
        outcome.and(connection.execute_batch(end).map_err(broken))
    }
}

#[async_trait]
impl Engine for OneConnection {
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        self.run(&*unit, false)
    }

    async fn read(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        self.run(&*unit, true)
    }

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn is_exclusive(&self) -> bool {
        false
    }

    fn serve(&self) -> Result<Option<ServingLock>, ConnectError> {
        Ok(None)
    }
}

struct OneTx<'c> {
    connection: &'c mut Connection,
    failed: bool,
}

impl OneTx<'_> {
    /// Runs a statement. After a failure nothing more is run, since the transaction may have ended with it.
    fn attempt<T>(
        &mut self,
        params: &[Value<'_>],
        run: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        if self.failed {
            return Err(StoreError::Broken("a statement of this unit has failed".into()));
        }
        let checked = params.iter().try_for_each(Value::check);
        let outcome = checked.and_then(|()| run(self.connection).map_err(broken));
        self.failed = outcome.is_err();
        outcome
    }
}

#[async_trait]
impl Tx for OneTx<'_> {
    async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let n_rows = self.attempt(params, |connection| {
            connection
                .prepare_cached(sql)?
                .execute(params_from_iter(params.iter().map(to_driver)))
        })?;
        Ok(n_rows as u64)
    }

    async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.attempt(params, |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let columns: Columns = statement.column_names().map(Box::from).collect();
            let rows = statement.query_map(params_from_iter(params.iter().map(to_driver)), |row| {
                let fields = (0..columns.len()).map(|at| row.get(at).map(from_driver));
                Ok(Row::new(columns.clone(), fields.collect::<Result<_, _>>()?))
            })?;
            rows.collect()
        })
    }

    async fn now(&mut self) -> Result<Timestamp, StoreError> {
        Ok(SystemClock.now())
    }

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }
}

fn to_driver(value: &Value<'_>) -> types::Value {
    match value {
        Value::Null => types::Value::Null,
        Value::Integer(integer) => types::Value::Integer(*integer),
        Value::Real(real) => types::Value::Real(*real),
        Value::Text(text) => types::Value::Text(text.to_string()),
        Value::Bytes(bytes) => types::Value::Blob(bytes.to_vec()),
    }
}

fn from_driver(value: types::Value) -> Field {
    match value {
        types::Value::Null => Field::Null,
        types::Value::Integer(integer) => Field::Integer(integer),
        types::Value::Real(real) => Field::Real(real),
        types::Value::Text(text) => Field::Text(text),
        types::Value::Blob(bytes) => Field::Bytes(bytes),
    }
}

fn broken(error: rusqlite::Error) -> StoreError {
    StoreError::Broken(Box::new(error))
}
