use std::time::Duration;

use orch_core::Amount;

/// By what usage is summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// All of it together, under an empty key.
    Whole,
    /// By the slug of the agent.
    Agent,
    /// By the name of the task.
    Task,
    /// By the day in UTC, such as `2024-01-15`.
    Day,
}

/// A sum over some calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageGroup {
    /// What they have in common: a slug, a task or a day.
    pub key: String,
    /// How many calls.
    pub requests: u64,
    /// How many of them were answered.
    pub answered: u64,
    /// How many different agents were called; `None` for a group, where they are not counted.
    pub agents: Option<u64>,
    /// What they cost together.
    pub cost: Amount,
    /// How long they took together.
    pub took: Duration,
}

impl UsageGroup {
    /// The whole of no calls.
    pub fn empty(cost: Amount) -> Self {
        Self {
            key: String::new(),
            requests: 0,
            answered: 0,
            agents: Some(0),
            cost,
            took: Duration::ZERO,
        }
    }

    /// The share of calls that were answered, 0 to 1; 0 of none.
    #[expect(clippy::cast_precision_loss, reason = "a share for people; it is no money")]
    pub fn success_rate(&self) -> f64 {
        self.answered as f64 / self.requests.max(1) as f64
    }

    /// How long a call took on average; zero of none.
    pub fn mean_response_time(&self) -> Duration {
        self.took / u32::try_from(self.requests.max(1)).unwrap_or(u32::MAX)
    }
}

/// How much an agent was called, whoever called it, by the hours of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// How many calls.
    pub requests: u64,
    /// In how many hours there were any.
    pub hours: u64,
    /// In how many of these hours one was answered at least.
    pub answered_hours: u64,
}

impl Activity {
    /// The share of the hours with calls in which the agent answered, 0 to 1; `None` where there were none.
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    pub fn uptime(&self) -> Option<f64> {
        (self.hours > 0).then(|| self.answered_hours as f64 / self.hours as f64)
    }
}

/// What an account used in a period, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageSummary {
    /// All calls together.
    pub total: UsageGroup,
    /// The calls by what they were grouped by: days in their order, the others by cost, the dearest first; at most
    /// [`MAX_GROUPS`](crate::Metering::MAX_GROUPS).
    pub groups: Vec<UsageGroup>,
}
