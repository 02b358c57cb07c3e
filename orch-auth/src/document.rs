//! JSON as it was written: what is signed is read token by token, so that nothing of it is lost.
//!
//! A [`Document`] is the reading of a body that everything after it uses (RFC 8259, with three choices made):
//!
//! - A number keeps its characters: `1.50` and `9007199254740993` stay what they are.
//! - Of members with one name the last counts, at every level.
//! - A text is a sequence of code points. An escaped surrogate without its other half is kept as it is.

mod escape;
mod number;
mod reader;
mod text;

pub use number::Number;
pub use text::Text;

/// A JSON value, read from a body that it borrows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document<'b> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as it was written.
    Number(Number<'b>),
    /// A text.
    Text(Text<'b>),
    /// An array.
    Array(Vec<Document<'b>>),
    /// An object.
    Object(Members<'b>),
}

/// The members of an object, each name once, in the order of their names' code points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members<'b>(Vec<(Text<'b>, Document<'b>)>);

/// Why bytes are no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// They are not UTF-8.
    #[error("it is not utf-8")]
    NotUtf8,
    /// They are not one JSON value.
    #[error("it is no json at byte {at}")]
    Malformed {
        /// Where that shows.
        at: usize,
    },
    /// It nests deeper than allowed.
    #[error("it nests deeper than {levels} levels")]
    TooDeep {
        /// The most levels.
        levels: usize,
    },
    /// A number takes more than [`MAX_NUMBER_BYTES`](Document::MAX_NUMBER_BYTES), or no binary64 is near it.
    #[error("the number at byte {at} is too large")]
    LargeNumber {
        /// Where it begins.
        at: usize,
    },
}

impl<'b> Document<'b> {
    /// The most levels that a body nests.
    pub const MAX_DEPTH: usize = 128;
    /// The most characters of a number.
    pub const MAX_NUMBER_BYTES: usize = 1000;

    /// Reads a body of at most [`MAX_DEPTH`](Self::MAX_DEPTH) levels.
    ///
    /// # Errors
    /// It is not one JSON value, or out of bounds.
    pub fn read(body: &'b [u8]) -> Result<Self, DocumentError> {
        Self::read_within(body, Self::MAX_DEPTH)
    }

    /// Reads a body of at most so many levels, each of which takes some of the stack.
    ///
    /// # Errors
    /// It is not one JSON value, or out of bounds.
    pub fn read_within(body: &'b [u8], levels: usize) -> Result<Self, DocumentError> {
        let text = std::str::from_utf8(body).map_err(|_| DocumentError::NotUtf8)?;
        reader::read(text, levels)
    }

    /// The members, if it is an object.
    pub fn members(&self) -> Option<&Members<'b>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// A member of an object; `None` for what has none of that name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members()?.get(name)
    }

    /// The text, if it is one that has no lone surrogate.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => text.as_str(),
            _ => None,
        }
    }

    /// The items, if it is an array.
    pub fn items(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<'b> Members<'b> {
    /// Of members with one name the last counts.
    fn new(mut members: Vec<(Text<'b>, Document<'b>)>) -> Self {
        let is_sorted = members.is_sorted_by(|(left, _), (right, _)| left < right);
        if !is_sorted {
            // Stable, so that of equal names the last stays last.
            members.sort_by(|(left, _), (right, _)| left.cmp(right));
            members.reverse();
            members.dedup_by(|(later, _), (earlier, _)| later == earlier);
            members.reverse();
        }
        Self(members)
    }

    /// The member of that name.
    pub fn get(&self, name: &str) -> Option<&Document<'b>> {
        let found = self
            .0
            .binary_search_by(|(known, _)| known.bytes().cmp(name.as_bytes()));
        let (_, member) = self.0.get(found.ok()?)?;
        Some(member)
    }

    /// All of them, in the order of their names' code points.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text<'b>, &Document<'b>)> {
        self.0.iter().map(|(name, member)| (name, member))
    }

    /// The same members without one.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let others = self
            .0
            .iter()
            .filter(|(known, _)| known.bytes() != name.as_bytes());
        Self(others.cloned().collect())
    }
}

#[cfg(test)]
mod tests;
