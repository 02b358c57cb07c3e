use orch_core::{Amount, ApprovalId, Fingerprint};
use serde::{Deserialize, Serialize};

use super::{JsonText, Party, Policy};
use crate::ApprovalError;

/// What a human is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What it is about, in a sentence: 1 to 4,096 characters, not blank.
    pub summary: String,
    /// The particulars.
    pub details: JsonText,
    /// What could be done instead: at most 50.
    pub alternatives: Option<Vec<JsonText>>,
    /// The transaction that it belongs to, in the words of who asks: 1 to 128 visible ASCII characters.
    pub transaction: Option<String>,
    /// What it costs at most, where that is known.
    pub cost: Option<Amount>,
}

/// The exact thing that an approval lets through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What asks, such as the id of an invocation: it asks once, however often it says so. 1 to 200 characters.
    pub key: String,
    /// The digest of all that makes the action what it is.
    pub digest: Fingerprint,
    /// Who waits for the answer and is told of it: `run_…`.
    pub keeper: Option<String>,
}

/// A question as it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRequest {
    /// How it shall be named; one that nobody guesses, unless it is given.
    pub id: Option<ApprovalId>,
    /// Who asks.
    pub requester: Party,
    /// What.
    pub question: Question,
    /// What it lets through.
    pub action: Option<Action>,
    /// Who answers, and until when.
    pub policy: Policy,
}

impl Question {
    /// The longest summary.
    pub const MAX_SUMMARY_CHARS: usize = 4096;
    /// The most alternatives.
    pub const MAX_ALTERNATIVES: usize = 50;
    /// The longest name of a transaction.
    pub const MAX_TRANSACTION_CHARS: usize = 128;

    /// A question without particulars.
    pub fn new(summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            details: JsonText::default(),
            alternatives: None,
            transaction: None,
            cost: None,
        }
    }

    pub(super) fn check(&self) -> Result<(), ApprovalError> {
        let invalid = |field, reason| Err(ApprovalError::Invalid { field, reason });
        let is_short = self.summary.chars().count() <= Self::MAX_SUMMARY_CHARS;
        if self.summary.trim().is_empty() || !is_short || self.summary.contains('\0') {
            return invalid("summary", "is not 1 to 4096 characters");
        }
        let n_alternatives = self.alternatives.as_ref().map_or(0, Vec::len);
        if n_alternatives > Self::MAX_ALTERNATIVES {
            return invalid("alternatives", "are more than 50");
        }
        let is_name = |name: &String| {
            (1..=Self::MAX_TRANSACTION_CHARS).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_graphic())
        };
        if !self.transaction.as_ref().is_none_or(is_name) {
            return invalid("transaction_id", "is not 1 to 128 visible ASCII characters");
        }
        Ok(())
    }
}

impl ApprovalRequest {
    /// A question for whom the policy names.
    pub fn new(requester: Party, question: Question, policy: Policy) -> Self {
        Self {
            id: None,
            requester,
            question,
            action: None,
            policy,
        }
    }
}
