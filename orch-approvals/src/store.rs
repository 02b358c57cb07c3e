//! The port that keeps approvals.

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod in_memory;
mod list;

use std::fmt;

use async_trait::async_trait;
use orch_core::{AccountId, ApprovalId, StoreError, Timestamp};

pub use in_memory::InMemoryApprovals;
pub use list::{Cursor, CursorError, Filter, Listed, Listing};

use crate::{Approval, Approvers, Change};

/// Keeps approvals, and what happened to them in the event log. Each method is one atomic unit of work, and what it
/// acknowledged every later read sees.
#[async_trait]
pub trait ApprovalStore: fmt::Debug + Send + Sync + 'static {
    /// Adds an approval that was just asked for, with its events. Nothing is written where something of it is taken,
    /// or where its requester has `most_pending` approvals that are not closed.
    async fn insert(&self, asked: &Change, most_pending: u32) -> Result<Insertion, StoreError>;

    /// Reads an approval.
    async fn find(&self, id: &ApprovalId) -> Result<Option<Approval>, StoreError>;

    /// Reads what something has asked for: the approval of an action's key.
    async fn find_by_key(&self, key: &str) -> Result<Option<Approval>, StoreError>;

    /// Writes a change with its events; `false`, and nothing is written, if the approval is not there or something else
    /// happened to it first.
    async fn advance(&self, change: &Change) -> Result<bool, StoreError>;

    /// Approvals as they are written down, the newest first; those of one moment by their ids, the greatest first.
    async fn list(&self, listing: &Listing) -> Result<Vec<Approval>, StoreError>;

    /// At most `limit` approvals of which something is due at a moment, the longest due first.
    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError>;

    /// Removes at most `limit` approvals that were closed before a moment, of which nothing is due and to which nothing has
    /// happened since that moment, with their events; how many there were.
    async fn prune(&self, closed_before: Timestamp, limit: u32) -> Result<u32, StoreError>;
}

/// What came of adding an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// It is there.
    New,
    /// Another has its id.
    IdTaken,
    /// What asks has asked before, for this.
    Asked(Box<Approval>),
    /// The requester waits for too many already.
    Full,
}

/// Whether an account may see an approval: it is its own, or its policy names it.
pub(crate) fn is_seen_by(approval: &Approval, account: &AccountId) -> bool {
    let is_named = match &approval.policy.approvers {
        Approvers::Anyone => false,
        Approvers::Named(approvers) => approvers.iter().any(|party| party.account() == Some(account)),
    };
    is_named || approval.owner == *account
}
