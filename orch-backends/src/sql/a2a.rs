//! Services and signed transactions.

mod forget;
mod service;
mod transaction;

use std::slice;

use async_trait::async_trait;
use orch_a2a::{
    ServiceId, ServiceRecord, ServiceStore, Transaction, TransactionStore,
    store::{Begun, Filter, Finish, Name, Surplus},
};
use orch_auth::PartyId;
use orch_core::{Event, EventLog, StoreError, Timestamp};

use super::SqlStore;

#[async_trait]
impl ServiceStore for SqlStore {
    async fn put(&self, record: &ServiceRecord) -> Result<bool, StoreError> {
        self.write(record.clone(), |tx, record| Box::pin(service::put(tx, record)))
            .await
    }

    async fn find(&self, id: &ServiceId) -> Result<Option<ServiceRecord>, StoreError> {
        self.read(id.clone(), |tx, id| Box::pin(service::find(tx, id)))
            .await
    }

    async fn list(&self, kind: Option<&str>, limit: u32) -> Result<Vec<ServiceRecord>, StoreError> {
        self.read((kind.map(str::to_owned), limit), |tx, (kind, limit)| {
            Box::pin(service::list(tx, kind.as_deref(), *limit))
        })
        .await
    }
}

#[async_trait]
impl TransactionStore for SqlStore {
    async fn begin(
        &self,
        transaction: &Transaction,
        alone_since: Option<Timestamp>,
        event: &Event,
    ) -> Result<Begun, StoreError> {
        let input = (transaction.clone(), alone_since, event.clone());
        self.write(input, |tx, (transaction, alone_since, event)| {
            Box::pin(transaction::begin(tx, transaction, *alone_since, event))
        })
        .await
    }

    async fn reopen(
        &self,
        read: &Transaction,
        ends_by: Timestamp,
        event: &Event,
    ) -> Result<bool, StoreError> {
        let input = (read.clone(), ends_by, event.clone());
        self.write(input, |tx, (read, ends_by, event)| {
            Box::pin(transaction::reopen(tx, read, *ends_by, event))
        })
        .await
    }

    async fn finish(&self, finish: &Finish) -> Result<bool, StoreError> {
        self.write(finish.clone(), |tx, finish| {
            Box::pin(transaction::finish(tx, finish))
        })
        .await
    }

    async fn reject(&self, rejection: &Event) -> Result<bool, StoreError> {
        self.append(slice::from_ref(rejection)).await
    }

    async fn find(&self, consumer: &PartyId, name: &Name) -> Result<Option<Transaction>, StoreError> {
        self.read((consumer.clone(), name.clone()), |tx, (consumer, name)| {
            Box::pin(transaction::find(tx, consumer, name))
        })
        .await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Transaction>, StoreError> {
        self.read(filter.clone(), |tx, filter| {
            Box::pin(transaction::list(tx, filter))
        })
        .await
    }

    async fn forget(&self, surplus: Surplus, limit: u32) -> Result<u32, StoreError> {
        if let Surplus::Rejections { before } = surplus {
            return forget::rejections(self, before, limit).await;
        }
        // Writers wait for no search: what is found is written over only if it is as it was.
        let found = self
            .read((surplus, limit), |tx, (surplus, limit)| {
                Box::pin(forget::find(tx, *surplus, *limit))
            })
            .await?;
        if found.is_empty() {
            return Ok(0);
        }
        self.write((surplus, found), |tx, (surplus, found)| {
            Box::pin(forget::forget(tx, *surplus, found))
        })
        .await
    }
}
