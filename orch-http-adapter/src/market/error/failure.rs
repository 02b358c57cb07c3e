//! Why a run failed, in this dialect.

use orch::{Orchestration, RunStatus, Timestamp};
use serde_json::json;

use super::{ApiError, Code, Decimal, rfc_3339};

impl ApiError {
    /// Why a run failed; `None` of one that did not. `last_seen` is when the agent of the step that it failed of last
    /// answered.
    pub(in crate::market) fn of_run(run: &Orchestration, last_seen: Option<Timestamp>) -> Option<Self> {
        if run.status() == RunStatus::Cancelled {
            return Some(Self::failed("cancelled"));
        }
        let failure = run.failure()?;
        let place = failure.step.as_ref().and_then(|step| run.plan().index(step));
        let step = place.and_then(|place| run.plan().steps().get(place));
        let is_overdue = run.ended_at().is_some_and(|ended_at| ended_at >= run.deadline());
        let mut error = match (failure.failure.code.as_str(), step) {
            ("timed_out", None) => return Some(Self::timeout(run.timeout())),
            ("timed_out", Some(_)) if is_overdue => return Some(Self::timeout(run.timeout())),
            ("agent_offline" | "no_transport" | "agent_stopped", Some(step)) => {
                let details = json!({ "agent_id": &*step.slug, "last_seen": last_seen.map(rfc_3339) });
                let message = "The requested agent is currently offline";
                return Some(Self::new(Code::AgentUnavailable, message, details));
            }
            ("funds", Some(step)) => {
                let details = json!({ "reason": "budget", "required": Decimal(step.price) });
                let message = "The budget does not cover the next step";
                return Some(Self::new(Code::InsufficientCredits, message, details));
            }
            _ => Self::failed(failure.failure.reason.clone()),
        };
        if let Some(place) = place {
            error.details.insert("step".into(), (place + 1).into());
        }
        Some(error)
    }
}
