//! Random moments that are the same in every test, as far as the machine lets them be.

use std::{ops::RangeInclusive, time::Duration};

use orch::{Entropy, SeededEntropy};

#[derive(Debug)]
pub(crate) struct Chance(SeededEntropy);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; size_of::<u64>()];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % end.max(1)
    }

    /// So many milliseconds, to the microsecond.
    pub(crate) fn millis(&self, range: RangeInclusive<u64>) -> Duration {
        let [start, end] = [range.start(), range.end()].map(|millis| millis * 1000);
        Duration::from_micros(start + self.below(end + 1 - start))
    }
}
