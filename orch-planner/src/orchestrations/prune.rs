use std::time::Duration;

use super::Orchestrations;
use crate::OrchestrationError;

impl Orchestrations {
    /// Removes at most `limit` runs that ended longer ago than this, with their events, results and keys; how many there
    /// were. What they cost stays in the books.
    pub async fn prune(&self, older_than: Duration, limit: u32) -> Result<u32, OrchestrationError> {
        let ended_before = self.0.clock.now() - older_than;
        Ok(self.0.store.prune(ended_before, limit).await?)
    }
}
