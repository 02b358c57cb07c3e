//! Goals that there is no plan for.

use orch_core::{Amount, Caller, Currency, RunId};

use super::{Orchestrations, record, same};
use crate::{
    Goal, Orchestration, OrchestrationError, OrchestrationEvent, PlanError, StartOptions, Started, ValidPlan,
    orchestration::{Planned, RunFailure, StepFailure},
    store::{Insertion, RunKey},
};

/// What the log calls it.
const CODE: &str = "no_plan";

impl Orchestrations {
    /// Refuses a goal. Under a key, what time does not mend is kept: a run without steps, which has failed.
    pub(super) async fn unplanned(
        &self,
        caller: &Caller,
        goal: &Goal,
        options: StartOptions,
        key: Option<RunKey>,
        error: PlanError,
    ) -> Result<Started, OrchestrationError> {
        if key.is_none() || !error.is_final() {
            return Err(error.into());
        }
        let now = self.0.clock.now();
        let id = RunId::generate(now, &*self.0.entropy);
        // What costs nothing may be counted in any currency.
        let currency = goal.limits.budget.map_or(Currency::Algo, Amount::currency);
        let planned = Planned {
            account: caller.account().clone(),
            goal: options.goal,
            budget: options.budget,
            timeout: goal.limits.timeout,
            plan: ValidPlan::none(currency),
            planning: None,
            synthesis: None,
            fallback: None,
            replan: None,
            is_one_call: false,
        };
        let failed = OrchestrationEvent::Failed(RunFailure {
            step: None,
            failure: StepFailure::new(CODE, error.to_string()),
        });
        let mut run = Orchestration::begin(id, planned.clone(), now);
        let events = [
            OrchestrationEvent::Planned(planned).to_event(id, 1, now)?,
            failed.to_event(id, 2, now)?,
        ];
        run.apply(failed, now)?;
        let record = record(&run, key, options.handle);
        match self.0.store.insert(&record, &events).await? {
            Insertion::New => Ok(Started {
                run: id,
                is_new: true,
            }),
            Insertion::Taken(first) => same(&first, record.key.as_ref()),
        }
    }
}
