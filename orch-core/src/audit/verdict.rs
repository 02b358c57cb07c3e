use std::fmt;

use super::{Anchor, Entry, Seal, Tail};
use crate::{Event, Timestamp};

/// What came of reading a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many seals there are.
    pub n_seals: u64,
    /// How many events they have.
    pub n_events: u64,
    /// How many of these are not kept any more, and are old enough for that.
    pub n_removed: u64,
    /// Where the chain ends; nowhere where it has not begun.
    pub head: Option<Anchor>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// What is not in it yet.
    pub tail: Tail,
}

impl Verdict {
    /// Whether everything in the chain is as it was when it was sealed.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    /// Judges the next seal by the one before, and its entries by their events. Of what happened before
    /// `kept_since` says of its stream, events need not be kept any more.
    pub(super) fn add(
        &mut self,
        last: Option<&Seal>,
        seal: &Seal,
        sealed: &[(Entry, Option<Event>)],
        kept_since: &impl Fn(&str) -> Timestamp,
    ) {
        self.n_seals += 1;
        self.n_events += sealed.len() as u64;
        let number = seal.number;
        let expected = last.map_or(1, |last| last.number.saturating_add(1));
        if number != expected {
            self.faults.push(Fault::Missing { number: expected });
        } else if seal.previous != last.map(|last| last.digest) {
            self.faults.push(Fault::Unlinked { number });
        }
        let entries: Vec<Entry> = sealed.iter().map(|(entry, _)| entry.clone()).collect();
        if !seal.is_over(&entries) {
            self.faults.push(Fault::Broken { number });
        }
        for (entry, event) in sealed {
            let (stream, seq) = (entry.stream.clone(), entry.seq);
            match event {
                Some(event) if Entry::of(event) == *entry => {}
                Some(_) => self.faults.push(Fault::Changed { number, stream, seq }),
                None if entry.at < kept_since(&entry.stream) => self.n_removed += 1,
                None => self.faults.push(Fault::Removed { number, stream, seq }),
            }
        }
    }
}

/// Something that is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A seal is not there.
    Missing {
        /// Its number.
        number: u64,
    },
    /// A seal does not follow the one before it.
    Unlinked {
        /// Its number.
        number: u64,
    },
    /// A seal, or what it is over, is not as it was.
    Broken {
        /// Its number.
        number: u64,
    },
    /// An event is not as it was when it was sealed.
    Changed {
        /// The seal.
        number: u64,
        /// The stream of the event.
        stream: String,
        /// Its place there.
        seq: u64,
    },
    /// An event is gone that would have to be kept.
    Removed {
        /// The seal.
        number: u64,
        /// The stream of the event.
        stream: String,
        /// Its place there.
        seq: u64,
    },
    /// Entries belong to a seal beyond the end of the chain.
    Cut {
        /// The last such seal.
        number: u64,
    },
    /// The chain does not contain what was kept elsewhere.
    Unanchored {
        /// What was kept.
        anchor: Anchor,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { number } => write!(f, "seal {number} is missing"),
            Self::Unlinked { number } => write!(f, "seal {number} does not follow the one before it"),
            Self::Broken { number } => {
                write!(f, "seal {number} is not as it was, or not over what it was over")
            }
            Self::Changed { number, stream, seq } => {
                write!(f, "event {seq} of {stream} is not what seal {number} is over")
            }
            Self::Removed { number, stream, seq } => {
                write!(f, "event {seq} of {stream}, which seal {number} is over, is gone")
            }
            Self::Cut { number } => write!(
                f,
                "there are entries of seal {number}, which the chain does not have"
            ),
            Self::Unanchored { anchor } => write!(f, "the chain does not contain {anchor}"),
        }
    }
}
