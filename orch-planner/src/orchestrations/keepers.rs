use async_trait::async_trait;
use orch_billing::HoldKeepers;
use orch_core::{RunId, StoreError};

use super::Orchestrations;

/// A run keeps its holds until it has ended.
#[async_trait]
impl HoldKeepers for Orchestrations {
    async fn is_alive(&self, keeper: &str) -> Result<bool, StoreError> {
        let Ok(run) = keeper.parse::<RunId>() else {
            return Ok(false);
        };
        let record = self.0.store.find(run).await?;
        Ok(record.is_some_and(|record| !record.status.is_ended()))
    }
}
