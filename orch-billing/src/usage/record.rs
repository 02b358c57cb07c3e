use std::{fmt, str::FromStr, time::Duration};

use orch_core::{AccountId, AgentId, Amount, InvocationId, Timestamp};

/// One call of an agent: what it took and what it cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRecord {
    /// The call; the hold that paid for it bears the same UUID.
    pub invocation: InvocationId,
    /// Who paid: always the account of the hold.
    pub account: AccountId,
    /// Who was called.
    pub agent: AgentId,
    /// The agent's slug at the time.
    pub agent_slug: String,
    /// The task it was given.
    pub task: String,
    /// How it ended.
    pub outcome: UsageOutcome,
    /// How many units the agent reported.
    pub units: u64,
    /// What was paid: always what was captured of the hold, nothing when it was released.
    pub cost: Amount,
    /// How long it took, kept in whole milliseconds.
    pub took: Duration,
    /// When it ended.
    pub at: Timestamp,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UsageOutcome {
    /// The agent answered.
    Answered,
    /// The agent failed or answered wrongly.
    Failed,
    /// The agent did not answer in time.
    TimedOut,
    /// Someone stopped it.
    Cancelled,
    /// The agent answered after it was stopped.
    Late,
}

impl UsageOutcome {
    const ALL: [Self; 5] = [
        Self::Answered,
        Self::Failed,
        Self::TimedOut,
        Self::Cancelled,
        Self::Late,
    ];

    /// The lower-case name: `answered`, `failed`, `timed_out`, `cancelled` or `late`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Late => "late",
        }
    }
}

impl fmt::Display for UsageOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads what [`name`](UsageOutcome::name) writes.
impl FromStr for UsageOutcome {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|outcome| outcome.name() == name);
        known.ok_or_else(|| format!("{name:?} is no outcome of a call"))
    }
}
