//! Limits that processes over the same stores keep together.

use std::sync::Arc;

use futures_util::future::{AbortHandle, abortable};
use orch::{Clock, Orchestrator};
use orch_core::limit::{Exchange, Exchanged};
use tokio::runtime::Handle;

/// Exchanges what is let through with other processes, as long as this lives.
#[derive(Debug)]
pub(crate) struct Exchanging(AbortHandle);

impl Exchanging {
    /// Begins; `None` where no other process serves the stores, or where there is nothing to run on.
    pub(crate) fn begin(orchestrator: &Orchestrator, limiters: Vec<Arc<dyn Exchanged>>) -> Option<Self> {
        let exchange = orchestrator.exchange(limiters)?;
        let Ok(runtime) = Handle::try_current() else {
            tracing::warn!("there is no runtime to share limits on: each process counts for itself");
            return None;
        };
        let (keep, exchanging) = abortable(keep(exchange, orchestrator.clock().clone()));
        runtime.spawn(keep);
        Some(Self(exchanging))
    }
}

impl Drop for Exchanging {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Exchanges until it is aborted. A store that is away is said once.
async fn keep(exchange: Exchange, clock: Arc<dyn Clock>) {
    let mut is_away = false;
    loop {
        match exchange.run().await {
            Ok(()) => is_away = false,
            Err(error) if !is_away => {
                is_away = true;
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "limits are not shared: each process counts for itself");
            }
            Err(_) => {}
        }
        clock.sleep(Exchange::INTERVAL).await;
    }
}
