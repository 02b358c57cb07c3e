//! Servers that are wrong on purpose: their stores do what a mistake in the order of things would do.

mod early;
mod lenient;

use std::sync::Arc;

use orch::Stores;

use early::{Early, EarlyTransactions};
use lenient::LenientApprovals;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// A transaction is sent before it is committed.
    SentBeforeCommitted,
    /// A transaction is answered before that is committed.
    AnsweredBeforeCommitted,
    /// Who used an approval is not written down.
    ApprovalNotUsedUp,
}

impl Mutant {
    pub(crate) const ALL: [Self; 3] = [
        Self::SentBeforeCommitted,
        Self::AnsweredBeforeCommitted,
        Self::ApprovalNotUsedUp,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SentBeforeCommitted => "sent-before-committed",
            Self::AnsweredBeforeCommitted => "answered-before-committed",
            Self::ApprovalNotUsedUp => "approval-not-used-up",
        }
    }

    /// The law that it breaks.
    pub(crate) const fn breaks(self) -> &'static str {
        match self {
            Self::SentBeforeCommitted => "nothing is executed twice",
            Self::AnsweredBeforeCommitted => "an answer is the same to the last byte",
            Self::ApprovalNotUsedUp => "an approval lets one through",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mutant| mutant.name() == name)
    }

    /// Makes the mistake.
    pub(crate) fn infect(self, stores: Stores) -> Stores {
        let early = |early| Stores {
            transactions: Arc::new(EarlyTransactions::new(stores.transactions.clone(), early)),
            ..stores.clone()
        };
        match self {
            Self::SentBeforeCommitted => early(Early::Beginnings),
            Self::AnsweredBeforeCommitted => early(Early::Ends),
            Self::ApprovalNotUsedUp => Stores {
                approvals: Arc::new(LenientApprovals::new(stores.approvals.clone())),
                ..stores
            },
        }
    }
}
