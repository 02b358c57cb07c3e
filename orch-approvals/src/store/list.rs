use std::{fmt, str::FromStr};

use orch_core::{AccountId, ApprovalId, Timestamp};

use super::is_seen_by;
use crate::{Approval, Party, Status};

/// Which approvals are wanted; all of them, where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that this account may see: its own, and those it may decide.
    pub seen_by: Option<AccountId>,
    /// Those that this one asked for.
    pub requester: Option<Party>,
    /// Those that stand so, as far as it is written down.
    pub status: Option<Status>,
}

/// Which part of a list is wanted, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Of which approvals.
    pub filter: Filter,
    /// How many at most.
    pub limit: u32,
    /// After which one; from the newest on, unless it is given.
    pub after: Option<Cursor>,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The approvals.
    pub approvals: Vec<Approval>,
    /// Where the next part begins, if there may be one.
    pub next: Option<Cursor>,
}

/// A place in a list: right after an approval. It prints as text that only this type reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// When the approval was asked.
    pub created_at: Timestamp,
    /// Its id.
    pub id: ApprovalId,
}

/// A text is no place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no cursor of a list of approvals")]
pub struct CursorError;

impl Filter {
    /// Whether an approval is wanted.
    pub fn fits(&self, approval: &Approval) -> bool {
        let status = approval.closed.map_or(Status::Pending, |closed| closed.status);
        self.status.is_none_or(|wanted| wanted == status)
            && self
                .requester
                .as_ref()
                .is_none_or(|wanted| *wanted == approval.requester)
            && self
                .seen_by
                .as_ref()
                .is_none_or(|account| is_seen_by(approval, account))
    }
}

impl Cursor {
    /// The place right after an approval.
    pub fn after(approval: &Approval) -> Self {
        Self {
            created_at: approval.created_at,
            id: approval.id.clone(),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.created_at.as_millis(), self.id)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (millis, id) = text.split_once('.').ok_or(CursorError)?;
        Ok(Self {
            created_at: Timestamp::from_millis(millis.parse().map_err(|_| CursorError)?),
            id: id.parse().map_err(|_| CursorError)?,
        })
    }
}
