use std::time::Duration;

use async_trait::async_trait;
use orch_core::StoreError;

use super::Billing;
use crate::{BillingError, Closing, Ending, Extension, Hold, HoldQuery, More, UsageRecord, telemetry};

/// Knows who still works with a hold.
#[async_trait]
pub trait HoldKeepers: Send + Sync {
    /// Whether the keeper of that name, such as `run_…`, may still need its holds.
    async fn is_alive(&self, keeper: &str) -> Result<bool, StoreError>;

    /// What was used, where the keeper owes all of a due hold: it was answered, and something kept it from paying. By default
    /// nobody owes anything.
    async fn owed(&self, _keeper: &str, _hold: &Hold) -> Result<Option<UsageRecord>, StoreError> {
        Ok(None)
    }
}

/// Those of two houses, of whom each knows its own by their names.
#[async_trait]
impl<A: HoldKeepers, B: HoldKeepers> HoldKeepers for (A, B) {
    async fn is_alive(&self, keeper: &str) -> Result<bool, StoreError> {
        Ok(self.0.is_alive(keeper).await? || self.1.is_alive(keeper).await?)
    }

    async fn owed(&self, keeper: &str, hold: &Hold) -> Result<Option<UsageRecord>, StoreError> {
        match self.0.owed(keeper, hold).await? {
            Some(usage) => Ok(Some(usage)),
            None => self.1.owed(keeper, hold).await,
        }
    }
}

impl Billing {
    /// How much longer a due hold lasts whose keeper is alive; then it is asked for again.
    pub const POSTPONEMENT: Duration = Duration::from_secs(60);

    /// Expires holds whose time is over, at most `limit`, and says how many.
    ///
    /// A hold whose keeper is alive lasts [`POSTPONEMENT`](Self::POSTPONEMENT) longer instead, one that is owed is captured
    /// whole, and one with open sub-holds is left alone until they are closed. Call it again and again, from one worker or many.
    pub async fn sweep(&self, keepers: &dyn HoldKeepers, limit: u32) -> Result<u32, BillingError> {
        let now = self.clock.now();
        let mut n_expired = 0;
        for due in self.store.holds(&HoldQuery::Due { at: now, limit }).await? {
            let is_kept = match &due.keeper {
                Some(keeper) => keepers.is_alive(keeper).await?,
                None => false,
            };
            if is_kept {
                let by = More::Time {
                    until: now + Self::POSTPONEMENT,
                };
                // A refusal means that it was closed just now, and so is no longer due.
                let _closed = self
                    .store
                    .extend(&Extension {
                        hold: due.id,
                        by,
                        at: now,
                    })
                    .await?;
                continue;
            }
            if let Some(keeper) = &due.keeper
                && let Some(usage) = keepers.owed(keeper, &due).await?
            {
                match self.capture(due.id, due.amount, Some(usage)).await {
                    Ok(_) => tracing::info!(hold = %due.id, account = %due.account, "an answer is paid late"),
                    Err(BillingError::Store(error)) => return Err(error.into()),
                    // A refusal means that it was closed just now.
                    Err(_) => {}
                }
                continue;
            }
            let closing = Closing {
                hold: due.id,
                ending: Ending::Expire,
                at: now,
                usage: None,
            };
            // A refusal means that someone captured, released or used it just now: it is theirs.
            if self.store.close(&closing).await?.is_ok() {
                tracing::info!(hold = %due.id, account = %due.account, "hold expired");
                n_expired += 1;
            }
        }
        telemetry::expired(n_expired);
        Ok(n_expired)
    }
}
