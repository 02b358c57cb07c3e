/// A set of slots.
#[derive(Clone, Debug)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// None of so many.
    pub(super) fn none(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    pub(super) fn add(&mut self, slot: u32) {
        self.0[slot as usize / 64] |= 1 << (slot % 64);
    }

    pub(super) fn has(&self, slot: u32) -> bool {
        self.0[slot as usize / 64] >> (slot % 64) & 1 == 1
    }

    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Leaves the slots that are wanted, each asked about once.
    pub(super) fn retain(&mut self, is_wanted: impl Fn(u32) -> bool) {
        for (word, first) in self.0.iter_mut().zip((0_u32..).step_by(64)) {
            let mut rest = *word;
            while rest != 0 {
                let place = rest.trailing_zeros();
                rest &= rest - 1;
                if !is_wanted(first + place) {
                    *word &= !(1 << place);
                }
            }
        }
    }
}
