//! A connection with what is remembered beside it.

use std::collections::HashMap;

use rusqlite::{Connection, Statement};

use super::connection::STATEMENTS;
use crate::sql::Columns;

/// A connection with what it remembers of its queries.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) connection: Connection,
    pub(super) heads: Heads,
}

impl Session {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            heads: Heads::default(),
        }
    }
}

/// The names of the columns of queries, which are the same time and again.
#[derive(Debug, Default)]
pub(super) struct Heads(HashMap<Box<str>, Columns>);

impl Heads {
    /// The names of the columns of a query, shared with its last time.
    pub(super) fn of(&mut self, sql: &str, statement: &Statement<'_>) -> Columns {
        // A change of the tables can change what a text means.
        let is_known = |known: &&Columns| known.iter().map(|name| &**name).eq(statement.column_names());
        if let Some(known) = self.0.get(sql).filter(is_known) {
            return known.clone();
        }
        if self.0.len() >= STATEMENTS {
            self.0.clear();
        }
        let columns: Columns = statement.column_names().map(Box::from).collect();
        self.0.insert(sql.into(), columns.clone());
        columns
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn names_are_shared_until_they_change() {
        let Session {
            connection,
            mut heads,
        } = Session::new(Connection::open_in_memory().unwrap());
        connection.execute_batch("CREATE TABLE boats (id, name)").unwrap();
        let sql = "SELECT * FROM boats";
        let mut of = || heads.of(sql, &connection.prepare(sql).unwrap());
        let first = of();
        assert_eq!(*first, ["id", "name"].map(Box::from));
        assert!(Arc::ptr_eq(&first, &of()));
        connection
            .execute_batch("ALTER TABLE boats RENAME COLUMN name TO title")
            .unwrap();
        assert_eq!(*of(), ["id", "title"].map(Box::from));
    }
}
