use std::{sync::Arc, time::Duration};

use orch_core::{Clock, StoreError, Timestamp};

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(5);

/// How long a failing store is tried again: with growing pauses, and not for ever.
#[derive(Debug)]
pub(super) struct Patience {
    clock: Arc<dyn Clock>,
    until: Timestamp,
    pause: Duration,
}

impl Patience {
    pub(super) fn new(clock: Arc<dyn Clock>, limit: Duration) -> Self {
        let until = clock.now() + limit;
        Self {
            clock,
            until,
            pause: FIRST,
        }
    }

    /// Returns when the call that failed shall be made again; the failure when it shall not.
    pub(super) async fn endure(&mut self, failure: StoreError) -> Result<(), StoreError> {
        if !failure.is_retryable() || self.clock.now() >= self.until {
            return Err(failure);
        }
        tracing::warn!(
            error = &failure as &dyn std::error::Error,
            "the store is tried again"
        );
        self.clock.sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST);
        Ok(())
    }
}
