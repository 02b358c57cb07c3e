//! Stores that each break one law, so that no law passes because it looks at nothing.

use async_trait::async_trait;
use orch_auth::PartyId;
use orch_core::{Event, EventLog, InMemoryEventLog, StoreError, Timestamp};

use crate::{
    InMemoryServices, InMemoryTransactions, ServiceId, ServiceRecord, ServiceStore, Transaction,
    TransactionId, TransactionStore,
    store::{Begun, Filter, Finish, Name, Surplus, conformance},
    transaction::{End, State},
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Nothing,
    ForgetsTheKind,
    SaysPut,
    ListsAllKinds,
    ForgetsTheKey,
    ForgetsTheStatus,
    LetsAKeyBeTwo,
    LetsASignatureBeTwo,
    LooksBeforeItBegins,
    SaysFinished,
    LooksBeforeItFinishes,
    ReopensAnything,
    ListsTheEarliestFirst,
    ForgetsTooMuch,
    SaysKeysForgotten,
    RemovesTooEarly,
    ForgetsEvents,
    NotesRefusals,
    LosesRejections,
    SaysRejected,
    RemovesLateRejections,
}

#[derive(Debug)]
struct Broken {
    fault: Fault,
    services: InMemoryServices,
    transactions: InMemoryTransactions,
    /// A log that nothing is written into.
    elsewhere: InMemoryEventLog,
}

