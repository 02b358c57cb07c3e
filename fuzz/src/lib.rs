#![doc = include_str!("../README.md")]
//!
//! The library is what the targets share: properties as functions, which panic where one does not hold.

pub mod canonical;
pub mod house;
pub mod request;

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
