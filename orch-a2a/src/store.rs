//! The ports: what keeps services and transactions.

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod in_memory;

use std::fmt;

use async_trait::async_trait;
use orch_auth::PartyId;
use orch_core::{Event, StoreError, Timestamp};

pub use in_memory::{InMemoryServices, InMemoryTransactions};

use crate::{
    directory::{ServiceId, ServiceRecord},
    transaction::{State, Transaction, TransactionId},
};

/// Keeps services. Each method is one atomic unit of work, and what it acknowledged every later read sees.
#[async_trait]
pub trait ServiceStore: fmt::Debug + Send + Sync + 'static {
    /// Adds a service, or puts it in the place of the one before. `false`, and nothing is written, if that one is another
    /// provider's.
    async fn put(&self, record: &ServiceRecord) -> Result<bool, StoreError>;

    /// Reads a service.
    async fn find(&self, id: &ServiceId) -> Result<Option<ServiceRecord>, StoreError>;

    /// At most so many services of a type, or of all types, by their ids in the order of bytes.
    async fn list(&self, kind: Option<&str>, limit: u32) -> Result<Vec<ServiceRecord>, StoreError>;
}

/// Keeps transactions. Each method is one atomic unit of work, and what it acknowledged every later read sees. What is written
/// brings its event into the log in the same unit, and what is refused brings none.
#[async_trait]
pub trait TransactionStore: fmt::Debug + Send + Sync + 'static {
    /// Adds a transaction. Where the consumer has one of that id or that key already nothing is written, and that one is
    /// the answer: of the id, before that of the key. With `alone_since`, so is the latest of the same signature that was
    /// started then or later, before both.
    async fn begin(
        &self,
        transaction: &Transaction,
        alone_since: Option<Timestamp>,
        event: &Event,
    ) -> Result<Begun, StoreError>;

    /// Takes up again what was not executed, as the same transaction: it is pending, and has one more execution. `false`,
    /// and nothing is written, unless it is as it was read.
    async fn reopen(&self, read: &Transaction, ends_by: Timestamp, event: &Event)
    -> Result<bool, StoreError>;

    /// Writes down what became of a pending transaction. `false`, and nothing is written, if it is not pending or another
    /// execution of it is.
    async fn finish(&self, finish: &Finish) -> Result<bool, StoreError>;

    /// Writes down that a request was refused: an event that is the first of a stream of its own. `false`, and nothing is
    /// written, if it is not.
    async fn reject(&self, rejection: &Event) -> Result<bool, StoreError>;

    /// Reads a transaction of a consumer by one of its names: the latest, where there are several.
    async fn find(&self, consumer: &PartyId, name: &Name) -> Result<Option<Transaction>, StoreError>;

    /// Transactions in the order in which they were started, the latest first, and by their ids where that is the same.
    async fn list(&self, filter: &Filter) -> Result<Vec<Transaction>, StoreError>;

    /// Forgets what is not kept any longer of at most so many transactions; of how many.
    async fn forget(&self, surplus: Surplus, limit: u32) -> Result<u32, StoreError>;
}

/// What is not kept any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surplus {
    /// The answers of those that ended before a moment. That they were there is not forgotten.
    Answers {
        /// The moment.
        ended_before: Timestamp,
    },
    /// The keys of those that have ended, the earliest first, where a consumer has more than so many of these. Whoever asks with
    /// such a key again asks for something new.
    Keys {
        /// So many it keeps.
        beyond: u32,
    },
    /// All of those, with their events, that were started and must be over before a moment, and to which nothing has happened
    /// since.
    Transactions {
        /// The moment.
        before: Timestamp,
    },
    /// What the log says of requests that were refused before a moment.
    Rejections {
        /// The moment.
        before: Timestamp,
    },
}

/// What became of a transaction that was to be added.
#[derive(Clone, Debug, PartialEq)]
pub enum Begun {
    /// It is added.
    New,
    /// Its id, its key or its signature is that of this one.
    Taken(Box<Transaction>),
}

/// What became of an execution of a transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Finish {
    /// Who asked.
    pub consumer: PartyId,
    /// The transaction.
    pub id: TransactionId,
    /// Which execution.
    pub execution: u32,
    /// How far it is now.
    pub state: State,
    /// How many more requests were joined in it.
    pub joined: u32,
    /// What the log says of it.
    pub event: Event,
}

/// What a transaction goes by among those of its consumer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// Its id.
    Id(TransactionId),
    /// The consumer's key.
    Key(String),
    /// The SHA-256 of its signature, if it was started since.
    Signature([u8; 32], Timestamp),
}

/// Which transactions are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this consumer.
    pub consumer: Option<PartyId>,
    /// Those for this service.
    pub service: Option<ServiceId>,
    /// Those of this id.
    pub id: Option<TransactionId>,
    /// Those that are so far: the name of a [`State`].
    pub state: Option<String>,
    /// Those that were started then or later.
    pub from: Option<Timestamp>,
    /// Those that were started before then.
    pub to: Option<Timestamp>,
    /// How many to skip.
    pub offset: u32,
    /// How many at most.
    pub limit: u32,
}
