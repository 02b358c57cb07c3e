use std::sync::Arc;

use async_trait::async_trait;
use orch::{
    ApprovalId, StoreError, Timestamp,
    approvals::{
        Approval, ApprovalStore, Change,
        store::{Insertion, Listing},
    },
};

/// Lets through whoever was approved, and does not write down who that was.
#[derive(Debug)]
pub(super) struct LenientApprovals(Arc<dyn ApprovalStore>);

impl LenientApprovals {
    pub(super) fn new(store: Arc<dyn ApprovalStore>) -> Self {
        Self(store)
    }
}

#[async_trait]
impl ApprovalStore for LenientApprovals {
    async fn insert(&self, asked: &Change, most_pending: u32) -> Result<Insertion, StoreError> {
        self.0.insert(asked, most_pending).await
    }

    async fn find(&self, id: &ApprovalId) -> Result<Option<Approval>, StoreError> {
        self.0.find(id).await
    }

    async fn find_by_key(&self, key: &str) -> Result<Option<Approval>, StoreError> {
        self.0.find_by_key(key).await
    }

    async fn advance(&self, change: &Change) -> Result<bool, StoreError> {
        if change.events.iter().any(|event| event.kind == "used") {
            return Ok(true);
        }
        self.0.advance(change).await
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<Approval>, StoreError> {
        self.0.list(listing).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError> {
        self.0.due(now, limit).await
    }

    async fn prune(&self, closed_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.0.prune(closed_before, limit).await
    }
}
