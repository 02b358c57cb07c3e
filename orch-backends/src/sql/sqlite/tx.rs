//! A unit's transaction on a connection to SQLite, which never waits.

use std::panic::{AssertUnwindSafe, catch_unwind};

use async_trait::async_trait;
use futures_util::FutureExt;
use orch_core::{Clock, StoreError, Timestamp};
use rusqlite::{
    CachedStatement, Connection, ToSql,
    types::{ToSqlOutput, ValueRef},
};

use super::failure::store_error;
use crate::sql::{Columns, Dialect, Field, Row, Tx, Unit, Value, engine::panicked};

/// What a unit may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// Runs a unit on a connection, within whatever transaction is open there.
///
/// The unit's future is polled once, since nothing that it may await takes time; nothing foreign can stop the thread.
pub(super) fn run(
    unit: &dyn Unit,
    connection: &mut Connection,
    clock: &dyn Clock,
    access: Access,
) -> Result<(), StoreError> {
    let mut tx = SqliteTx {
        connection,
        clock,
        access,
        has_failed: false,
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| unit.run(&mut tx).now_or_never()));
    match outcome {
        Ok(Some(Ok(()))) if tx.has_failed => Err(StoreError::Broken(
            "a unit of work hid the failure of a statement".into(),
        )),
        Ok(Some(outcome)) => outcome,
        Ok(None) => Err(StoreError::Broken(
            "a unit of work awaited something other than its transaction".into(),
        )),
        Err(panic) => Err(panicked(&*panic)),
    }
}

struct SqliteTx<'c> {
    // Exclusive, because a future that holds a shared one could not move between threads.
    connection: &'c mut Connection,
    clock: &'c dyn Clock,
    access: Access,
    has_failed: bool,
}

impl SqliteTx<'_> {
    fn attempt<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        run: impl FnOnce(CachedStatement<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.has_failed {
            // The failure may have ended the transaction, and then what follows would not be undone.
            return Err(StoreError::Broken("a statement of this unit has failed".into()));
        }
        let outcome = self.bind(sql, params).and_then(run);
        self.has_failed |= outcome.is_err();
        outcome
    }

    fn bind(&self, sql: &str, params: &[Value<'_>]) -> Result<CachedStatement<'_>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(store_error)?;
        if self.access == Access::Read && !statement.readonly() {
            return Err(StoreError::Broken(
                format!("a unit that only reads cannot run: {sql}").into(),
            ));
        }
        if statement.parameter_count() != params.len() {
            let (wanted, given) = (statement.parameter_count(), params.len());
            return Err(StoreError::Broken(
                format!("{given} parameters for the {wanted} of: {sql}").into(),
            ));
        }
        for (number, value) in (1_usize..).zip(params) {
            value.check()?;
            statement.raw_bind_parameter(number, value).map_err(store_error)?;
        }
        Ok(statement)
    }
}

#[async_trait]
impl Tx for SqliteTx<'_> {
    async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.attempt(sql, params, |mut statement| {
            let n_rows = statement.raw_execute().map_err(store_error)?;
            Ok(n_rows as u64)
        })
    }

    async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.attempt(sql, params, |mut statement| {
            let columns: Columns = statement.column_names().map(Box::from).collect();
            let mut found = Vec::new();
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(store_error)? {
                let fields =
                    (0..columns.len()).map(|column| field(row.get_ref(column).map_err(store_error)?));
                found.push(Row::new(columns.clone(), fields.collect::<Result<_, _>>()?));
            }
            Ok(found)
        })
    }

    async fn now(&mut self) -> Result<Timestamp, StoreError> {
        Ok(self.clock.now())
    }

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(integer) => ValueRef::Integer(*integer),
            Value::Real(real) => ValueRef::Real(*real),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn field(value: ValueRef<'_>) -> Result<Field, StoreError> {
    Ok(match value {
        ValueRef::Null => Field::Null,
        ValueRef::Integer(integer) => Field::Integer(integer),
        ValueRef::Real(real) => Field::Real(real),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Field::Text(text.to_owned()),
            Err(error) => return Err(StoreError::Broken(Box::new(error))),
        },
        ValueRef::Blob(bytes) => Field::Bytes(bytes.to_vec()),
    })
}
