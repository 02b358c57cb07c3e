use std::{
    collections::BTreeMap,
    slice,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use orch_auth::PartyId;
use orch_core::{Event, EventLog, InMemoryEventLog, StoreError, Timestamp};

use super::super::{Begun, Filter, Finish, Name, Surplus, TransactionStore};
use crate::transaction::{End, State, Transaction, TransactionId, rejections_before};

/// Keeps transactions while the process lives: the reference for every other store.
#[derive(Debug, Default)]
pub struct InMemoryTransactions {
    log: Arc<InMemoryEventLog>,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    by_id: BTreeMap<(PartyId, TransactionId), Transaction>,
    by_key: BTreeMap<(PartyId, String), TransactionId>,
}

impl InMemoryTransactions {
    /// An empty store that writes its events into `log`.
    pub fn new(log: Arc<InMemoryEventLog>) -> Self {
        Self {
            log,
            books: Mutex::default(),
        }
    }

    /// Writes the event of a change, which then must be made.
    fn note(&self, event: &Event) -> Result<(), StoreError> {
        match self.log.append_now(slice::from_ref(event)) {
            true => Ok(()),
            false => Err(StoreError::Broken("the place of an event is taken".into())),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn of_key(&self, consumer: &PartyId, key: &str) -> Option<&Transaction> {
        let id = self.by_key.get(&(consumer.clone(), key.to_owned()))?;
        self.by_id.get(&(consumer.clone(), id.clone()))
    }

    /// The latest of a signature that was started since.
    fn of_signature(
        &self,
        consumer: &PartyId,
        signature: &[u8; 32],
        since: Timestamp,
    ) -> Option<&Transaction> {
        let own = self.by_id.values().filter(|known| known.consumer == *consumer);
        let signed = own.filter(|known| known.signature == *signature && known.started_at >= since);
        signed.max_by_key(|known| (known.started_at, known.id.clone()))
    }

    /// The earliest of those that have ended, of each consumer with too many such keys as many as are too many.
    fn with_surplus_keys(&self, beyond: u32) -> Vec<(PartyId, String)> {
        let mut surplus = Vec::new();
        let keys: Vec<_> = self.by_key.iter().collect();
        for own in keys.chunk_by(|((left, _), _), ((right, _), _)| left == right) {
            let mut ended: Vec<_> = own
                .iter()
                .filter_map(|(key, id)| {
                    let known = self.by_id.get(&(key.0.clone(), (*id).clone()))?;
                    let is_over = matches!(known.state, State::Ended { .. });
                    is_over.then_some((known.started_at, *id, *key))
                })
                .collect();
            ended.sort();
            let n_surplus = ended.len().saturating_sub(beyond as usize);
            surplus.extend(ended.into_iter().take(n_surplus).map(|(.., key)| key.clone()));
        }
        surplus
    }

    fn forget_answers(&mut self, ended_before: Timestamp, limit: usize) -> usize {
        let texts = self
            .by_id
            .values_mut()
            .filter_map(|known| match &mut known.state {
                State::Ended { at, end } if *at < ended_before => match end {
                    End::Answered { result: text, .. } | End::Refused { body: text, .. } => {
                        text.is_some().then_some(text)
                    }
                    End::Lost | End::TimedOut => None,
                },
                _ => None,
            });
        texts.take(limit).map(|text| *text = None).count()
    }

    fn forget_keys(&mut self, beyond: u32, limit: usize) -> usize {
        let surplus = self.with_surplus_keys(beyond).into_iter().take(limit);
        let forgotten = surplus.filter_map(|key| {
            let id = self.by_key.remove(&key)?;
            self.by_id.get_mut(&(key.0, id))?.key.take()
        });
        forgotten.count()
    }

    /// Removes those that are over since a moment.
    fn remove(&mut self, log: &InMemoryEventLog, before: Timestamp, limit: usize) -> Vec<Transaction> {
        let mut over: Vec<&Transaction> = self
            .by_id
            .values()
            .filter(|known| known.started_at < before && known.ends_by < before)
            .filter(|known| log.is_over(&known.stream(), before))
            .collect();
        over.sort_by_key(|known| known.started_at);
        let over: Vec<Transaction> = over.into_iter().take(limit).cloned().collect();
        for known in &over {
            self.by_id.remove(&(known.consumer.clone(), known.id.clone()));
            if let Some(key) = &known.key {
                self.by_key.remove(&(known.consumer.clone(), key.clone()));
            }
        }
        over
    }
}

#[async_trait]
impl TransactionStore for InMemoryTransactions {
    async fn begin(
        &self,
        transaction: &Transaction,
        alone_since: Option<Timestamp>,
        event: &Event,
    ) -> Result<Begun, StoreError> {
        let mut books = self.lock();
        let consumer = &transaction.consumer;
        let name = (consumer.clone(), transaction.id.clone());
        let of_signature = |since| books.of_signature(consumer, &transaction.signature, since);
        let of_key = |key: &String| books.of_key(consumer, key);
        let known = alone_since.and_then(of_signature);
        let known = known.or_else(|| books.by_id.get(&name));
        if let Some(known) = known.or_else(|| transaction.key.as_ref().and_then(of_key)) {
            return Ok(Begun::Taken(Box::new(known.clone())));
        }
        self.note(event)?;
        if let Some(key) = &transaction.key {
            let key = (consumer.clone(), key.clone());
            books.by_key.insert(key, transaction.id.clone());
        }
        books.by_id.insert(name, transaction.clone());
        Ok(Begun::New)
    }

    async fn reopen(
        &self,
        read: &Transaction,
        ends_by: Timestamp,
        event: &Event,
    ) -> Result<bool, StoreError> {
        let mut books = self.lock();
        let known = books.by_id.get_mut(&(read.consumer.clone(), read.id.clone()));
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
        let mut books = self.lock();
        let known = books.by_id.get_mut(&(finish.consumer.clone(), finish.id.clone()));
        let known =
            known.filter(|known| known.state == State::Pending && known.executions == finish.execution);
        let Some(known) = known else { return Ok(false) };
        self.note(&finish.event)?;
        known.state = finish.state.clone();
        known.attempts += finish.joined;
        Ok(true)
    }

    async fn reject(&self, rejection: &Event) -> Result<bool, StoreError> {
        Ok(rejection.seq == 1 && self.log.append_now(slice::from_ref(rejection)))
    }

    async fn find(&self, consumer: &PartyId, name: &Name) -> Result<Option<Transaction>, StoreError> {
        let books = self.lock();
        Ok(match name {
            Name::Id(id) => books.by_id.get(&(consumer.clone(), id.clone())).cloned(),
            Name::Key(key) => books.of_key(consumer, key).cloned(),
            Name::Signature(signature, since) => books.of_signature(consumer, signature, *since).cloned(),
        })
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Transaction>, StoreError> {
        let books = self.lock();
        let wanted = books.by_id.values().filter(|known| {
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

    async fn forget(&self, surplus: Surplus, limit: u32) -> Result<u32, StoreError> {
        let mut books = self.lock();
        let limit = limit as usize;
        let n_forgotten = match surplus {
            Surplus::Answers { ended_before } => books.forget_answers(ended_before, limit),
            Surplus::Keys { beyond } => books.forget_keys(beyond, limit),
            Surplus::Transactions { before } => {
                let removed = books.remove(&self.log, before, limit);
                for transaction in &removed {
                    self.log.forget(&transaction.stream());
                }
                removed.len()
            }
            Surplus::Rejections { before } => {
                let (first, end) = rejections_before(before);
                self.log.forget_between(&first, &end, limit)
            }
        };
        Ok(u32::try_from(n_forgotten).unwrap_or(u32::MAX))
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
