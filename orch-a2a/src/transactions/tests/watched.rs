//! A store of transactions that is looked at.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use orch_auth::PartyId;
use orch_core::{Event, StoreError, Timestamp};
use serde_json::Value;
use tokio::sync::Notify;

use crate::{
    InMemoryTransactions, Transaction, TransactionStore,
    store::{Begun, Filter, Finish, Name, Surplus},
};

#[derive(Debug, Default)]
pub(super) struct Watched {
    pub(super) store: Arc<InMemoryTransactions>,
    /// Whether it never finds what is there, as whoever looks a moment before it is written.
    pub(super) is_blind: bool,
    /// Whether refusals cannot be written down.
    pub(super) is_full: bool,
    /// Whether nothing goes on that wrote down how a transaction ended, as when its process ends then.
    pub(super) ends_the_process: bool,
    /// What the news that something has begun waits for.
    pub(super) news_of_beginnings: Option<Notify>,
    /// How many replies are lost that say how a transaction ended.
    pub(super) n_lost: AtomicU32,
    pub(super) written: Mutex<Vec<Event>>,
}

impl Watched {
    /// The particulars of the refusals that were written down since the last time.
    pub(super) fn rejections(&self) -> Vec<Value> {
        let rejections = std::mem::take(&mut *self.written.lock().unwrap());
        let data = rejections.iter().map(|event| {
            assert_eq!((&*event.kind, event.seq), ("rejected", 1));
            serde_json::from_str(&event.data).unwrap()
        });
        data.collect()
    }
}

#[async_trait]
impl TransactionStore for Watched {
    async fn begin(
        &self,
        transaction: &Transaction,
        alone_since: Option<Timestamp>,
        event: &Event,
    ) -> Result<Begun, StoreError> {
        let begun = self.store.begin(transaction, alone_since, event).await;
        if let Some(news) = &self.news_of_beginnings {
            news.notified().await;
        }
        begun
    }

    async fn reopen(
        &self,
        read: &Transaction,
        ends_by: Timestamp,
        event: &Event,
    ) -> Result<bool, StoreError> {
        self.store.reopen(read, ends_by, event).await
    }

    async fn finish(&self, finish: &Finish) -> Result<bool, StoreError> {
        let written = self.store.finish(finish).await;
        let lost = |n_lost: u32| n_lost.checked_sub(1);
        if self
            .n_lost
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, lost)
            .is_ok()
        {
            return Err(StoreError::Unavailable("the connection broke".into()));
        }
        if self.ends_the_process {
            std::future::pending::<()>().await;
        }
        written
    }

    async fn reject(&self, rejection: &Event) -> Result<bool, StoreError> {
        if self.is_full {
            return Err(StoreError::Unavailable("the disk is full".into()));
        }
        let is_written = self.store.reject(rejection).await?;
        assert!(is_written, "each has a stream of its own");
        self.written.lock().unwrap().push(rejection.clone());
        Ok(is_written)
    }

    async fn find(&self, consumer: &PartyId, name: &Name) -> Result<Option<Transaction>, StoreError> {
        match self.is_blind {
            true => Ok(None),
            false => self.store.find(consumer, name).await,
        }
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Transaction>, StoreError> {
        self.store.list(filter).await
    }

    async fn forget(&self, surplus: Surplus, limit: u32) -> Result<u32, StoreError> {
        self.store.forget(surplus, limit).await
    }
}
