use std::path::Path;

use orch::backends::sql::Value;
use rusqlite::{
    Connection, ToSql,
    types::{ToSqlOutput, ValueRef},
};

use crate::{Outcome, Statement, UnitScript};

/// The database driver alone, on the thread of its caller: no units, no queue, no acknowledgments.
#[derive(Debug)]
pub struct Raw {
    connection: Connection,
}

impl Raw {
    /// Opens a file that has its tables already, as durable as the engine does by default.
    ///
    /// # Errors
    ///
    /// It cannot be opened.
    pub fn open(path: &Path) -> Outcome<Self> {
        let connection = Connection::open(path)?;
        connection.set_prepared_statement_cache_capacity(256);
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update(None, "cache_size", -16_384)?;
        connection.pragma_update(None, "mmap_size", 268_435_456)?;
        Ok(Self { connection })
    }

    /// Scratch.
    pub fn pragma(&self, name: &str, value: i64) -> Outcome<()> {
        Ok(self.connection.pragma_update(None, name, value)?)
    }

    /// Does units of work in one transaction.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub fn commit<'u>(&mut self, units: impl IntoIterator<Item = &'u UnitScript>) -> Outcome<()> {
        self.control("BEGIN IMMEDIATE")?;
        for statement in units.into_iter().flat_map(|unit| &unit.statements) {
            self.run(statement)?;
        }
        self.control("COMMIT")
    }

    fn run(&self, Statement { sql, params, .. }: &Statement) -> Outcome<()> {
        let mut prepared = self.connection.prepare_cached(sql)?;
        let mut rows = prepared.query(rusqlite::params_from_iter(params.iter().map(Bound)))?;
        while rows.next()?.is_some() {}
        Ok(())
    }

    fn control(&self, sql: &str) -> Outcome<()> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}

struct Bound<'v>(&'v Value<'v>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(integer) => ValueRef::Integer(*integer),
            Value::Real(real) => ValueRef::Real(*real),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
