use std::{fmt, time::Duration};

use super::{Rate, SlidingWindow, Standing, TokenBucket};
use crate::Timestamp;

/// What one of many has used of a limit.
pub trait Budget: fmt::Debug + Send + 'static {
    /// What the limit is.
    type Rule: Copy + fmt::Debug + Send + Sync + 'static;
    /// What is answered to a request.
    type Standing;

    /// How many are counted at once. Beyond that, the one that asked longest ago is forgotten.
    const MAX_COUNTS: usize;

    /// One of which nothing was used.
    fn new(rule: Self::Rule, now: Timestamp) -> Self;

    /// Answers a request, and says whether it was counted.
    fn take(&mut self, rule: Self::Rule, now: Timestamp) -> (Self::Standing, bool);

    /// Counts requests that were let through elsewhere, whether or not there was room for them.
    fn put_down(&mut self, count: u32, at: Timestamp);
}

/// A token bucket under a ceiling of the burst in any minute.
#[derive(Debug)]
pub struct Steady {
    bucket: TokenBucket,
    window: SlidingWindow,
}

const MINUTE: Duration = Duration::from_secs(60);

impl Budget for Steady {
    type Rule = Rate;
    type Standing = Standing;

    /// A count takes at most 8 bytes times its burst.
    const MAX_COUNTS: usize = 4096;

    fn new(rate: Rate, now: Timestamp) -> Self {
        Self {
            bucket: TokenBucket::new(rate.per_minute, MINUTE, rate.burst, now),
            window: SlidingWindow::new(rate.burst, MINUTE),
        }
    }

    fn take(&mut self, rate: Rate, now: Timestamp) -> (Standing, bool) {
        // Only what both let through is taken from both.
        let wait = self.bucket.wait_for(1, now).max(self.window.wait_for(1, now));
        let is_let_through = wait.is_zero() && self.window.take(now).is_ok() && self.bucket.take(now).is_ok();
        let limit = rate.per_minute.get();
        let remaining = self.bucket.remaining(now).min(self.window.remaining(now));
        let full_in = self
            .bucket
            .wait_for(limit, now)
            .max(self.window.wait_for(limit, now));
        let reset = (now + full_in).as_millis();
        let standing = Standing {
            limit,
            burst: rate.burst.get(),
            remaining: remaining.min(limit),
            reset: u64::try_from(reset).unwrap_or(0).div_ceil(1000),
            retry_after: (!is_let_through).then_some(wait),
        };
        (standing, is_let_through)
    }

    fn put_down(&mut self, count: u32, at: Timestamp) {
        self.bucket.put_down(count, at);
        self.window.put_down(count, at);
    }
}
