//! Known defects, one of which the variable `ORCH_PLANTED` names: what the targets must find. None of it is in what is served.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use orch_a2a::{
    Transaction, TransactionStore,
    store::{Begun, Filter, Finish, Name, Surplus},
};
use orch_auth::PartyId;
use orch_core::{Event, StoreError, Timestamp};

static DEFECT: LazyLock<String> = LazyLock::new(|| std::env::var("ORCH_PLANTED").unwrap_or_default());

/// Numbers that are not kept as they were written: the large letter of an exponent (`exponent`), the sign of a zero (`zero`).
pub(crate) fn rewrite(mut written: Vec<u8>) -> Vec<u8> {
    let mut is_text = false;
    let mut place = 0;
    while let Some(byte) = written.get(place).copied() {
        match byte {
            b'\\' if is_text => place += 1,
            b'"' => is_text = !is_text,
            b'E' if !is_text && *DEFECT == "exponent" => written[place] = b'e',
            b'-' if !is_text && *DEFECT == "zero" && is_zero(&written[place..]) => {
                written.remove(place);
            }
            _ => {}
        }
        place += 1;
    }
    written
}

/// Whether the number that begins here is `-0`.
fn is_zero(number: &[u8]) -> bool {
    number.get(1) == Some(&b'0') && !matches!(number.get(2), Some(b'.' | b'e' | b'E'))
}

/// A reader for which a form feed is a blank (`blank`), as for many functions that know blanks.
pub(crate) fn reread(body: &[u8]) -> Vec<u8> {
    let read = |byte: &u8| match byte {
        b'\x0c' if *DEFECT == "blank" => b' ',
        byte => *byte,
    };
    body.iter().map(read).collect()
}

/// A store that knows no transaction whose id has a dot in it (`dot`).
pub(crate) fn store(store: Arc<dyn TransactionStore>) -> Arc<dyn TransactionStore> {
    Arc::new(Forgetful(store))
}

#[derive(Debug)]
struct Forgetful(Arc<dyn TransactionStore>);

#[async_trait]
impl TransactionStore for Forgetful {
    async fn begin(
        &self,
        transaction: &Transaction,
        alone_since: Option<Timestamp>,
        event: &Event,
    ) -> Result<Begun, StoreError> {
        match self.0.begin(transaction, alone_since, event).await? {
            Begun::Taken(_) if *DEFECT == "dot" && transaction.id.as_str().contains('.') => Ok(Begun::New),
            begun => Ok(begun),
        }
    }

    async fn reopen(
        &self,
        read: &Transaction,
        ends_by: Timestamp,
        event: &Event,
    ) -> Result<bool, StoreError> {
        self.0.reopen(read, ends_by, event).await
    }

    async fn finish(&self, finish: &Finish) -> Result<bool, StoreError> {
        self.0.finish(finish).await
    }

    async fn reject(&self, rejection: &Event) -> Result<bool, StoreError> {
        self.0.reject(rejection).await
    }

    async fn find(&self, consumer: &PartyId, name: &Name) -> Result<Option<Transaction>, StoreError> {
        match name {
            Name::Id(id) if *DEFECT == "dot" && id.as_str().contains('.') => Ok(None),
            name => self.0.find(consumer, name).await,
        }
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Transaction>, StoreError> {
        self.0.list(filter).await
    }

    async fn forget(&self, surplus: Surplus, limit: u32) -> Result<u32, StoreError> {
        self.0.forget(surplus, limit).await
    }
}
