//! The failure vocabulary: what can go wrong, in words every crate and every surface shares.
//!
//! Each crate has one error enum of its own; [`Failure`] says which [`ErrorKind`] it means, with the facts that a
//! dialect may show. A surface maps kinds to statuses and codes in one file.

use std::{error::Error, fmt, time::Duration};

use crate::{Amount, Timestamp};

/// What a failure means to a caller, with the facts a dialect may show.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request itself is wrong; nothing was stored.
    Invalid {
        /// The member at fault, as a dotted path or JSON Pointer; empty for the whole.
        field: String,
        /// What is wrong with it, in lower case and without a full stop.
        reason: String,
    },
    /// It does not exist, or the caller may not know that it does.
    NotFound {
        /// What kind of thing was looked for.
        entity: Entity,
        /// How the caller named it.
        id: String,
    },
    /// Something of that name exists already.
    AlreadyExists {
        /// What kind of thing exists.
        entity: Entity,
        /// Its name.
        id: String,
    },
    /// Another change came first, or the same key was used for other content.
    Conflict {
        /// What was in the way.
        reason: String,
    },
    /// The caller did not prove who they are. Why is not told apart, so that nobody learns what exists.
    Unauthenticated,
    /// The caller is known and may not do this.
    Forbidden {
        /// What is not allowed.
        reason: String,
    },
    /// The account, the hold or the budget does not cover the price.
    InsufficientFunds {
        /// Which purse was too small.
        purse: Purse,
        /// What was asked for.
        required: Amount,
        /// What there is.
        available: Amount,
    },
    /// It exists, but does not answer now.
    Unavailable {
        /// What kind of thing is away.
        entity: Entity,
        /// Its id.
        id: String,
        /// When it last answered.
        last_seen: Option<Timestamp>,
        /// How long until the next try can succeed, where that is known.
        retry_after: Option<Duration>,
    },
    /// Too many at once; try again later.
    Limited {
        /// How long until the next try can succeed.
        retry_after: Duration,
    },
    /// It took longer than allowed.
    Timeout {
        /// The time it was given.
        after: Duration,
    },
    /// Someone asked for it to stop.
    Cancelled,
    /// An agent or another party outside answered with a failure.
    Failed {
        /// What kind of thing failed.
        entity: Entity,
        /// Its id.
        id: String,
        /// What it said, bounded.
        reason: String,
    },
    /// A fault of ours. The cause is for the log, never for a caller.
    Internal,
}

/// A kind of thing that a failure can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Entity {
    /// An agent of the catalog.
    Agent,
    /// A version of an agent.
    Version,
    /// A task of an agent.
    Task,
    /// A run of a plan.
    Run,
    /// A step of a plan.
    Step,
    /// An account with credits.
    Account,
    /// A hold on credits.
    Hold,
    /// A human's approval.
    Approval,
    /// An API key.
    ApiKey,
    /// A language model.
    Model,
    /// The database.
    Store,
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Agent => "agent",
            Self::Version => "version",
            Self::Task => "task",
            Self::Run => "run",
            Self::Step => "step",
            Self::Account => "account",
            Self::Hold => "hold",
            Self::Approval => "approval",
            Self::ApiKey => "api key",
            Self::Model => "model",
            Self::Store => "store",
        })
    }
}

/// Whose money did not suffice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purse {
    /// The account's credits.
    Credits,
    /// The budget of a run, which is what its hold may grow to.
    Budget,
}

/// An error that can say what it means to a caller.
pub trait Failure: Error {
    /// The meaning, with its facts.
    fn kind(&self) -> ErrorKind;
}

/// A store failed: the database is away, or what it holds cannot be understood.
///
/// A lost race or an absent row is never a `StoreError`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database cannot be reached or refuses to work now; trying again later can help.
    #[error("the store is unavailable")]
    Unavailable(#[source] Cause),
    /// A stored row breaks what the domain knows of it; trying again does not help.
    #[error("row {row} of {table} is corrupt: {reason}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The statement or the engine is at fault; a bug of ours.
    #[error("the store failed")]
    Broken(#[source] Cause),
}

/// The cause behind a [`StoreError`], for the log.
pub type Cause = Box<dyn Error + Send + Sync>;

impl StoreError {
    /// A corrupt row, named.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "errors and texts are handed over alike"
    )]
    pub fn corrupt(table: &'static str, row: impl Into<String>, reason: impl ToString) -> Self {
        Self::Corrupt {
            table,
            row: row.into(),
            reason: reason.to_string(),
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl Failure for StoreError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unavailable(_) => ErrorKind::Unavailable {
                entity: Entity::Store,
                id: "store".into(),
                last_seen: None,
                retry_after: None,
            },
            Self::Corrupt { .. } | Self::Broken(_) => ErrorKind::Internal,
        }
    }
}
