//! Approvals.

mod change;
mod find;
mod insert;
mod prune;

use async_trait::async_trait;
use orch_approvals::{
    Approval, ApprovalStore, Change,
    store::{Insertion, Listing},
};
use orch_core::{ApprovalId, StoreError, Timestamp, event::News};

use super::SqlStore;

const TABLE: &str = "orch_approvals";

fn grew(change: &Change) -> News {
    let approval = &change.approval;
    News::Grew {
        stream: approval.stream(),
        seq: approval.seq,
        is_over: approval.closed.is_some(),
    }
}

#[async_trait]
impl ApprovalStore for SqlStore {
    async fn insert(&self, asked: &Change, most_pending: u32) -> Result<Insertion, StoreError> {
        let input = (asked.clone(), most_pending);
        let insertion = self
            .write(input, |tx, (asked, most_pending)| {
                Box::pin(insert::insert(tx, asked, *most_pending))
            })
            .await?;
        self.ring((insertion == Insertion::New).then(|| grew(asked)));
        Ok(insertion)
    }

    async fn find(&self, id: &ApprovalId) -> Result<Option<Approval>, StoreError> {
        self.read(id.clone(), |tx, id| Box::pin(find::by_id(tx, id)))
            .await
    }

    async fn find_by_key(&self, key: &str) -> Result<Option<Approval>, StoreError> {
        self.read(key.to_owned(), |tx, key| Box::pin(find::by_key(tx, key)))
            .await
    }

    async fn advance(&self, change: &Change) -> Result<bool, StoreError> {
        let kept = self
            .write(change.clone(), |tx, change| Box::pin(change::keep(tx, change)))
            .await?;
        self.ring(kept.then(|| grew(change)));
        Ok(kept)
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<Approval>, StoreError> {
        self.read(listing.clone(), |tx, listing| Box::pin(find::list(tx, listing)))
            .await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError> {
        self.read((now, limit), |tx, (now, limit)| {
            Box::pin(find::due(tx, *now, *limit))
        })
        .await
    }

    async fn prune(&self, closed_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.write((closed_before, limit), |tx, (closed_before, limit)| {
            Box::pin(prune::prune(tx, *closed_before, *limit))
        })
        .await
    }
}
