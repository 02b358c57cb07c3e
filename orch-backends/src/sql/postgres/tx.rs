//! A unit's transaction on a connection to PostgreSQL.

use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use deadpool_postgres::Object;
use futures_util::{FutureExt, future::join};
use orch_core::{StoreError, Timestamp};
use tokio_postgres::{Statement, types::ToSql};

use super::{
    failure::{Failure, is_repeatable, store_error},
    placeholders::Placeholders,
    value::{Parameter, parameter, rows},
};
use crate::sql::{Columns, Dialect, Row, Tx, Unit, Value, engine::panicked};

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
const NOW: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now";

/// Runs a unit in a transaction and commits it.
///
/// With `Ok`, the transaction is over, whichever way; with `Err`, the connection is of no more use.
pub(super) async fn write(
    unit: &dyn Unit,
    connection: &Object,
    placeholders: &Placeholders,
) -> Result<Result<(), Failure>, StoreError> {
    let mut tx = PostgresTx::new(connection, placeholders, Phase::NotBegun);
    let mut outcome = tx.run(unit).await;
    if tx.phase == Phase::Begun {
        let end = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
        if let Err(error) = connection.batch_execute(end).await {
            if outcome.is_err() || error.code().is_none() {
                return Err(store_error(error));
            }
            // The server refused the commit, and rolled back.
            tx.is_repeatable = is_repeatable(&error);
            outcome = Err(store_error(error));
        }
    }
    Ok(outcome.map_err(|error| match tx.is_repeatable {
        true => Failure::Repeatable(error),
        false => Failure::Final(error),
    }))
}

/// Runs a unit without a transaction.
pub(super) async fn read(
    unit: &dyn Unit,
    connection: &Object,
    placeholders: &Placeholders,
) -> Result<(), StoreError> {
    PostgresTx::new(connection, placeholders, Phase::Never)
        .run(unit)
        .await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Each statement is on its own, and may not write.
    Never,
    /// The first statement begins the transaction.
    NotBegun,
    Begun,
}

struct PostgresTx<'c> {
    connection: &'c Object,
    placeholders: &'c Placeholders,
    phase: Phase,
    has_failed: bool,
    /// Whether it failed because of another unit.
    is_repeatable: bool,
}

impl<'c> PostgresTx<'c> {
    fn new(connection: &'c Object, placeholders: &'c Placeholders, phase: Phase) -> Self {
        Self {
            connection,
            placeholders,
            phase,
            has_failed: false,
            is_repeatable: false,
        }
    }

    async fn run(&mut self, unit: &dyn Unit) -> Result<(), StoreError> {
        let outcome = AssertUnwindSafe(async { unit.run(self).await })
            .catch_unwind()
            .await;
        match outcome {
            Ok(Ok(())) if self.has_failed => Err(StoreError::Broken(
                "a unit of work hid the failure of a statement".into(),
            )),
            Ok(outcome) => outcome,
            Err(panic) => Err(panicked(&*panic)),
        }
    }

    /// Prepares a statement, or finds it prepared, and its parameters in the types that it expects.
    async fn prepare<'v>(
        &mut self,
        sql: &str,
        values: &'v [Value<'_>],
    ) -> Result<(Statement, Vec<Parameter<'v>>), StoreError> {
        let sql = self.placeholders.rewrite(sql);
        let prepared = self.connection.prepare_cached(&sql).await;
        let statement = prepared.map_err(|error| self.failed(error))?;
        let params = parameters(&statement, &sql, values);
        self.has_failed |= params.is_err();
        Ok((statement, params?))
    }

    /// Waits for the answer to a statement; the first one is sent right after the begin of the transaction, which so
    /// costs no round trip of its own.
    async fn answer<T>(
        &mut self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>> + Send,
    ) -> Result<T, StoreError> {
        let outcome = if self.phase == Phase::NotBegun {
            self.phase = Phase::Begun;
            let (begun, answer) = join(self.connection.batch_execute(BEGIN), answer).await;
            begun.and(answer)
        } else {
            answer.await
        };
        outcome.map_err(|error| self.failed(error))
    }

    /// Keeps in mind that a statement failed: PostgreSQL has given the transaction up.
    fn failed(&mut self, error: tokio_postgres::Error) -> StoreError {
        self.has_failed = true;
        self.is_repeatable |= is_repeatable(&error);
        store_error(error)
    }
}

#[async_trait]
impl Tx for PostgresTx<'_> {
    async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let connection = self.connection;
        let (statement, params) = self.prepare(sql, params).await?;
        self.answer(connection.execute(&statement, &references(&params)))
            .await
    }

    async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let connection = self.connection;
        let (statement, params) = self.prepare(sql, params).await?;
        let found = self
            .answer(connection.query(&statement, &references(&params)))
            .await?;
        let columns: Columns = statement
            .columns()
            .iter()
            .map(|column| column.name().into())
            .collect();
        rows(&columns, &found)
    }

    async fn now(&mut self) -> Result<Timestamp, StoreError> {
        match self.query(NOW, &[]).await?.first() {
            Some(row) => row.of("clock").timestamp("now"),
            None => Err(StoreError::Broken("the server does not tell the time".into())),
        }
    }

    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }
}

fn parameters<'v>(
    statement: &Statement,
    sql: &str,
    values: &'v [Value<'_>],
) -> Result<Vec<Parameter<'v>>, StoreError> {
    let (expected, given) = (statement.params(), values.len());
    if expected.len() != given {
        return Err(StoreError::Broken(
            format!("{given} parameters for the {} of: {sql}", expected.len()).into(),
        ));
    }
    values
        .iter()
        .zip(expected)
        .map(|(value, expected)| parameter(value, expected))
        .collect()
}

fn references<'p>(params: &'p [Parameter<'_>]) -> Vec<&'p (dyn ToSql + Sync)> {
    params.iter().map(|param| &**param as _).collect()
}
