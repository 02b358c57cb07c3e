//! What a unit of work sees of the database.

use async_trait::async_trait;
use orch_core::{StoreError, Timestamp};

use super::{Dialect, Row, Value};

/// The open transaction of a unit of work.
///
/// A text with a NUL character and a float that is not a number are refused by every engine, as PostgreSQL cannot keep
/// the one and SQLite cannot keep the other.
#[async_trait]
pub trait Tx: Send {
    /// Runs a statement; the number of rows it inserted, changed or deleted.
    async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError>;

    /// Runs a statement that yields rows: a `SELECT`, or a write with `RETURNING`.
    async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError>;

    /// The moment by the one clock that all who share the database agree on.
    async fn now(&mut self) -> Result<Timestamp, StoreError>;

    /// What this engine's SQL says its own way.
    fn dialect(&self) -> Dialect;
}