impl Broken {
    fn with(fault: Fault) -> Self {
        Self {
            fault,
            services: InMemoryServices::default(),
            transactions: InMemoryTransactions::default(),
            elsewhere: InMemoryEventLog::default(),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    async fn known(&self, consumer: &PartyId, id: &TransactionId) -> Option<Transaction> {
        let name = Name::Id(id.clone());
        self.transactions.find(consumer, &name).await.unwrap()
    }
}

#[async_trait]
impl ServiceStore for Broken {
    async fn put(&self, record: &ServiceRecord) -> Result<bool, StoreError> {
        let mut record = record.clone();
        if self.is(Fault::ForgetsTheKind) {
            record.kind = None;
        }
        Ok(self.services.put(&record).await? || self.is(Fault::SaysPut))
    }

    async fn find(&self, id: &ServiceId) -> Result<Option<ServiceRecord>, StoreError> {
        self.services.find(id).await
    }

    async fn list(&self, kind: Option<&str>, limit: u32) -> Result<Vec<ServiceRecord>, StoreError> {
        let kind = kind.filter(|_| !self.is(Fault::ListsAllKinds));
        self.services.list(kind, limit).await
    }
}

#[async_trait]
impl TransactionStore for Broken {
    async fn begin(
        &self,
        transaction: &Transaction,
        alone_since: Option<Timestamp>,
        event: &Event,
    ) -> Result<Begun, StoreError> {
        let keyless = Transaction {
            key: None,
            ..transaction.clone()
        };
        match self.fault {
            Fault::LetsASignatureBeTwo => return self.transactions.begin(transaction, None, event).await,
            Fault::ForgetsTheKey => return self.transactions.begin(&keyless, alone_since, event).await,
            Fault::LooksBeforeItBegins => {
                if let Some(known) = self.known(&transaction.consumer, &transaction.id).await {
                    return Ok(Begun::Taken(Box::new(known)));
                }
                tokio::task::yield_now().await;
                let _ = self.transactions.begin(transaction, alone_since, event).await?;
                return Ok(Begun::New);
            }
            _ => {}
        }
        let begun = self.transactions.begin(transaction, alone_since, event).await?;
        match &begun {
            Begun::Taken(known) if self.is(Fault::LetsAKeyBeTwo) && known.id != transaction.id => {
                self.transactions.begin(&keyless, alone_since, event).await
            }
            Begun::Taken(_) if self.is(Fault::NotesRefusals) => {
                let _ = self.transactions.append(std::slice::from_ref(event)).await?;
                Ok(begun)
            }
            _ => Ok(begun),
        }
    }

    async fn reopen(
        &self,
        read: &Transaction,
        ends_by: Timestamp,
        event: &Event,
    ) -> Result<bool, StoreError> {
        let is_reopened = self.transactions.reopen(read, ends_by, event).await?;
        Ok(is_reopened || self.is(Fault::ReopensAnything))
    }

    async fn finish(&self, finish: &Finish) -> Result<bool, StoreError> {
        if self.is(Fault::LooksBeforeItFinishes) {
            let known = self.known(&finish.consumer, &finish.id).await;
            if known.is_none_or(|known| known.state != State::Pending) {
                return Ok(false);
            }
            tokio::task::yield_now().await;
            let _ = self.transactions.finish(finish).await?;
            return Ok(true);
        }
        Ok(self.transactions.finish(finish).await? || self.is(Fault::SaysFinished))
    }

    async fn reject(&self, rejection: &Event) -> Result<bool, StoreError> {
        if self.is(Fault::LosesRejections) {
            return Ok(true);
        }
        Ok(self.transactions.reject(rejection).await? || self.is(Fault::SaysRejected))
    }

    async fn find(&self, consumer: &PartyId, name: &Name) -> Result<Option<Transaction>, StoreError> {
        let mut found = self.transactions.find(consumer, name).await?;
        if let (true, Some(found)) = (self.is(Fault::ForgetsTheStatus), &mut found)
            && let State::Ended { end, .. } = &mut found.state
            && let End::Answered { status, .. } = end
        {
            *status = None;
        }
        Ok(found)
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Transaction>, StoreError> {
        let mut listed = self.transactions.list(filter).await?;
        if self.is(Fault::ListsTheEarliestFirst) {
            listed.reverse();
        }
        Ok(listed)
    }

    async fn forget(&self, surplus: Surplus, limit: u32) -> Result<u32, StoreError> {
        match (self.fault, surplus) {
            (Fault::ForgetsTooMuch, _) => self.transactions.forget(surplus, u32::MAX).await,
            (Fault::SaysKeysForgotten, Surplus::Keys { .. }) => {
                let n_forgotten = self.transactions.forget(surplus, limit).await?;
                Ok(n_forgotten.max(1))
            }
            (Fault::RemovesTooEarly, Surplus::Transactions { before }) => {
                let before = before + std::time::Duration::from_secs(3600);
                let surplus = Surplus::Transactions { before };
                self.transactions.forget(surplus, limit).await
            }
            (Fault::RemovesLateRejections, Surplus::Rejections { before }) => {
                let before = before + std::time::Duration::from_secs(3600);
                let surplus = Surplus::Rejections { before };
                self.transactions.forget(surplus, limit).await
            }
            _ => self.transactions.forget(surplus, limit).await,
        }
    }
}

#[async_trait]
impl EventLog for Broken {
    async fn append(&self, events: &[Event]) -> Result<bool, StoreError> {
        self.transactions.append(events).await
    }

    async fn read(&self, stream: &str, from_seq: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        if self.is(Fault::ForgetsEvents) {
            return self.elsewhere.read(stream, from_seq, limit).await;
        }
        self.transactions.read(stream, from_seq, limit).await
    }
}

mod sound {
    use super::*;

    crate::service_store_tests!(Broken::with(Fault::Nothing));
    crate::transaction_store_tests!(Broken::with(Fault::Nothing));
}

macro_rules! broken {
    ($($test:ident: $fault:ident breaks $law:ident;)+) => {$(
        #[tokio::test]
        #[should_panic]
        async fn $test() {
            conformance::$law(&Broken::with(Fault::$fault)).await;
        }
    )+};
}

broken! {
    a_kind_forgotten: ForgetsTheKind breaks a_service_reads_back;
    a_foreign_service_put: SaysPut breaks a_service_stays_with_its_provider;
    kinds_ignored: ListsAllKinds breaks services_are_listed_by_type;
    a_key_forgotten: ForgetsTheKey breaks a_transaction_reads_back;
    a_status_forgotten: ForgetsTheStatus breaks a_transaction_reads_back;
    a_key_of_two: LetsAKeyBeTwo breaks a_transaction_begins_once;
    a_look_before_it_begins: LooksBeforeItBegins breaks of_racing_beginnings_one_is_new;
    a_signature_of_two: LetsASignatureBeTwo breaks a_signature_begins_once_in_its_time;
    racing_signatures: LetsASignatureBeTwo breaks of_racing_signatures_one_is_new;
    a_finish_that_was_none: SaysFinished breaks a_finish_counts_once;
    a_look_before_it_finishes: LooksBeforeItFinishes breaks of_racing_finishes_one_counts;
    anything_reopened: ReopensAnything breaks a_reopened_transaction_is_the_same;
    the_earliest_first: ListsTheEarliestFirst breaks transactions_are_listed_latest_first;
    too_many_answers_forgotten: ForgetsTooMuch breaks answers_are_forgotten_in_time;
    keys_that_were_not_forgotten: SaysKeysForgotten breaks surplus_keys_are_forgotten;
    too_much_removed: ForgetsTooMuch breaks what_is_over_is_removed;
    removed_too_early: RemovesTooEarly breaks what_is_over_is_removed;
    events_forgotten: ForgetsEvents breaks events_come_with_their_transaction;
    refusals_noted: NotesRefusals breaks events_come_with_their_transaction;
    a_rejection_lost: LosesRejections breaks a_rejection_is_written_once;
    a_rejection_that_was_none: SaysRejected breaks a_rejection_is_written_once;
    too_many_rejections_removed: ForgetsTooMuch breaks old_rejections_are_removed;
    late_rejections_removed: RemovesLateRejections breaks old_rejections_are_removed;
}
