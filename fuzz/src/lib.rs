#![doc = include_str!("../README.md")]
//!
//! The library is what the targets share: properties as functions, which panic where one does not hold.

#![expect(clippy::expect_used, reason = "a target fails by panicking")]

pub mod canonical;
pub mod house;
#[cfg(feature = "planted")]
mod planted;
pub mod request;
pub mod subject;

/// A change of one byte, as an input asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    place: usize,
    byte: u8,
}

impl Change {
    /// The change that these bytes stand for: the last one, and where.
    pub fn read(bytes: &[u8]) -> Self {
        let place = bytes
            .iter()
            .fold(0, |place, byte| (place << 8) | usize::from(*byte))
            % 65_536;
        let byte = bytes.first().copied().unwrap_or(b'0');
        Self { place, byte }
    }

    /// Changes that go with a body that comes with none: others for each body, to bytes that mean something to one reader or
    /// another.
    pub fn of(body: &[u8]) -> [Self; 8] {
        let mut salted = body.to_vec();
        std::array::from_fn(|_| {
            salted.push(0);
            Self::chosen_by(&salted)
        })
    }

    fn chosen_by(body: &[u8]) -> Self {
        const TELLING: &[u8] = b"\0\t\x0b\x0c \"\\,:}]+-.0Ee\x7f";
        // FNV-1a: the same body has the same change.
        let hash = body.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let [low, high] = [hash & 0xffff_ffff, hash >> 32].map(|half| usize::try_from(half).unwrap_or(0));
        Self {
            place: low,
            byte: TELLING[high % TELLING.len()],
        }
    }

    /// The body with one byte changed.
    pub fn apply(self, body: &[u8]) -> Vec<u8> {
        let mut changed = body.to_vec();
        if !changed.is_empty() {
            let place = self.place % changed.len();
            changed[place] = self.byte;
        }
        changed
    }
}
