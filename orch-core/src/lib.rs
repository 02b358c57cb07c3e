#![doc = include_str!("../README.md")]

pub mod agent;
#[cfg(feature = "audit")]
pub mod audit;
pub mod caller;
pub mod catalog;
pub mod clock;
pub mod entropy;
pub mod error;
pub mod event;
pub mod fingerprint;
mod generations;
pub mod hex;
pub mod id;
#[cfg(feature = "limit")]
pub mod limit;
pub mod money;
pub mod page;
pub mod secret;
pub mod switch;
pub mod text;
pub mod turns;

pub use agent::{Agent, AgentVersion, Task, Version};
pub use caller::{Caller, Proof};
#[cfg(feature = "memory")]
pub use catalog::InMemoryCatalog;
pub use catalog::{Catalog, CatalogError, CatalogStore, Resolved};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use entropy::{Entropy, OsEntropy, SeededEntropy};
pub use error::{Cause, Entity, ErrorKind, Failure, Purse, StoreError};
#[cfg(feature = "memory")]
pub use event::InMemoryEventLog;
pub use event::{Event, EventLog};
pub use fingerprint::Fingerprint;
pub use generations::Generations;
pub use id::{
    AccountId, AccountIdError, AgentId, ApiKeyId, ApprovalId, ApprovalIdError, IdError, InvocationId, RunId,
};
pub use money::{Amount, BasisPoints, Currency, MoneyError};
pub use page::{Order, Page, PageRequest};
pub use secret::{Sealer, Secret};
#[doc(hidden)]
pub use serde;
#[cfg(feature = "memory")]
pub use switch::InMemorySwitch;
pub use switch::{Switch, SwitchStore};
pub use uuid::Uuid;
