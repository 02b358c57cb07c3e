use std::{num::NonZeroU32, time::Duration};

/// How often one may ask: so often a minute in the long run, and up to its burst within any minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How often in the long run.
    pub per_minute: NonZeroU32,
    /// How often within any 60 seconds.
    pub burst: NonZeroU32,
}

impl Rate {
    /// So often a minute, at least once, and twice as often in a burst.
    pub const fn doubled(per_minute: u32) -> Self {
        let rate = NonZeroU32::MIN.saturating_add(per_minute.saturating_sub(1));
        Self {
            per_minute: rate,
            burst: rate.saturating_add(rate.get()),
        }
    }
}

/// How one stands with a limit after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How often a minute in the long run.
    pub limit: u32,
    /// How often within any 60 seconds.
    pub burst: u32,
    /// How many more can be let through now, at most the limit.
    pub remaining: u32,
    /// The second since the epoch at which `remaining` is the limit again, if nothing comes before.
    pub reset: u64,
    /// How long until a request can be let through, where this one was not.
    pub retry_after: Option<Duration>,
}

impl Standing {
    /// Whole seconds, rounded up so that whoever obeys is let through.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        self.retry_after
            .map(|wait| wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX))
    }
}
