use std::{fmt, str::FromStr};

use super::RunFailure;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunStatus {
    /// Steps run or are about to.
    Running,
    /// All that could run has run; the rest waits for a human.
    Waiting,
    /// It was asked to stop, and its last steps are being stopped.
    Cancelling,
    /// It cannot succeed any more, and its last steps are being stopped.
    Failing,
    /// It ended well.
    Completed,
    /// It failed.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl RunStatus {
    const ALL: [Self; 7] = [
        Self::Running,
        Self::Waiting,
        Self::Cancelling,
        Self::Failing,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// One word for it, as stores keep it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Cancelling => "cancelling",
            Self::Failing => "failing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more becomes of it.
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Whether a worker has something to do for it now.
    pub const fn is_ready(self) -> bool {
        matches!(self, Self::Running | Self::Cancelling | Self::Failing)
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text is no [`RunStatus`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no status of a run")]
pub struct RunStatusError(String);

impl FromStr for RunStatus {
    type Err = RunStatusError;

    fn from_str(text: &str) -> Result<Self, RunStatusError> {
        let found = Self::ALL.into_iter().find(|status| status.name() == text);
        found.ok_or_else(|| RunStatusError(text.chars().take(40).collect()))
    }
}

/// What a run is about to do, apart from what its steps do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Course {
    /// Go on.
    Onward,
    /// Stop, because it was asked to.
    Cancel,
    /// Stop, because it cannot succeed.
    Fail(RunFailure),
    /// Nothing more.
    Ended {
        /// How it ended.
        status: RunStatus,
        /// Why, if it failed.
        failure: Option<RunFailure>,
    },
}
