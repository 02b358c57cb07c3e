use std::time::Duration;

use orch::{Amount, Goal, GoalLimits, planner::store::RunHandle};
use serde_json::json;

use crate::market::{error::ApiError, extract::Members, number::at_most_algo};

/// The kind of an orchestration's handle.
pub(super) const KIND: &str = "market.orchestrate";

/// What a caller asks for.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) goal: Goal,
    pub(super) dry_run: bool,
    return_intermediate: bool,
}

impl Request {
    pub(super) fn read(members: &Members) -> Result<Self, ApiError> {
        const IDS: &str = "a list of agent ids";
        let defaults = GoalLimits::default();
        let timeout: Option<u64> = members.optional("timeout", "a whole number of seconds")?;
        let max_agents = members.optional("max_agents", "a whole number of 1 to 20")?;
        let goal = Goal {
            text: members.required("goal", "a text")?,
            context: members.optional("context", "a text")?,
            limits: GoalLimits {
                max_agents: max_agents.unwrap_or(defaults.max_agents),
                budget: budget(members)?,
                timeout: timeout.map_or(defaults.timeout, Duration::from_secs),
                preferred: members.optional("preferred_agents", IDS)?.unwrap_or_default(),
                excluded: members.optional("exclude_agents", IDS)?.unwrap_or_default(),
            },
        };
        Ok(Self {
            goal,
            dry_run: members.optional("dry_run", "true or false")?.unwrap_or_default(),
            return_intermediate: members
                .optional("return_intermediate", "true or false")?
                .unwrap_or_default(),
        })
    }

    /// What is kept of the request with its run.
    pub(super) fn handle(&self, id: &str) -> RunHandle {
        RunHandle {
            name: id.to_owned(),
            kind: KIND.to_owned(),
            notes: json!({ "v": 1, "return_intermediate": self.return_intermediate }),
        }
    }
}

/// Whether a request asked to see what its steps were called with and what they answered.
pub(super) fn is_intermediate(handle: &RunHandle) -> bool {
    handle.notes["return_intermediate"] == json!(true)
}

fn budget(members: &Members) -> Result<Option<Amount>, ApiError> {
    let budget = members.number("budget")?.map(at_most_algo).transpose();
    budget.map_err(|error| ApiError::invalid("budget", format!("is no amount of ALGO: {error}")))
}
