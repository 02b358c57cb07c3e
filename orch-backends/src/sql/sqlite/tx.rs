//! A unit's transaction on a connection to SQLite, which never waits.

use std::{
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind},
};

use async_trait::async_trait;
use futures_util::FutureExt;
use orch_core::{Clock, StoreError, Timestamp};
use rusqlite::{
    CachedStatement, Connection, ToSql,
    types::{ToSqlOutput, ValueRef},
};

use super::{
    failure::store_error,
    session::{Heads, Session},
};
use crate::sql::{Dialect, Field, Row, Tx, Unit, Value, engine::panicked};

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
    session: &mut Session,
    clock: &dyn Clock,
    access: Access,
) -> Result<(), StoreError> {
    let mut tx = SqliteTx {
        session,
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
    session: &'c mut Session,
    clock: &'c dyn Clock,
    access: Access,
    has_failed: bool,
}

impl SqliteTx<'_> {
    fn attempt<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        run: impl FnOnce(CachedStatement<'_>, &mut Heads) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.has_failed {
            // The failure may have ended the transaction, and then what follows would not be undone.
            return Err(StoreError::Broken("a statement of this unit has failed".into()));
        }
        let Session { connection, heads } = &mut *self.session;
        let bound = bind(connection, self.access, sql, params);
        let outcome = bound.and_then(|statement| run(statement, heads));
        self.has_failed |= outcome.is_err();
        outcome
    }
}

fn bind<'c>(
    connection: &'c Connection,
    access: Access,
    sql: &str,
    params: &[Value<'_>],
) -> Result<CachedStatement<'c>, StoreError> {
    let mut statement = connection
        .prepare_cached(&undone_with_its_unit(sql))
        .map_err(store_error)?;
    if access == Access::Read && !statement.readonly() {
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

/// A statement that fails is undone with its whole unit. SQLite need not be ready to undo it alone, for which it would
/// copy every page that the statement changes.
fn undone_with_its_unit(sql: &str) -> Cow<'_, str> {
    if let Some(rest) = sql.strip_prefix("INSERT INTO ") {
        return ["INSERT OR FAIL INTO ", rest].concat().into();
    }
    match sql.strip_prefix("UPDATE ") {
        Some(rest) if !rest.starts_with("OR ") => ["UPDATE OR FAIL ", rest].concat().into(),
        _ => sql.into(),
    }
}

#[async_trait]
impl Tx for SqliteTx<'_> {
    async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.attempt(sql, params, |mut statement, _| {
            let n_rows = statement.raw_execute().map_err(store_error)?;
            Ok(n_rows as u64)
        })
    }

    async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.attempt(sql, params, |mut statement, heads| {
            let columns = heads.of(sql, &statement);
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
