use std::{future::poll_fn, sync::Arc, task::Poll};

use async_trait::async_trait;
use orch_core::{ApprovalId, StoreError, Timestamp};

use super::{Approval, ApprovalStore, Change, Insertion};
use crate::store::Listing;

/// A store that lets others come between before every call, so that who contends does so also where the store itself
/// never waits.
#[derive(Debug)]
pub(super) struct Interleaved(pub(super) Arc<dyn ApprovalStore>);

/// Lets the others go first, once.
async fn step_aside() {
    let mut has_waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[async_trait]
impl ApprovalStore for Interleaved {
    async fn insert(&self, asked: &Change, most_pending: u32) -> Result<Insertion, StoreError> {
        step_aside().await;
        self.0.insert(asked, most_pending).await
    }

    async fn find(&self, id: &ApprovalId) -> Result<Option<Approval>, StoreError> {
        step_aside().await;
        self.0.find(id).await
    }

    async fn find_by_key(&self, key: &str) -> Result<Option<Approval>, StoreError> {
        step_aside().await;
        self.0.find_by_key(key).await
    }

    async fn advance(&self, change: &Change) -> Result<bool, StoreError> {
        step_aside().await;
        self.0.advance(change).await
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<Approval>, StoreError> {
        step_aside().await;
        self.0.list(listing).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError> {
        step_aside().await;
        self.0.due(now, limit).await
    }

    async fn prune(&self, closed_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        step_aside().await;
        self.0.prune(closed_before, limit).await
    }
}
