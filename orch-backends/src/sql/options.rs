//! How a database is used.

use std::{sync::Arc, time::Duration};

use orch_core::{Clock, SystemClock};

/// How a database is used. What the one engine has no use for, it ignores.
#[derive(Clone, Debug)]
pub struct Options {
    /// What an acknowledged unit survives, on SQLite. (PostgreSQL decides that for itself.)
    pub durability: Durability,
    /// The clock of [`Tx::now`](super::Tx::now) on SQLite. (PostgreSQL has its own, shared by all replicas.)
    pub clock: Arc<dyn Clock>,
    /// The most connections: readers kept open on SQLite, the pool on PostgreSQL. At least 1.
    pub connections: usize,
    /// The schema that the tables are in, on PostgreSQL: a lower-case name of letters, digits and `_`.
    pub schema: String,
    /// The longest wait for the server or a connection of the pool, and how long a unit whose process stands still keeps
    /// its locks. Another's lock is waited for half as long, a statement may take three times as long.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durability: Durability::default(),
            clock: Arc::new(SystemClock),
            connections: 16,
            schema: "orch".to_owned(),
            timeout: Duration::from_secs(10),
        }
    }
}

/// What an acknowledged unit of work survives on SQLite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Durability {
    /// A power cut: every commit is synced to the disk. Group commit makes it cheap.
    #[default]
    Full,
    /// The end of the process, but not of the machine: a power cut may lose the last commits, never a part of one.
    Normal,
}
