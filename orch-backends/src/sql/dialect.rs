//! The few words in which the two engines' SQL differs.

/// The SQL that an engine speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite, 3.35 or later.
    Sqlite,
    /// PostgreSQL, 12 or later.
    Postgres,
}

impl Dialect {
    /// The type of a column of bytes; `{{bytes}}` in a migration.
    pub const fn bytes(self) -> &'static str {
        match self {
            Self::Sqlite => "BLOB",
            Self::Postgres => "BYTEA",
        }
    }

    /// Makes a TEXT column sort by its bytes, as Rust does; `{{ordered}}` in a migration, after the type.
    pub const fn ordered(self) -> &'static str {
        match self {
            Self::Sqlite => "COLLATE BINARY",
            Self::Postgres => "COLLATE \"C\"",
        }
    }

    /// Ends a `SELECT` whose rows several replicas compete for, so that each takes others.
    ///
    /// Empty where writers are serial. The rows found still have to be taken by a conditional write.
    pub const fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// A migration's text in this dialect.
    pub fn render(self, sql: &str) -> String {
        sql.replace("{{bytes}}", self.bytes())
            .replace("{{ordered}}", self.ordered())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_is_told_in_each_dialect() {
        let sql = "CREATE TABLE t (name TEXT {{ordered}} NOT NULL, seal {{bytes}})";
        assert_eq!(
            Dialect::Sqlite.render(sql),
            "CREATE TABLE t (name TEXT COLLATE BINARY NOT NULL, seal BLOB)"
        );
        assert_eq!(
            Dialect::Postgres.render(sql),
            "CREATE TABLE t (name TEXT COLLATE \"C\" NOT NULL, seal BYTEA)"
        );
    }
}
