//! What could not be stored did not happen, and is said so at once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use orch::{
    Stores, Timestamp,
    a2a::{
        TransactionStore,
        store::{Begun, Filter, Finish, Name, Surplus},
        transaction::Transaction,
    },
    approvals::{
        Approval, ApprovalStore, Change,
        store::{Insertion, Listing},
    },
    auth::PartyId,
};
use orch_core::{ApprovalId, Event, StoreError};
use orch_http_adapter::a2a::A2aOptions;

use super::house::{House, house_over, page};

/// Whether the disk is full.
type Full = Arc<AtomicBool>;

/// Takes nothing new while the disk is full.
#[derive(Debug)]
struct Filling<S: ?Sized> {
    full: Full,
    store: Arc<S>,
}

impl<S: ?Sized> Filling<S> {
    fn room(&self) -> Result<(), StoreError> {
        match self.full.load(Ordering::Relaxed) {
            true => Err(StoreError::Unavailable("the disk is full".into())),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl TransactionStore for Filling<dyn TransactionStore> {
    async fn begin(
        &self,
        transaction: &Transaction,
        alone_since: Option<Timestamp>,
        event: &Event,
    ) -> Result<Begun, StoreError> {
        self.room()?;
        self.store.begin(transaction, alone_since, event).await
    }

    async fn reopen(
        &self,
        read: &Transaction,
        ends_by: Timestamp,
        event: &Event,
    ) -> Result<bool, StoreError> {
        self.room()?;
        self.store.reopen(read, ends_by, event).await
    }

    async fn finish(&self, finish: &Finish) -> Result<bool, StoreError> {
        self.store.finish(finish).await
    }

    async fn reject(&self, rejection: &Event) -> Result<bool, StoreError> {
        self.room()?;
        self.store.reject(rejection).await
    }

    async fn find(&self, consumer: &PartyId, name: &Name) -> Result<Option<Transaction>, StoreError> {
        self.store.find(consumer, name).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Transaction>, StoreError> {
        self.store.list(filter).await
    }

    async fn forget(&self, surplus: Surplus, limit: u32) -> Result<u32, StoreError> {
        self.store.forget(surplus, limit).await
    }
}

#[async_trait]
impl ApprovalStore for Filling<dyn ApprovalStore> {
    async fn insert(&self, asked: &Change, most_pending: u32) -> Result<Insertion, StoreError> {
        self.room()?;
        self.store.insert(asked, most_pending).await
    }

    async fn find(&self, id: &ApprovalId) -> Result<Option<Approval>, StoreError> {
        self.store.find(id).await
    }

    async fn find_by_key(&self, key: &str) -> Result<Option<Approval>, StoreError> {
        self.store.find_by_key(key).await
    }

    async fn advance(&self, change: &Change) -> Result<bool, StoreError> {
        self.room()?;
        self.store.advance(change).await
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<Approval>, StoreError> {
        self.store.list(listing).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError> {
        self.store.due(now, limit).await
    }

    async fn prune(&self, closed_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.store.prune(closed_before, limit).await
    }
}

async fn filling() -> (House, Full) {
    let full = Full::default();
    let house = house_over(A2aOptions::default(), |clock| {
        let stores = Stores::in_memory_at(clock);
        Stores {
            transactions: Arc::new(Filling {
                full: full.clone(),
                store: stores.transactions,
            }),
            approvals: Arc::new(Filling {
                full: full.clone(),
                store: stores.approvals,
            }),
            ..stores
        }
    });
    (house.await, full)
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_sent() {
    let (house, full) = filling().await;
    full.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        let answer = house.transact(&page()).await;
        assert_eq!((answer.status, answer.code()), (500, "INTERNAL_ERROR"));
        assert!(!answer.text.contains("full"), "{}", answer.text);
    }
    assert_eq!(house.provider.n_calls(), 0);
    full.store(false, Ordering::Relaxed);
    let answer = house.transact(&page()).await;
    assert_eq!((answer.status, house.provider.n_calls()), (200, 1));
}

#[tokio::test]
async fn an_approval_is_told_only_when_it_is_kept() {
    let (house, full) = filling().await;
    full.store(true, Ordering::Relaxed);
    let asked = r#"{"approval_id":"apr_1","summary":"Book"}"#;
    let answer = house.post("/api/v1/approvals", asked, &[]).await;
    assert_eq!((answer.status, answer.code()), (500, "INTERNAL_ERROR"));
    assert_eq!(house.get("/api/v1/approvals/apr_1").await.status, 404);
    full.store(false, Ordering::Relaxed);
    assert_eq!(house.post("/api/v1/approvals", asked, &[]).await.status, 201);

    full.store(true, Ordering::Relaxed);
    let decided = r#"{"decision":"approve"}"#;
    let path = "/api/v1/approvals/apr_1/submit";
    assert_eq!(house.post(path, decided, &[]).await.status, 500);
    let kept = house.get("/api/v1/approvals/apr_1").await;
    assert_eq!(kept.body["status"], "pending");
    full.store(false, Ordering::Relaxed);
    assert_eq!(house.post(path, decided, &[]).await.status, 200);
}
