//! The migrations, in their order.

/// A step of the tables from one release to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its place in the order, from 1 without a gap.
    pub number: i64,
    /// What it is about.
    pub name: &'static str,
    /// Its statements, for both engines: each ends with `;` at the end of a line, and `{{bytes}}` and `{{ordered}}`
    /// stand for what a [`Dialect`](super::Dialect) says its own way.
    pub sql: &'static str,
}

impl Migration {
    /// Whether it only adds what a program that does not know of it leaves alone: tables, indexes that refuse nothing it
    /// writes, columns that may be left out of an insert, and what such tables and columns begin with. A program of the
    /// release before goes on beside it, and starts on it.
    pub fn is_additive(&self) -> bool {
        let texts: Vec<String> = statements(self.sql).map(plain).collect();
        texts.iter().all(|text| {
            let adds_column = text.starts_with("ALTER TABLE ") && text.contains(" ADD COLUMN ");
            let may_be_left_out = text.contains(" DEFAULT ") || !text.contains(" NOT NULL");
            let adds = ["CREATE TABLE ", "CREATE INDEX "]
                .iter()
                .any(|start| text.starts_with(start));
            adds || (adds_column && may_be_left_out)
                || is_of_a_new_column(text, &texts)
                || fills_what_is_new(text, &texts)
        })
    }
}

/// A statement without comments, in capitals, with one space between its words.
fn plain(statement: &str) -> String {
    let lines = statement
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ").to_ascii_uppercase()
}

/// Whether it makes a unique index of a column that the same migration adds without a default: whoever does not know the
/// column leaves it NULL, of which there may be many.
fn is_of_a_new_column(text: &str, migration: &[String]) -> bool {
    let index = text
        .strip_prefix("CREATE UNIQUE INDEX ")
        .and_then(|rest| rest.trim_end_matches(';').strip_suffix(')'));
    let parts = index.and_then(|index| index.split_once(" ON ")?.1.split_once(" ("));
    parts.is_some_and(|(table, column)| {
        let added = format!("ALTER TABLE {table} ADD COLUMN {column} ");
        let mut others = migration.iter();
        others.any(|other| other.starts_with(&added) && !other.contains(" DEFAULT "))
    })
}

/// Whether it writes into a table that the same migration makes, or sets a column that it adds.
fn fills_what_is_new(text: &str, migration: &[String]) -> bool {
    let made = |table: &str| format!("CREATE TABLE {table} (");
    let added = |table: &str, column: &str| format!("ALTER TABLE {table} ADD COLUMN {column} ");
    let start = if let Some((table, _)) = text
        .strip_prefix("INSERT INTO ")
        .and_then(|rest| rest.split_once(' '))
    {
        made(table)
    } else if let Some((table, set)) = text
        .strip_prefix("UPDATE ")
        .and_then(|rest| rest.split_once(" SET "))
        && let Some((column, value)) = set.split_once(" = ")
        && !value.contains(',')
    {
        added(table, column)
    } else {
        return false;
    };
    migration.iter().any(|other| other.starts_with(&start))
}

/// The statements of a migration: each ends with `;` at the end of a line.
pub(super) fn statements(sql: &str) -> impl Iterator<Item = &str> {
    sql.split_inclusive(";\n").map(str::trim).filter(|statement| {
        let mut lines = statement.lines().map(str::trim);
        lines.any(|line| !line.is_empty() && !line.starts_with("--"))
    })
}

/// Every migration there is. One that was released is never changed: its checksum is in the databases.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "core",
        sql: include_str!("migrations/0001_core.sql"),
    },
    Migration {
        number: 2,
        name: "billing",
        sql: include_str!("migrations/0002_billing.sql"),
    },
    Migration {
        number: 3,
        name: "planner",
        sql: include_str!("migrations/0003_planner.sql"),
    },
    Migration {
        number: 4,
        name: "auth",
        sql: include_str!("migrations/0004_auth.sql"),
    },
    Migration {
        number: 5,
        name: "health",
        sql: include_str!("migrations/0005_health.sql"),
    },
    Migration {
        number: 6,
        name: "replicas",
        sql: include_str!("migrations/0006_replicas.sql"),
    },
    Migration {
        number: 7,
        name: "switch",
        sql: include_str!("migrations/0007_switch.sql"),
    },
    Migration {
        number: 8,
        name: "handles",
        sql: include_str!("migrations/0008_handles.sql"),
    },
    Migration {
        number: 9,
        name: "approvals",
        sql: include_str!("migrations/0009_approvals.sql"),
    },
    Migration {
        number: 10,
        name: "usage sums",
        sql: include_str!("migrations/0010_usage_sums.sql"),
    },
    Migration {
        number: 11,
        name: "tallies",
        sql: include_str!("migrations/0011_limits.sql"),
    },
    Migration {
        number: 12,
        name: "a2a",
        sql: include_str!("migrations/0012_a2a.sql"),
    },
    Migration {
        number: 13,
        name: "audit",
        sql: include_str!("migrations/0013_audit.sql"),
    },
    Migration {
        number: 14,
        name: "answers",
        sql: include_str!("migrations/0014_answers.sql"),
    },
    Migration {
        number: 15,
        name: "changes",
        sql: include_str!("migrations/0015_changes.sql"),
    },
    Migration {
        number: 16,
        name: "usage totals",
        sql: include_str!("migrations/0016_usage_totals.sql"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn is_additive(sql: &'static str) -> bool {
        let (number, name) = (1, "planted");
        Migration { number, name, sql }.is_additive()
    }

    #[test]
    fn what_only_adds_is_told_from_what_changes() {
        for sql in [
            "-- About it\nCREATE TABLE t (id BIGINT NOT NULL);\nCREATE INDEX i ON t (id);\n",
            "ALTER TABLE t ADD COLUMN\n    n BIGINT NOT NULL DEFAULT 1;\n",
            "ALTER TABLE t ADD COLUMN n BIGINT;\n",
            "ALTER TABLE t ADD COLUMN n BIGINT;\nCREATE UNIQUE INDEX i ON t (n);\n",
            "CREATE TABLE t (id BIGINT);\nINSERT INTO t (id) SELECT id FROM u;\n",
            "ALTER TABLE t ADD COLUMN n BIGINT;\nUPDATE t SET n = 1;\n",
        ] {
            assert!(is_additive(sql), "{sql}");
        }
        for sql in [
            "ALTER TABLE t ADD COLUMN n BIGINT NOT NULL;\n",
            "CREATE UNIQUE INDEX i ON t (id);\n",
            "ALTER TABLE t ADD COLUMN n BIGINT DEFAULT 1;\nCREATE UNIQUE INDEX i ON t (n);\n",
            "DROP TABLE t;\n",
            "ALTER TABLE t RENAME COLUMN a TO b;\n",
            "CREATE TABLE t (id BIGINT);\nUPDATE u SET n = 1;\n",
            "CREATE TABLE t (id BIGINT);\nINSERT INTO u (id) SELECT id FROM t;\n",
            "ALTER TABLE t ADD COLUMN n BIGINT;\nUPDATE t SET n = 1, m = 2;\n",
            "ALTER TABLE t ADD COLUMN n BIGINT;\nUPDATE t SET m = 1;\n",
        ] {
            assert!(!is_additive(sql), "{sql}");
        }
    }

    #[test]
    fn every_migration_lets_the_release_before_go_on() {
        for migration in MIGRATIONS {
            assert!(migration.is_additive(), "{} {}", migration.number, migration.name);
        }
    }
}
