use std::{fmt, str::FromStr};

use orch_core::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an approval stands. Nothing leaves a final status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has decided yet, or not enough of them.
    Pending,
    /// It may be done.
    Approved,
    /// It may not be done.
    Rejected,
    /// Nobody decided in time, so it may not be done.
    Expired,
}

/// A text names no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a status is pending, approved, rejected or expired")]
pub struct StatusError;

/// How an approval came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Approved, rejected or expired.
    pub status: Status,
    /// When.
    pub at: Timestamp,
    /// What closed it.
    pub by: ClosedBy,
}

/// What closed an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// The last vote.
    Vote,
    /// The time.
    Time,
}

/// Who made use of an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// The call or transaction that was let through by it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Approved, Self::Rejected, Self::Expired];

    /// The lower-case name: `pending`, `approved`, `rejected` or `expired`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }

    /// Whether it stays as it is.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads what [`name`](Status::name) writes.
impl FromStr for Status {
    type Err = StatusError;

    fn from_str(name: &str) -> Result<Self, StatusError> {
        let found = Self::ALL.into_iter().find(|status| status.name() == name);
        found.ok_or(StatusError)
    }
}
