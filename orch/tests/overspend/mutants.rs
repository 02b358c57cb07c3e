//! Ledgers that are broken on purpose.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use orch::{
    Currency, Purse, StoreError, Stores,
    billing::{
        Balance, BalanceOf, Closing, Ending, Extension, Grant, Hold, HoldQuery, InMemoryLedger, LedgerStore,
        Refund, Refusal, Settled,
    },
};

/// What is wrong with a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It reads the balance first, and then writes without looking again.
    Careless,
    /// It says that a hold has expired, and does nothing.
    Forgetful,
}

#[derive(Debug)]
struct Mutant {
    books: Arc<InMemoryLedger>,
    fault: Fault,
    n_overdrafts: AtomicU64,
}

pub(crate) fn careless() -> Stores {
    stores(Fault::Careless)
}

pub(crate) fn forgetful() -> Stores {
    stores(Fault::Forgetful)
}

fn stores(fault: Fault) -> Stores {
    let books = Arc::new(InMemoryLedger::default());
    let ledger = Mutant {
        books: books.clone(),
        fault,
        n_overdrafts: AtomicU64::new(0),
    };
    Stores {
        ledger: Arc::new(ledger),
        usage: books,
        ..Stores::in_memory()
    }
}

impl Mutant {
    /// Takes more than there is. The books beneath refuse that, so what is missing is made up.
    async fn overdraw(&self, hold: &Hold) -> Result<Settled<Hold>, StoreError> {
        loop {
            let settled = self.books.hold(hold).await?;
            let Err(Refusal::Short {
                required, available, ..
            }) = settled
            else {
                return Ok(settled);
            };
            let number = self.n_overdrafts.fetch_add(1, Ordering::Relaxed);
            let grant = Grant {
                account: hold.account.clone(),
                amount: required
                    .minus(available)
                    .map_err(|error| StoreError::Broken(Box::new(error)))?,
                key: format!("overdraft {number}"),
                at: hold.created_at,
            };
            let _granted = self.books.grant(&grant).await?;
        }
    }
}

#[async_trait]
impl LedgerStore for Mutant {
    async fn grant(&self, grant: &Grant) -> Result<Settled<()>, StoreError> {
        self.books.grant(grant).await
    }

    async fn hold(&self, hold: &Hold) -> Result<Settled<Hold>, StoreError> {
        if self.fault != Fault::Careless || hold.parent.is_some() {
            return self.books.hold(hold).await;
        }
        let of = BalanceOf::Credits(hold.account.clone());
        let available = self.books.balance(&of, hold.currency()).await?.available;
        tokio::task::yield_now().await;
        if available.minor() < hold.amount.minor() {
            return Ok(Err(Refusal::Short {
                purse: Purse::Credits,
                required: hold.amount,
                available,
            }));
        }
        self.overdraw(hold).await
    }

    async fn extend(&self, extension: &Extension) -> Result<Settled<Hold>, StoreError> {
        self.books.extend(extension).await
    }

    async fn close(&self, closing: &Closing) -> Result<Settled<Hold>, StoreError> {
        if self.fault == Fault::Forgetful && closing.ending == Ending::Expire {
            let hold = self.books.holds(&HoldQuery::Id(closing.hold)).await?.pop();
            return Ok(hold.ok_or(Refusal::Missing));
        }
        self.books.close(closing).await
    }

    async fn refund(&self, refund: &Refund) -> Result<Settled<Hold>, StoreError> {
        self.books.refund(refund).await
    }

    async fn holds(&self, query: &HoldQuery) -> Result<Vec<Hold>, StoreError> {
        self.books.holds(query).await
    }

    async fn balance(&self, of: &BalanceOf, currency: Currency) -> Result<Balance, StoreError> {
        self.books.balance(of, currency).await
    }
}
