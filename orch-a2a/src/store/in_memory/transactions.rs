use std::{
    collections::BTreeMap,
    slice,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use orch_auth::PartyId;
use orch_core::{Event, EventLog, InMemoryEventLog, StoreError, Timestamp};

use super::super::{Begun, Filter, Finish, Name, TransactionStore};
use crate::transaction::{End, State, Transaction, TransactionId};

/// Keeps transactions while the process lives: the reference for every other store.
#[derive(Debug, Default)]
pub struct InMemoryTransactions {
    log: Arc<InMemoryEventLog>,
    transactions: Mutex<Transactions>,
}

type Transactions = BTreeMap<(PartyId, TransactionId), Transaction>;

impl InMemoryTransactions {
    /// An empty store that writes its events into `log`.
    pub fn new(log: Arc<InMemoryEventLog>) -> Self {
        Self {
            log,
            transactions: Mutex::default(),
        }
    }

    /// Writes the event of a change, which then must be made.
    fn note(&self, event: &Event) -> Result<(), StoreError> {
        match self.log.append_now(slice::from_ref(event)) {
            true => Ok(()),
            false => Err(StoreError::Broken("the place of an event is taken".into())),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Transactions> {
        self.transactions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of_key(transactions: &Transactions, consumer: &PartyId, key: &str) -> Option<Transaction> {
    let mut all = transactions.values();
    all.find(|known| known.consumer == *consumer && known.key.as_deref() == Some(key))
        .cloned()
}

#[async_trait]
impl TransactionStore for InMemoryTransactions {
    async fn begin(&self, transaction: &Transaction, event: &Event) -> Result<Begun, StoreError> {
        let mut transactions = self.lock();
        let name = (transaction.consumer.clone(), transaction.id.clone());
        let of_key = |key: &String| of_key(&transactions, &transaction.consumer, key);
        let known = transactions.get(&name).cloned();
        if let Some(known) = known.or_else(|| transaction.key.as_ref().and_then(of_key)) {
            return Ok(Begun::Taken(Box::new(known)));
        }
        self.note(event)?;
        transactions.insert(name, transaction.clone());
        Ok(Begun::New)
    }

    async fn reopen(
        &self,
        read: &Transaction,
        ends_by: Timestamp,
        event: &Event,
    ) -> Result<bool, StoreError> {
        let mut transactions = self.lock();
        let known = transactions.get_mut(&(read.consumer.clone(), read.id.clone()));
        let known =
            known.filter(|known| known.state == State::NotExecuted && known.executions == read.executions);
        let Some(known) = known else { return Ok(false) };
        self.note(event)?;
        known.state = State::Pending;
        known.executions += 1;
        known.attempts += 1;
        known.ends_by = ends_by;
        Ok(true)
    }

    async fn finish(&self, finish: &Finish) -> Result<bool, StoreError> {
        let mut transactions = self.lock();
        let known = transactions.get_mut(&(finish.consumer.clone(), finish.id.clone()));
        let known =
            known.filter(|known| known.state == State::Pending && known.executions == finish.execution);
        let Some(known) = known else { return Ok(false) };
        self.note(&finish.event)?;
        known.state = finish.state.clone();
        known.attempts += finish.joined;
        Ok(true)
    }

    async fn find(&self, consumer: &PartyId, name: &Name) -> Result<Option<Transaction>, StoreError> {
        let transactions = self.lock();
        Ok(match name {
            Name::Id(id) => transactions.get(&(consumer.clone(), id.clone())).cloned(),
            Name::Key(key) => of_key(&transactions, consumer, key),
            Name::Signature(signature, since) => {
                let own = transactions.values().filter(|known| known.consumer == *consumer);
                let signed = own.filter(|known| known.signature == *signature && known.started_at >= *since);
                signed
                    .max_by_key(|known| (known.started_at, known.id.clone()))
                    .cloned()
            }
        })
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Transaction>, StoreError> {
        let transactions = self.lock();
        let wanted = transactions.values().filter(|known| {
            filter
                .consumer
                .as_ref()
                .is_none_or(|consumer| *consumer == known.consumer)
                && filter
                    .service
                    .as_ref()
                    .is_none_or(|service| *service == known.service)
                && filter.id.as_ref().is_none_or(|id| *id == known.id)
                && filter
                    .state
                    .as_ref()
                    .is_none_or(|state| state == known.state.name())
                && filter.from.is_none_or(|from| from <= known.started_at)
                && filter.to.is_none_or(|to| known.started_at < to)
        });
        let mut wanted: Vec<&Transaction> = wanted.collect();
        wanted.sort_by(|left, right| {
            let latest_first = right.started_at.cmp(&left.started_at);
            latest_first.then_with(|| (&left.consumer, &left.id).cmp(&(&right.consumer, &right.id)))
        });
        let page = wanted
            .into_iter()
            .skip(filter.offset as usize)
            .take(filter.limit as usize);
        Ok(page.cloned().collect())
    }

    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let mut transactions = self.lock();
        let mut forgotten = 0;
        for known in transactions.values_mut() {
            let State::Ended { at, end } = &mut known.state else {
                continue;
            };
            let (End::Answered { result: text } | End::Refused { body: text, .. }) = end else {
                continue;
            };
            if *at < before && text.is_some() && forgotten < u64::from(limit) {
                *text = None;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }
}

/// The log that the events are in.
#[async_trait]
impl EventLog for InMemoryTransactions {
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError> {
        self.log.append(events).await
    }

    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.log.read(stream, from_seq, limit).await
    }
}

#[cfg(test)]
mod tests {
    crate::transaction_store_tests!(crate::InMemoryTransactions::default());
}
