//! Orchestrators that are wrong on purpose: their stores do what a mistake in the order of things would do.

// Named, so that the kill test of another crate finds them as well.
#[path = "mutants/early.rs"]
mod early;
#[path = "mutants/hasty.rs"]
mod hasty;
#[path = "mutants/heedless.rs"]
mod heedless;
#[path = "mutants/stubborn.rs"]
mod stubborn;

use std::sync::Arc;

use orch::Stores;

use early::{Early, EarlyStore};
use hasty::HastyLedger;
use heedless::HeedlessStore;
use stubborn::{Stubborn, StubbornStore};

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// A start is acknowledged before the run is committed.
    AcknowledgedBeforeCommitted,
    /// A step is sent before its start is committed, and paid before its answer is.
    SentBeforeCommitted,
    /// The price of a step is captured when it should be held.
    CapturedBeforeHeld,
    /// A step is sent again after a crash although its task is not repeatable.
    RepeatedUnasked,
    /// What a worker finds out is written down although the run is another's.
    WrittenTooLate,
    /// A worker goes on although the run is another's, and pays for what it was answered.
    PaidTooLate,
}

impl Mutant {
    /// Those that a kill makes a difference to.
    pub(crate) const ALONE: [Self; 4] = [
        Self::AcknowledgedBeforeCommitted,
        Self::SentBeforeCommitted,
        Self::CapturedBeforeHeld,
        Self::RepeatedUnasked,
    ];

    /// Those that only one who comes back too late makes a difference to.
    pub(crate) const SHARED: [Self; 2] = [Self::WrittenTooLate, Self::PaidTooLate];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AcknowledgedBeforeCommitted => "acknowledged-before-committed",
            Self::SentBeforeCommitted => "sent-before-committed",
            Self::CapturedBeforeHeld => "captured-before-held",
            Self::RepeatedUnasked => "repeated-unasked",
            Self::WrittenTooLate => "written-too-late",
            Self::PaidTooLate => "paid-too-late",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = Self::ALONE.into_iter().chain(Self::SHARED);
        all.into_iter().find(|mutant| mutant.name() == name)
    }

    /// The stores with the mistake in them.
    pub(crate) fn infect(self, stores: Stores) -> Stores {
        let Stores {
            orchestrations,
            ledger,
            ..
        } = stores.clone();
        match self {
            Self::AcknowledgedBeforeCommitted => Stores {
                orchestrations: Arc::new(EarlyStore::new(orchestrations, Early::Starts)),
                ..stores
            },
            Self::SentBeforeCommitted => Stores {
                orchestrations: Arc::new(EarlyStore::new(orchestrations, Early::Steps)),
                ..stores
            },
            Self::CapturedBeforeHeld => Stores {
                ledger: Arc::new(HastyLedger(ledger)),
                ..stores
            },
            Self::RepeatedUnasked => Stores {
                orchestrations: Arc::new(HeedlessStore(orchestrations)),
                ..stores
            },
            Self::WrittenTooLate => Stores {
                orchestrations: Arc::new(StubbornStore::new(orchestrations, Stubborn::Writes)),
                ..stores
            },
            Self::PaidTooLate => Stores {
                orchestrations: Arc::new(StubbornStore::new(orchestrations, Stubborn::GoesOn)),
                ..stores
            },
        }
    }
}
