#![doc = include_str!("../README.md")]

mod builder;
mod count;
mod decided;
mod enroll;
mod executor;
mod orchestrator;
mod retention;
mod signed;
mod stores;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod worker;

pub use builder::{BuildError, Builder};
pub use enroll::EnrollError;
pub use orchestrator::{Orchestrator, WorkerOptions};
pub use retention::Retention;
pub use signed::{SignedError, SignedOptions};
pub use stores::{Leave, Sharing, Stores};
pub use worker::WorkerError;

#[doc(no_inline)]
pub use orch_a2a::{self as a2a, AgentFunction, Context, Gate, LocalAgent, Passage, Progress, schemars};
#[doc(no_inline)]
pub use orch_approvals::{self as approvals, ApprovalError, Approvals};
#[doc(no_inline)]
pub use orch_auth as auth;
#[cfg(any(
    feature = "sqlite",
    feature = "postgres",
    feature = "http-clients",
    feature = "process"
))]
#[doc(no_inline)]
pub use orch_backends as backends;
#[doc(no_inline)]
pub use orch_billing::{self as billing, BillingError};
#[doc(no_inline)]
pub use orch_core::{
    AccountId, Agent, AgentId, Amount, ApiKeyId, ApprovalId, BasisPoints, Caller, CatalogError, Cause, Clock,
    Currency, Entity, Entropy, ErrorKind, Failure, InvocationId, ManualClock, MoneyError, OsEntropy, Page,
    PageRequest, Purse, RunId, SeededEntropy, StoreError, Switch, SystemClock, Task, Timestamp, Version,
    agent, audit, catalog, switch,
};
#[doc(no_inline)]
pub use orch_planner::{
    self as planner, Goal, GoalLimits, LlmOptions, LlmProvider, Orchestration, OrchestrationError,
    OrchestrationEvent, Plan, RunStatus, TokenPrice,
};

/// What a host writes most often.
pub mod prelude {
    pub use crate::{
        Agent, AgentFunction, Amount, Caller, Currency, Goal, LocalAgent, Orchestrator, Plan, Stores,
        planner::orchestrations::{StartOptions, Update},
    };
}
