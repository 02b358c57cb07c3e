//! Every store in one SQL text, behind two engines: SQLite and PostgreSQL.
//!
//! A store method is one **unit of work**: a function over a [`Tx`], which an [`Engine`] runs whole or not at all.
//! What holds for every unit, whatever the engine:
//!
//! - SQL is written with the placeholders `?1 ... ?n`, each number matching its parameter; a number may repeat.
//!   A bare placeholder has no type on PostgreSQL: where no column gives it one, write `CAST(?1 AS TEXT)`.
//! - Columns are TEXT, BIGINT, DOUBLE PRECISION or bytes. `SUM` of a BIGINT is cast: `CAST(SUM(n) AS BIGINT)`.
//! - The engines isolate differently (a serial writer; READ COMMITTED), so a unit settles a race by the row count of
//!   a conditional write, never by reading first and never by catching the error of a constraint: once a statement
//!   has failed, the unit cannot commit, even if it hides the error.
//! - Rows are locked in the order of their ids. A unit may be run again from its start, so its only effects are its
//!   statements and its output, and it awaits nothing but its `Tx`.
//! - A unit sees what was acknowledged before it began. Several queries of one read need not show the same moment:
//!   what must agree is read by one statement.
//! - The row count of a statement means something for INSERT, UPDATE and DELETE.
//! - Statements are cached by their text: a text that is put together (a multi-row insert, a list) has few variants.

mod a2a;
mod approvals;
mod audit;
mod auth;
mod backup;
mod billing;
mod catalog;
mod check;
mod dialect;
mod engine;
mod error;
mod events;
mod migrate;
mod migrations;
mod options;
mod paid_run;
mod planner;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
mod rows;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod switch;
mod tallies;
pub mod telemetry;
#[cfg(all(any(test, feature = "testing"), any(feature = "postgres", feature = "sqlite")))]
pub mod test_db;
mod tx;
mod value;

pub use backup::BackupError;
pub use check::Violation;
pub use dialect::Dialect;
#[cfg(any(test, feature = "testing"))]
pub use engine::conformance;
pub use engine::{Engine, ServingLock, Unit};
pub use error::ConnectError;
pub use futures_util::future::BoxFuture;
pub use migrations::Migration;
pub use options::{Durability, Options};
#[cfg(feature = "postgres")]
pub use postgres::PostgresEngine;
pub use row::{Columns, Field, Fields, Row};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteEngine;
pub use store::SqlStore;
pub use tx::Tx;
pub use value::Value;
