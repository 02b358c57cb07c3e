use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use orch::{
    Clock, StoreError, SystemClock, Timestamp,
    a2a::{
        Transaction, TransactionStore,
        store::{Begun, Filter, Finish, Name, Surplus},
    },
    auth::PartyId,
};
use orch_core::Event;

/// How long a beginning waits after it was acknowledged.
const BEGINS_AFTER: Duration = Duration::from_millis(20);
/// How long an end waits: until what else is written for it is written, and somewhat longer.
const ENDS_AFTER: Duration = Duration::from_millis(150);

/// What is acknowledged too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Early {
    Beginnings,
    Ends,
}

/// Acknowledges first and writes a little later.
#[derive(Debug)]
pub(super) struct EarlyTransactions {
    store: Arc<dyn TransactionStore>,
    early: Early,
}

impl EarlyTransactions {
    pub(super) fn new(store: Arc<dyn TransactionStore>, early: Early) -> Self {
        Self { store, early }
    }
}

#[async_trait]
impl TransactionStore for EarlyTransactions {
    async fn begin(
        &self,
        transaction: &Transaction,
        alone_since: Option<Timestamp>,
        event: &Event,
    ) -> Result<Begun, StoreError> {
        if self.early != Early::Beginnings {
            return self.store.begin(transaction, alone_since, event).await;
        }
        let (store, transaction, event) = (self.store.clone(), transaction.clone(), event.clone());
        tokio::spawn(async move {
            SystemClock.sleep(BEGINS_AFTER).await;
            store.begin(&transaction, alone_since, &event).await
        });
        Ok(Begun::New)
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
        match self.early {
            Early::Beginnings => {
                // What began is written by then.
                SystemClock.sleep(BEGINS_AFTER * 2).await;
                self.store.finish(finish).await
            }
            Early::Ends => {
                let (store, finish) = (self.store.clone(), finish.clone());
                tokio::spawn(async move {
                    SystemClock.sleep(ENDS_AFTER).await;
                    store.finish(&finish).await
                });
                Ok(true)
            }
        }
    }

    async fn reject(&self, rejection: &Event) -> Result<bool, StoreError> {
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
