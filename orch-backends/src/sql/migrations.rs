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
];
