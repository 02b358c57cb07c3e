#![doc = include_str!("../README.md")]

mod bounds;
pub mod cancel;
pub mod circuit;
mod contain;
pub mod error;
pub mod gate;
pub mod health;
pub mod in_process;
pub mod invocation;
pub mod invoker;
pub mod keeper;
pub mod known;
pub mod progress;
pub mod retry;
mod schema;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transport;

pub use cancel::Cancel;
pub use circuit::CircuitPolicy;
pub use contain::Panicked;
pub use error::InvokeError;
pub use gate::{ApprovalGate, ApprovalRule, Gate, OpenGate, Passage};
pub use health::{Health, HealthOptions};
pub use in_process::{
    AgentFunction, Context, ContextFunction, Executor, InProcess, InlineExecutor, Job, JobResult, LocalAgent,
    Mode, TaskFunction,
};
pub use invocation::{Answer, Funds, Invocation, Outcome};
pub use invoker::{CheckedTask, Invoker, InvokerLimits, InvokerParts, Permit};
pub use keeper::{Keeper, Kept};
pub use orch_core::Agent;
pub use progress::{Progress, ProgressSink};
pub use retry::RetryPolicy;
pub use schemars;
pub use transport::{AgentTransport, Call, Reply, Resend, Sign, TransportError, Transports};
