use orch_core::Timestamp;

use super::Approvals;
use crate::{Approval, ApprovalError};

/// What was due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// How many approvals were looked at; as many as allowed, and there may be more.
    pub n_found: u32,
    /// Those that are closed, and of which who waits for them has to be [told](Approvals::told).
    pub untold: Vec<Approval>,
}

/// The background work, for whoever drives it.
impl Approvals {
    /// Closes at most `limit` approvals whose time is over, and finds those that were closed and of which somebody has
    /// to be told. Many may do so at once.
    ///
    /// # Errors
    /// The store failed.
    pub async fn run_due(&self, limit: u32) -> Result<Due, ApprovalError> {
        let now = self.0.clock.now();
        let found = self.0.store.due(now, limit).await?;
        let mut due = Due {
            n_found: u32::try_from(found.len()).unwrap_or(u32::MAX),
            untold: Vec::new(),
        };
        for approval in found {
            let closed = match approval.clone().expire(now) {
                None => approval,
                Some(change) if self.keep(&change).await? => change.approval,
                // Somebody else came first, and looks after it.
                Some(_) => continue,
            };
            if closed.due_at().is_some() {
                due.untold.push(closed);
            }
        }
        Ok(due)
    }

    /// Writes down that who waits for an approval was told how it was closed.
    ///
    /// # Errors
    /// The store failed.
    pub async fn told(&self, approval: Approval) -> Result<(), ApprovalError> {
        let id = approval.id.clone();
        let mut known = Some(approval);
        while let Some(approval) = known {
            let Some(change) = approval.tell(self.0.clock.now()) else {
                break;
            };
            if self.keep(&change).await? {
                break;
            }
            known = self.0.store.find(&id).await?;
        }
        Ok(())
    }

    /// Removes at most `limit` approvals that were closed before a moment, with their events; how many there were. What
    /// is pending stays, and what somebody waits for.
    ///
    /// # Errors
    /// The store failed.
    pub async fn prune(&self, closed_before: Timestamp, limit: u32) -> Result<u32, ApprovalError> {
        Ok(self.0.store.prune(closed_before, limit).await?)
    }
}
