//! What is kept of transactions, and for how long.

use std::time::Duration;

use orch_core::StoreError;

use super::{Shared, Transactions};
use crate::{
    store::{Filter, Surplus},
    transaction::Transaction,
};

impl Transactions {
    /// Transactions that were made, the latest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list(&self, filter: &Filter) -> Result<Vec<Transaction>, StoreError> {
        self.0.store.list(filter).await
    }

    /// Forgets answers that are too old and keys that are too many, of at most so many transactions each; of how many. For
    /// whoever looks after the store.
    ///
    /// # Errors
    /// The store failed.
    pub async fn forget(&self, limit: u32) -> Result<u32, StoreError> {
        let Shared {
            store,
            clock,
            options,
            ..
        } = &*self.0;
        let ended_before = clock.now() - options.answers_kept_for;
        let n_answers = store.forget(Surplus::Answers { ended_before }, limit).await?;
        let beyond = options.keys_per_consumer;
        let n_keys = store.forget(Surplus::Keys { beyond }, limit).await?;
        Ok(n_answers.max(n_keys))
    }

    /// Removes at most so many transactions that are older, with their events, and what the log says of as many refusals; how
    /// many of which there were more. For whoever looks after the store.
    ///
    /// # Errors
    /// The store failed.
    pub async fn prune(&self, older_than: Duration, limit: u32) -> Result<u32, StoreError> {
        let before = self.0.clock.now() - older_than;
        let store = &self.0.store;
        let n_transactions = store.forget(Surplus::Transactions { before }, limit).await?;
        let n_rejections = store.forget(Surplus::Rejections { before }, limit).await?;
        Ok(n_transactions.max(n_rejections))
    }
}
