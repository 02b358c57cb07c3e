//! The port that turns a goal into a plan.

mod proposal;

use std::fmt;

use async_trait::async_trait;
use orch_billing::BillingError;
use orch_core::{Amount, Caller, Cause, Entity, ErrorKind, Failure, Purse, Timestamp};

pub use proposal::{PlannedBy, Planning, Proposal};

use crate::{
    goal::Goal,
    llm::{LlmError, ModelError},
    plan::Plan,
    synthesis::Synthesis,
};

/// Turns a goal into a plan.
///
/// A planner only proposes: whatever it returns is validated like a plan from a file before anything is stored, so a
/// planner needs no trust. It takes nothing but agents that the caller may see, and none that the goal excludes.
#[async_trait]
pub trait Planner: fmt::Debug + Send + Sync + 'static {
    /// A plan that reaches the goal within its limits.
    async fn plan(&self, caller: &Caller, goal: &Goal) -> Result<Plan, PlanError>;

    /// The same, and how it came about: what a planner that asks a model implements, as asking costs. What it cost is
    /// paid already, and counts against the goal's budget.
    async fn propose(&self, caller: &Caller, goal: &Goal) -> Result<Proposal, PlanError> {
        self.plan(caller, goal).await.map(Proposal::from)
    }

    /// What writes the final answer of a run from its results; `None` where the results are the answer.
    fn synthesis(&self) -> Option<&Synthesis> {
        None
    }
}

/// Why there is no plan for a goal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// No visible task does what a part of the goal asks for.
    #[error("no agent fits {wish:?}")]
    NothingFits {
        /// The part, as it was written.
        wish: String,
    },
    /// What does a part of the goal is there, and does not answer now.
    #[error("agent {agent}, which the goal takes, is offline")]
    Offline {
        /// The slug of such an agent.
        agent: String,
        /// When it last answered.
        last_seen: Option<Timestamp>,
    },
    /// A task needs an argument that neither the goal nor another task gives.
    #[error("task {task} needs {argument:?}, which the goal does not give")]
    MissingArgument {
        /// The task, as `agent/task`.
        task: String,
        /// The parameter's name.
        argument: String,
    },
    /// The goal gives a value that a task does not take.
    #[error("task {task} does not take {value} as {argument:?}: {reason}")]
    UnfitArgument {
        /// The task, as `agent/task`.
        task: String,
        /// The parameter's name.
        argument: String,
        /// What the goal gives, as JSON.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It takes more distinct agents than the goal allows.
    #[error("the goal takes {required} agents and allows {allowed}")]
    TooManyAgents {
        /// How many it takes at least.
        required: usize,
        /// How many it allows.
        allowed: u32,
    },
    /// Even the cheapest plan can cost more than the goal allows.
    #[error("the goal can cost {required} and allows {available}")]
    Budget {
        /// What the cheapest plan costs at most.
        required: Amount,
        /// What the goal allows.
        available: Amount,
    },
    /// Prices do not add up: they are in another currency than the budget or than each other.
    #[error("a price of {price} cannot be paid from {budget}")]
    Currency {
        /// A price of the plan.
        price: Amount,
        /// What it would be paid from.
        budget: Amount,
    },
    /// The goal asks for more at once than a planner takes on.
    #[error("the goal has more than {limit} parts")]
    TooManyWishes {
        /// How many parts are taken on.
        limit: usize,
    },
    /// The model did not answer, or not to any use.
    #[error("model {model} cannot plan: {cause}")]
    Model {
        /// Which.
        model: String,
        /// Why.
        cause: LlmError,
    },
    /// Asking the model can cost more than there is.
    #[error("asking model {model} can cost {required}, {available} are left")]
    ModelTooDear {
        /// Which.
        model: String,
        /// What it can cost.
        required: Amount,
        /// What there is.
        available: Amount,
    },
    /// The model has made no plan that can be accepted, as often as it was asked.
    #[error("model {model} made no valid plan in {attempts} attempts: {reason}")]
    Unusable {
        /// Which.
        model: String,
        /// How often it was asked.
        attempts: u32,
        /// What was wrong with the last.
        reason: String,
    },
    /// What the planner stands on failed: the catalog or the ledger.
    #[error("the planner failed")]
    Failed {
        /// What that means.
        kind: Box<ErrorKind>,
        /// The failure itself, for the log.
        #[source]
        cause: Cause,
    },
}

impl PlanError {
    /// The planner could not work because something beneath it failed.
    pub fn failed(cause: impl Failure + Send + Sync + 'static) -> Self {
        Self::Failed {
            kind: Box::new(cause.kind()),
            cause: Box::new(cause),
        }
    }

    /// The model was of no use.
    pub(crate) fn of_model(model: &str, error: ModelError) -> Self {
        let model = model.to_owned();
        match error {
            ModelError::Llm(cause) => Self::Model { model, cause },
            ModelError::TooDear { required, available }
            | ModelError::Currency {
                price: required,
                budget: available,
            } => Self::ModelTooDear {
                model,
                required,
                available,
            },
            ModelError::Money(error) => Self::failed(BillingError::from(error)),
            ModelError::Billing(error) => Self::failed(error),
        }
    }

    /// Whether it is about the goal and what the planner saw of the catalog, and says nothing of how much money there is or of
    /// who is away.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::NothingFits { .. }
            | Self::MissingArgument { .. }
            | Self::UnfitArgument { .. }
            | Self::TooManyAgents { .. }
            | Self::Currency { .. }
            | Self::TooManyWishes { .. }
            | Self::Unusable { .. } => true,
            Self::Offline { .. }
            | Self::Budget { .. }
            | Self::Model { .. }
            | Self::ModelTooDear { .. }
            | Self::Failed { .. } => false,
        }
    }

    /// Whether it is the model's fault, so that a planner without one may do better.
    pub(crate) fn is_the_models(&self) -> bool {
        matches!(
            self,
            Self::Model { .. } | Self::ModelTooDear { .. } | Self::Unusable { .. }
        )
    }
}

impl Failure for PlanError {
    fn kind(&self) -> ErrorKind {
        let invalid = |field: &str| ErrorKind::Invalid {
            field: field.into(),
            reason: self.to_string(),
        };
        match self {
            Self::NothingFits { wish } => ErrorKind::NotFound {
                entity: Entity::Task,
                id: wish.clone(),
            },
            Self::Offline { agent, last_seen } => ErrorKind::Unavailable {
                entity: Entity::Agent,
                id: agent.clone(),
                last_seen: *last_seen,
                retry_after: None,
            },
            Self::MissingArgument { .. } | Self::UnfitArgument { .. } | Self::TooManyWishes { .. } => {
                invalid("goal")
            }
            Self::TooManyAgents { .. } => invalid("max_agents"),
            Self::Currency { .. } => invalid("budget"),
            Self::Budget { required, available } => ErrorKind::InsufficientFunds {
                purse: Purse::Budget,
                required: *required,
                available: *available,
            },
            Self::Model { model, cause } => cause.kind_of(model),
            Self::ModelTooDear {
                required, available, ..
            } => ErrorKind::InsufficientFunds {
                purse: Purse::Budget,
                required: *required,
                available: *available,
            },
            Self::Unusable { model, reason, .. } => ErrorKind::Failed {
                entity: Entity::Model,
                id: model.clone(),
                reason: reason.clone(),
            },
            Self::Failed { kind, .. } => (**kind).clone(),
        }
    }
}
