#![doc = include_str!("../README.md")]

pub mod auto_planner;
pub mod catalog_planner;
pub mod error;
pub mod goal;
pub mod llm;
pub mod llm_planner;
pub mod orchestration;
pub mod orchestrations;
pub mod paid_run;
pub mod plan;
pub mod planner;
mod prompt;
pub mod store;
pub mod synthesis;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use auto_planner::AutoPlanner;
pub use error::OrchestrationError;
pub use goal::{Goal, GoalError, GoalLimits};
pub use llm::{LlmError, LlmProvider, MeteredModel, ModelUse, TokenPrice, TokenUsage};
pub use llm_planner::{LlmOptions, LlmPlanner};
pub use orchestration::{
    FoldError, Orchestration, OrchestrationEvent, RunFailure, RunStatus, StepFailure, StepState,
};
pub use orchestrations::{
    Claim, Driven, Estimate, Hire, OrchestrationOptions, Orchestrations, Preview, StartOptions, Started,
    StepEstimate, StepProgress, TimeBasis, Update, Watch, Worker,
};
pub use paid_run::store::{InMemoryPaidRuns, PaidRunStore};
pub use plan::{
    InvalidPlan, OnFailure, Parameter, Plan, PlannedStep, ResultPointer, Step, StepId, ValidPlan,
};
pub use planner::{PlanError, PlannedBy, Planner, Planning, Proposal};
pub use store::{InMemoryOrchestrations, OrchestrationStore, RunRecord, WorkerStore};
pub use synthesis::{Synthesis, SynthesisOptions, SynthesisOrder};
