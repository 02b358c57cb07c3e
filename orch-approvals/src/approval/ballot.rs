use std::{fmt, str::FromStr};

use orch_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::Party;
use crate::ApprovalError;

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It may be done.
    Approve,
    /// It may not be done.
    Reject,
}

/// A text is no decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a decision is approve or reject")]
pub struct DecisionError;

/// What someone decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// Who really decides, as whoever let them in knows them.
    pub by: Party,
    /// Yes or no.
    pub decision: Decision,
    /// The human who decided, in the words of who submits it: at most 512 characters. It proves nothing.
    pub approved_by: Option<String>,
    /// Why, or under which conditions: at most 4,096 characters.
    pub comments: Option<String>,
    /// Which of the alternatives, counting from 0.
    pub alternative: Option<u32>,
}

/// A decision that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// Who really decided.
    pub by: Party,
    /// Yes or no.
    pub decision: Decision,
    /// The human who decided, in the words of who submitted it.
    pub approved_by: Option<String>,
    /// Why.
    pub comments: Option<String>,
    /// Which of the alternatives.
    pub alternative: Option<u32>,
    /// When.
    pub at: Timestamp,
}

impl Ballot {
    /// The longest name of a human.
    pub const MAX_NAME_CHARS: usize = 512;
    /// The longest comment.
    pub const MAX_COMMENT_CHARS: usize = 4096;

    /// A yes, without a word.
    pub fn approve(by: Party) -> Self {
        Self {
            by,
            decision: Decision::Approve,
            approved_by: None,
            comments: None,
            alternative: None,
        }
    }

    /// A no, without a word.
    pub fn reject(by: Party) -> Self {
        Self {
            decision: Decision::Reject,
            ..Self::approve(by)
        }
    }

    pub(super) fn check(&self, n_alternatives: usize) -> Result<(), ApprovalError> {
        let invalid = |field, reason| Err(ApprovalError::Invalid { field, reason });
        let fits = |text: &Option<String>, most| {
            let is_within = |text: &String| text.chars().count() <= most && !text.contains('\0');
            text.as_ref().is_none_or(is_within)
        };
        if !fits(&self.approved_by, Self::MAX_NAME_CHARS) {
            return invalid("approved_by", "is longer than 512 characters");
        }
        if !fits(&self.comments, Self::MAX_COMMENT_CHARS) {
            return invalid("comments", "are longer than 4096 characters");
        }
        let is_there = |index: u32| usize::try_from(index).is_ok_and(|index| index < n_alternatives);
        if !self.alternative.is_none_or(is_there) {
            return invalid("selected_alternative", "is none of the alternatives");
        }
        Ok(())
    }
}

impl Decision {
    /// The lower-case word: `approve` or `reject`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads what [`name`](Decision::name) writes.
impl FromStr for Decision {
    type Err = DecisionError;

    fn from_str(name: &str) -> Result<Self, DecisionError> {
        match name {
            "approve" => Ok(Self::Approve),
            "reject" => Ok(Self::Reject),
            _ => Err(DecisionError),
        }
    }
}
