use std::collections::HashSet;

use orch_core::{Caller, CatalogError};

use super::Orchestrations;
use crate::{GoalError, GoalLimits, OrchestrationError};

impl Orchestrations {
    /// Looks up the agents that a goal names: a preferred one has to exist, as a mistyped preference should be noticed,
    /// and must not be excluded as well, under whatever name. An excluded one that does not exist does no harm.
    pub(super) async fn check_named(
        &self,
        caller: &Caller,
        limits: &GoalLimits,
    ) -> Result<(), OrchestrationError> {
        if limits.preferred.is_empty() {
            return Ok(());
        }
        let mut excluded = HashSet::new();
        for name in &limits.excluded {
            match self.0.catalog.find(caller, name).await {
                Ok(agent) => drop(excluded.insert(agent.id)),
                Err(CatalogError::Store(error)) => return Err(error.into()),
                Err(_) => {}
            }
        }
        for (place, name) in limits.preferred.iter().enumerate() {
            let found = self.0.catalog.find(caller, name).await;
            let agent = found.map_err(|cause| OrchestrationError::UnknownAgent {
                field: format!("preferred[{place}]"),
                cause,
            })?;
            if excluded.contains(&agent.id) {
                return Err(GoalError::Contradiction { agent: name.clone() }.into());
            }
        }
        Ok(())
    }
}
