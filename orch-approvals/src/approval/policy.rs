use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use super::Party;
use crate::ApprovalError;

/// Who decides, how many of them, and what happens if they do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Who may decide.
    pub approvers: Approvers,
    /// How many of them must approve, at least 1. It is rejected as soon as so many cannot approve any more; where
    /// anyone may decide, as soon as so many have rejected.
    pub quorum: u32,
    /// Whether who asks may decide as well. Where they may not, they do not count among the approvers either.
    pub self_approval: bool,
    /// How long they have: 1 second to 30 days.
    pub timeout: Duration,
    /// What happens when that time is over.
    pub on_expiry: OnExpiry,
}

/// Who may decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approvers {
    /// Everyone who may see the approval.
    Anyone,
    /// These, 1 to 100.
    Named(BTreeSet<Party>),
}

/// What happens when the time is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnExpiry {
    /// What is asked for does not happen.
    #[default]
    Deny,
    /// It happens: who would object had their time.
    Approve,
}

impl Policy {
    /// The shortest and the longest time to decide.
    pub const TIMEOUTS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(30 * 24 * 60 * 60)];
    /// The time to decide where nothing is said.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60 * 60);
    /// The most who are named, and the largest quorum.
    pub const MAX_APPROVERS: usize = 100;

    /// One of these decides within an hour, and never who asks; nobody's answer is a no.
    pub fn one_of(approvers: impl IntoIterator<Item = Party>) -> Self {
        Self {
            approvers: Approvers::Named(approvers.into_iter().collect()),
            quorum: 1,
            self_approval: false,
            timeout: Self::DEFAULT_TIMEOUT,
            on_expiry: OnExpiry::Deny,
        }
    }

    /// Whoever may see it decides within an hour, also who asks.
    pub fn anyone() -> Self {
        Self {
            approvers: Approvers::Anyone,
            self_approval: true,
            ..Self::one_of([])
        }
    }

    /// Whether someone may decide what the requester asks.
    pub fn allows(&self, party: &Party, requester: &Party) -> bool {
        let is_named = match &self.approvers {
            Approvers::Anyone => true,
            Approvers::Named(approvers) => approvers.contains(party),
        };
        is_named && (self.self_approval || party != requester)
    }

    /// How many of the named may decide what the requester asks; `None` where anyone may.
    pub(super) fn n_eligible(&self, requester: &Party) -> Option<usize> {
        match &self.approvers {
            Approvers::Anyone => None,
            Approvers::Named(approvers) => Some(
                approvers
                    .iter()
                    .filter(|party| self.allows(party, requester))
                    .count(),
            ),
        }
    }

    /// Refuses what cannot be meant for what this requester asks.
    ///
    /// # Errors
    /// [`Invalid`](ApprovalError::Invalid) with the member at fault.
    pub fn check(&self, requester: &Party) -> Result<(), ApprovalError> {
        let invalid = |field, reason| Err(ApprovalError::Invalid { field, reason });
        let [shortest, longest] = Self::TIMEOUTS;
        if !(shortest..=longest).contains(&self.timeout) {
            return invalid("timeout", "is not 1 second to 30 days");
        }
        if let Approvers::Named(approvers) = &self.approvers
            && !(1..=Self::MAX_APPROVERS).contains(&approvers.len())
        {
            return invalid("approvers", "are not 1 to 100");
        }
        let most = self.n_eligible(requester).unwrap_or(Self::MAX_APPROVERS);
        let quorum = usize::try_from(self.quorum).unwrap_or(usize::MAX);
        if !(1..=most).contains(&quorum) {
            return invalid("quorum", "is not 1 to the number of those who may decide");
        }
        Ok(())
    }
}
