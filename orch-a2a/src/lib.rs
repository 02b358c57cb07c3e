#![doc = include_str!("../README.md")]

mod bounds;
pub mod cancel;
pub mod circuit;
mod contain;
pub mod directory;
pub mod error;
pub mod exchange;
pub mod gate;
pub mod health;
pub mod in_process;
pub mod invocation;
pub mod invoker;
pub mod keeper;
pub mod known;
mod moment;
pub mod progress;
pub mod registry;
pub mod remote;
pub mod retry;
mod schema;
pub mod store;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transaction;
pub mod transactions;
pub mod transport;

pub use cancel::Cancel;
pub use circuit::CircuitPolicy;
pub use contain::Panicked;
pub use directory::{Directory, DirectoryError, Service, ServiceId, ServiceRecord};
pub use error::InvokeError;
pub use exchange::Exchange;
pub use gate::{ApprovalGate, ApprovalRule, Gate, OpenGate, Passage};
pub use health::{Health, HealthOptions};
pub use in_process::{
    AgentFunction, Context, ContextFunction, Executor, InProcess, InlineExecutor, Job, JobResult, LocalAgent,
    Mode, TaskFunction,
};
pub use invocation::{Answer, Funds, Invocation, Outcome};
pub use invoker::{CheckedTask, Invoker, InvokerLimits, InvokerParts, Permit, Relayed};
pub use keeper::{Keeper, Kept};
pub use orch_core::Agent;
pub use progress::{Progress, ProgressSink};
pub use registry::{Registry, RegistryError, RegistryFile, RegistrySource};
pub use remote::{DirectorySource, RemoteDirectory};
pub use retry::RetryPolicy;
pub use schemars;
pub use store::{InMemoryServices, InMemoryTransactions, ServiceStore, TransactionStore};
pub use transaction::{Transaction, TransactionId};
pub use transactions::{
    Delivery, QuotaOptions, Request, Spawner, Standing, TransactError, Transacted, TransactionOptions,
    TransactionParts, Transactions, UnfitName,
};
pub use transport::{AgentTransport, Call, Reply, Resend, Sign, TransportError, Transports};
