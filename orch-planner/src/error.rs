//! Why a run is refused or fails to go on.

use orch_a2a::InvokeError;
use orch_billing::BillingError;
use orch_core::{
    Amount, Entity, ErrorKind, Failure, MoneyError, Purse, RunId, StoreError, Timestamp,
    catalog::CatalogError, switch::Stop,
};

use crate::{
    GoalError, InvalidPlan, PlanError,
    orchestration::{FoldError, RunStatus},
};

/// Why a run is refused or fails to go on. Where a start is refused, nothing was stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrchestrationError {
    /// The plan cannot be run.
    #[error(transparent)]
    Invalid(#[from] InvalidPlan),
    /// The account or everything is stopped.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// The goal breaks its rules.
    #[error(transparent)]
    Goal(#[from] GoalError),
    /// There is no plan for the goal.
    #[error(transparent)]
    Planner(#[from] PlanError),
    /// A step names an agent or a version that the caller cannot find.
    #[error("{field}: {cause}")]
    UnknownAgent {
        /// Where: `steps[1].agent`.
        field: String,
        /// Why it was not found.
        #[source]
        cause: CatalogError,
    },
    /// The agent does not answer now.
    #[error("agent {agent} is offline")]
    Offline {
        /// The agent.
        agent: String,
        /// When it last answered.
        last_seen: Option<Timestamp>,
    },
    /// A step names a task that its agent does not do.
    #[error("{field}: agent {agent} has no task {task}")]
    UnknownTask {
        /// Where: `steps[1].task`.
        field: String,
        /// The agent.
        agent: String,
        /// The task.
        task: String,
    },
    /// More agents work on the plan than allowed.
    #[error("the plan takes {required} agents, {allowed} are allowed")]
    TooManyAgents {
        /// How many it takes.
        required: usize,
        /// How many are allowed.
        allowed: u32,
    },
    /// The plan can cost more than its budget.
    #[error("the plan can cost {required}, its budget is {available}")]
    OverBudget {
        /// The most that it can cost.
        required: Amount,
        /// The budget.
        available: Amount,
    },
    /// The budget is in another currency than the prices.
    #[error("the budget does not fit the plan: {0}")]
    Budget(#[source] MoneyError),
    /// An option of a start is out of its bounds.
    #[error("{field} {reason}")]
    Option {
        /// Which.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The key was used before to start something else.
    #[error("key {key} was used before to start something else")]
    Conflict {
        /// The key.
        key: String,
    },
    /// There is no such run, or the caller may not know that there is.
    #[error("{0} not found")]
    NotFound(RunId),
    /// The run has ended, or does not wait for that.
    #[error("{run} is {status}")]
    Ended {
        /// The run.
        run: RunId,
        /// How it stands.
        status: RunStatus,
    },
    /// The money was refused or could not be moved.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// An invocation could not be brought to its end.
    #[error(transparent)]
    Invoke(#[from] InvokeError),
    /// The log of the run cannot be read; a bug of ours, or a newer program wrote it.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Failure for OrchestrationError {
    fn kind(&self) -> ErrorKind {
        let invalid = |field: &str, reason: String| ErrorKind::Invalid {
            field: field.to_owned(),
            reason,
        };
        match self {
            Self::Invalid(error) => error.kind(),
            Self::Goal(error) => error.kind(),
            Self::Stopped(stop) => stop.kind(),
            Self::Planner(error) => error.kind(),
            Self::UnknownAgent { cause, .. } => cause.kind(),
            Self::Offline { agent, last_seen } => ErrorKind::Unavailable {
                entity: Entity::Agent,
                id: agent.clone(),
                last_seen: *last_seen,
                retry_after: None,
            },
            Self::UnknownTask { task, .. } => ErrorKind::NotFound {
                entity: Entity::Task,
                id: task.clone(),
            },
            Self::TooManyAgents { .. } => invalid("max_agents", self.to_string()),
            Self::OverBudget { required, available } => ErrorKind::InsufficientFunds {
                purse: Purse::Budget,
                required: *required,
                available: *available,
            },
            Self::Budget(_) => invalid("budget", self.to_string()),
            Self::Option { field, reason } => invalid(field, reason.clone()),
            Self::Conflict { .. } | Self::Ended { .. } => ErrorKind::Conflict {
                reason: self.to_string(),
            },
            Self::NotFound(run) => ErrorKind::NotFound {
                entity: Entity::Run,
                id: run.to_string(),
            },
            Self::Billing(error) => error.kind(),
            Self::Invoke(error) => error.kind(),
            Self::Fold(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }
}
