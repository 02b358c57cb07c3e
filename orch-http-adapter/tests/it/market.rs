//! [0rca] The market.

mod agents;
mod document;
mod hire;
mod limits;
mod orchestrate;
mod overspend;
mod page;
mod repeats;
mod replicas;
mod strangers;
mod usage;

use orch::planner::{Goal, Plan, PlanError, Planner};

/// Plans whatever it was told to, whatever the goal.
#[derive(Debug)]
pub(crate) struct Told(pub(crate) Plan);

#[async_trait::async_trait]
impl Planner for Told {
    async fn plan(&self, _: &orch::Caller, _: &Goal) -> Result<Plan, PlanError> {
        Ok(self.0.clone())
    }
}
