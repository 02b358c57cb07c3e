use std::{collections::VecDeque, num::NonZeroU32, time::Duration};

use crate::Timestamp;

/// Never lets more than so many requests through within any stretch of a length, wherever the stretch begins.
///
/// It remembers the moment of each request in the window: eight bytes times the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlidingWindow {
    limit: usize,
    length: Duration,
    /// When requests were let through, the earliest first; at most `limit`.
    passed: VecDeque<Timestamp>,
}

impl SlidingWindow {
    /// A window through which nothing went yet. Its length counts in whole milliseconds, at least one.
    pub fn new(limit: NonZeroU32, length: Duration) -> Self {
        let length = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        Self {
            limit: limit.get() as usize,
            length: Duration::from_millis(length.max(1)),
            passed: VecDeque::new(),
        }
    }

    /// Lets a request through, or says how long until one can be, if none comes before it.
    pub fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        // A clock that goes back must not make room: what came later counts as now.
        let at = self.passed.back().map_or(now, |&last| last.max(now));
        while self
            .passed
            .front()
            .is_some_and(|&first| first + self.length <= at)
        {
            self.passed.pop_front();
        }
        if self.passed.len() >= self.limit {
            return Err(self.retry_after(now));
        }
        self.passed.push_back(at);
        Ok(())
    }

    /// Counts requests that were let through elsewhere, whether or not there was room for them.
    pub fn put_down(&mut self, count: u32, now: Timestamp) {
        let at = self.passed.back().map_or(now, |&last| last.max(now));
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(self.limit);
        self.passed.extend(std::iter::repeat_n(at, count));
        // There is room again only once as few as these are in the window, whatever came before them.
        let too_many = self.passed.len().saturating_sub(self.limit);
        self.passed.drain(..too_many);
    }

    /// How long until a request can be let through; zero if one can be now.
    pub fn retry_after(&self, now: Timestamp) -> Duration {
        self.wait_for(1, now)
    }

    /// How long until so many requests can be let through, if none comes before; zero if they can be now. More than the
    /// limit never can: then it is the time until nothing is in the window.
    pub fn wait_for(&self, count: u32, now: Timestamp) -> Duration {
        // So many of those that passed have to leave the window; the last of them says when.
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(self.limit);
        match (self.passed.len() + count).checked_sub(self.limit + 1) {
            Some(place) => self
                .passed
                .get(place)
                .map_or(Duration::ZERO, |&first| (first + self.length).since(now)),
            None => Duration::ZERO,
        }
    }

    /// How many requests can be let through now.
    pub fn remaining(&self, now: Timestamp) -> u32 {
        // The earliest come first, so those that left the window do.
        let n_left = self.passed.partition_point(|&at| at + self.length <= now);
        let n_inside = self.passed.len() - n_left;
        u32::try_from(self.limit.saturating_sub(n_inside)).unwrap_or(u32::MAX)
    }
}
