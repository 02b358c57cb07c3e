//! Tells runs that a human has decided, and closes what nobody decided in time.

use std::time::Duration;

use orch_approvals::Approval;
use orch_core::{Caller, ErrorKind, Failure, InvocationId, RunId};
use orch_planner::OrchestrationError;

use crate::orchestrator::Parts;

/// How long until a run is told again that was still on its way to wait: from the shortest, twice as long each time.
const PAUSES: [Duration; 2] = [Duration::from_millis(5), Duration::from_secs(1)];

/// Looks after approvals, as soon as something happens to one and now and then.
pub(crate) async fn tell_runs(parts: Parts) {
    let mut changes = parts.approvals.changes();
    let mut pause = PAUSES[0];
    let batch = parts.options.sweep_batch.max(1);
    loop {
        let due = match parts.approvals.run_due(batch).await {
            Ok(due) => due,
            Err(error) => {
                warn(&error, "approvals cannot be looked after");
                parts.clock.sleep(parts.options.retry_interval).await;
                continue;
            }
        };
        let mut n_told = 0;
        let n_untold = due.untold.len();
        for approval in due.untold {
            let id = approval.id.clone();
            match tell(&parts, approval).await {
                Ok(true) => n_told += 1,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(approval = %id, error = &*error, "who waits for an approval is not told yet");
                }
            }
        }
        if n_told < n_untold {
            parts.clock.sleep(pause).await;
            pause = (pause * 2).min(PAUSES[1]);
            continue;
        }
        pause = PAUSES[0];
        // There may be more where a whole batch came from.
        if due.n_found < batch {
            changes.next().await;
        }
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Tells the run that waits for an approval; `false` while it is still on its way to wait. Who is no run, or there no more,
/// needs to be told nothing.
async fn tell(parts: &Parts, approval: Approval) -> Result<bool, Cause> {
    let waits = approval.action.as_ref().and_then(|action| {
        let run: RunId = action.keeper.as_ref()?.parse().ok()?;
        let invocation: InvocationId = action.key.parse().ok()?;
        Some((run, invocation))
    });
    if let Some((run, invocation)) = waits {
        let owner = Caller::host(approval.owner.clone());
        let told = parts
            .orchestrations
            .tell_decided(&owner, run, &approval.id, invocation)
            .await;
        match told {
            Ok(false) => return Ok(false),
            Ok(true) => {}
            Err(error) if is_over(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    parts.approvals.told(approval).await?;
    Ok(true)
}

fn is_over(error: &OrchestrationError) -> bool {
    matches!(error, OrchestrationError::Ended { .. }) || matches!(error.kind(), ErrorKind::NotFound { .. })
}

fn warn(error: &(dyn std::error::Error + 'static), what: &'static str) {
    tracing::warn!(error, "{what}");
}
