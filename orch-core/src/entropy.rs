//! Chance as a port: ids, nonces and secrets come from here.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

/// Yields unpredictable bytes. Held by every service, so that tests can repeat them.
pub trait Entropy: fmt::Debug + Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one home of randomness")]
    #[expect(
        clippy::panic,
        reason = "a machine without randomness can make no secret and must not go on"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the operating system has no randomness: {error}");
        }
    }
}

/// A repeatable sequence for tests: the same seed yields the same ids. Never for secrets.
///
/// The generator is SplitMix64, eight bytes at a time.
#[derive(Debug)]
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// The sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Default for SeededEntropy {
    fn default() -> Self {
        Self::new(42)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        for chunk in bytes.chunks_mut(size_of::<u64>()) {
            let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            chunk.copy_from_slice(&mixed.to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sixteen(entropy: &dyn Entropy) -> [u8; 16] {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        bytes
    }

    #[test]
    fn a_seed_repeats_and_its_sequence_goes_on() {
        let (one, other) = (SeededEntropy::new(7), SeededEntropy::new(7));
        assert_eq!(sixteen(&one), sixteen(&other));
        assert_ne!(sixteen(&one), sixteen(&SeededEntropy::new(7)));
    }

    #[test]
    fn the_sequence_is_that_of_splitmix64() {
        let seeded = SeededEntropy::new(1_234_567);
        let mut bytes = [0; 16];
        seeded.fill(&mut bytes);
        let published: [u64; 2] = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973];
        assert_eq!(bytes, *published.map(u64::to_le_bytes).as_flattened());
    }

    #[test]
    fn the_system_does_not_repeat_itself() {
        assert_ne!(sixteen(&OsEntropy), sixteen(&OsEntropy));
    }
}
