//! The log of the run: what is added to it, and what others added.

use orch_billing::Closing;
use orch_core::{RunId, StoreError, event::Event};

use super::{Driver, Halt};
use crate::{
    Orchestration, OrchestrationError,
    orchestrations::Shared,
    store::{Append, Lease},
    telemetry,
};

impl Driver {
    /// Adds drafted events, which the run has applied already, and closes holds with them; `false` when something else came
    /// first, or when the ledger refuses, after which money goes its own way.
    pub(super) async fn append(&mut self, events: Vec<Event>, closings: Vec<Closing>) -> Result<bool, Halt> {
        if events.is_empty() {
            return Ok(true);
        }
        let append = Append {
            run: self.run.id(),
            expected_seq: self.run.seq() - events.len() as u64,
            lease: Some(self.lease),
            events,
            status: self.run.status(),
            ended_at: self.run.ended_at(),
        };
        let shared = self.shared.clone();
        let appended = self.meanwhile(async move {
            let mut patience = shared.patience();
            loop {
                let appended = match &shared.paid_runs {
                    Some(paid_runs) if !closings.is_empty() => {
                        paid_runs.append_paid(&append, &closings).await
                    }
                    _ => shared.store.append(&append).await.map(Ok),
                };
                match appended {
                    Ok(appended) => return Ok::<_, StoreError>(appended),
                    Err(failure) => patience.endure(failure).await?,
                }
            }
        });
        let appended = appended.await?.unwrap_or_else(|refusal| {
            tracing::debug!(?refusal, "a run is not paid together with what happened to it");
            self.pays_apart = true;
            false
        });
        if appended && self.run.status().is_ended() {
            telemetry::ended(&self.run);
            self.live.ended(self.run.clone());
        } else if appended {
            self.live.moved(self.run.seq());
        }
        Ok(appended)
    }

    /// Reads the whole log again, if the run is still ours.
    pub(super) async fn refold(&mut self) -> Result<(), Halt> {
        let (shared, id, lease) = (self.shared.clone(), self.run.id(), self.lease);
        let run = self
            .meanwhile(async move { read(&shared, id, lease).await })
            .await?;
        self.run = run;
        self.is_news = true;
        Ok(())
    }

    /// Applies what others added to the log, if the run is still ours.
    pub(super) async fn look(&mut self) -> Result<(), Halt> {
        let (shared, id) = (self.shared.clone(), self.run.id());
        let record = self.meanwhile(async move { shared.store.find(id).await }).await;
        let record = match record {
            Ok(record) => record,
            // It is looked at again soon.
            Err(error) if error.is_retryable() => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let record = record
            .filter(|record| record.lease() == Some(self.lease))
            .ok_or(Halt::Lost)?;
        if record.seq > self.run.seq() {
            self.refold().await?;
        }
        Ok(())
    }
}

/// Reads a run whose lease is still this one.
pub(super) async fn read(shared: &Shared, id: RunId, lease: Lease) -> Result<Orchestration, Halt> {
    let mut patience = shared.patience();
    loop {
        let failure = match shared.store.find(id).await {
            Ok(Some(record)) if record.lease() == Some(lease) => match shared.fold(id).await {
                Ok(run) => return Ok(run),
                Err(OrchestrationError::Store(failure)) => failure,
                Err(error) => return Err(error.into()),
            },
            Ok(_) => return Err(Halt::Lost),
            Err(failure) => failure,
        };
        patience.endure(failure).await?;
    }
}
