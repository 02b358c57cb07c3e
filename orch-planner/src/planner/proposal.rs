use orch_core::Amount;
use serde::{Deserialize, Serialize};

use crate::{llm::ModelUse, plan::Plan};

/// A plan, and how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The plan.
    pub plan: Plan,
    /// How it came about, where there is a model; `None` where nothing but the catalog was asked.
    pub planning: Option<Planning>,
}

/// How a plan came about where there is a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planning {
    /// Who made the plan.
    pub by: PlannedBy,
    /// Why it was not the model, if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// What asking the model took, whether it made the plan or not. It is paid already.
    pub used: ModelUse,
}

/// Who made a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedBy {
    /// A language model.
    Model,
    /// The words of the catalog, without a model.
    Catalog,
}

impl From<Plan> for Proposal {
    fn from(plan: Plan) -> Self {
        Self { plan, planning: None }
    }
}

impl Proposal {
    /// What making it cost, which is paid already.
    pub fn cost(&self) -> Option<Amount> {
        self.planning.as_ref().map(|planning| planning.used.cost)
    }
}
