#![doc = include_str!("../README.md")]

pub mod catalog_planner;
pub mod error;
pub mod goal;
pub mod orchestration;
pub mod orchestrations;
pub mod plan;
pub mod planner;
pub mod store;

pub use error::OrchestrationError;
pub use goal::{Goal, GoalError, GoalLimits};
pub use orchestration::{
    FoldError, Orchestration, OrchestrationEvent, RunFailure, RunStatus, StepFailure, StepState,
};
pub use orchestrations::{
    Claim, Driven, OrchestrationOptions, Orchestrations, Preview, StartOptions, Started, StepProgress,
    Update, Watch, Worker,
};
pub use plan::{
    InvalidPlan, OnFailure, Parameter, Plan, PlannedStep, ResultPointer, Step, StepId, ValidPlan,
};
pub use planner::{PlanError, Planner};
pub use store::{InMemoryOrchestrations, OrchestrationStore, RunRecord, WorkerStore};
