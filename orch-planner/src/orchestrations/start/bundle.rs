//! What becomes durable together when a run starts.

use std::sync::Arc;

use orch_billing::{BillingError, Hold, HoldId, HoldRequest};
use orch_core::{Caller, RunId, StoreError, event::Event};

use crate::{
    Orchestration, OrchestrationError, OrchestrationEvent, PaidRunStore,
    orchestration::StepStarted,
    orchestrations::{Orchestrations, driver::call_of, start::HOLD_TTL},
    store::{Insertion, RunRecord},
};

/// The first events of a run and what they take. Where runs and money are kept at one place it is one unit of work; else
/// the price was set aside before.
#[derive(Debug)]
pub(super) struct Bundle<'s> {
    paid_runs: Option<&'s Arc<dyn PaidRunStore>>,
    pub(super) events: Vec<Event>,
    /// The price of the plan, unless the one call that it is has begun.
    pub(super) price: Option<Hold>,
    /// Within it, the prices of the calls that are begun with the run.
    pub(super) calls: Vec<Hold>,
}

impl<'s> Bundle<'s> {
    pub(super) fn new(paid_runs: Option<&'s Arc<dyn PaidRunStore>>) -> Self {
        Self {
            paid_runs,
            events: Vec::new(),
            price: None,
            calls: Vec::new(),
        }
    }

    /// Whether money comes with it.
    pub(super) fn is_joint(&self) -> bool {
        self.paid_runs.is_some()
    }
}

impl Orchestrations {
    /// Sets the price of the plan aside, now or with the run. A plan that costs nothing needs no hold, and one call that is
    /// all there is to a run has the hold that it would be made with.
    pub(super) async fn hold(
        &self,
        run: &Orchestration,
        bundle: &mut Bundle<'_>,
    ) -> Result<(), OrchestrationError> {
        let price = run.plan().price();
        if price.is_zero() {
            return Ok(());
        }
        if let Some(call) = run.own_call() {
            let caller = Caller::host(run.account().clone());
            let call = call_of(run, 0, call);
            bundle.price = Some(self.0.invoker.draft_hold(&caller, &call).await?);
            return Ok(());
        }
        let request = HoldRequest {
            id: HoldId::from_uuid(run.id().uuid()),
            account: run.account().clone(),
            amount: price,
            parent: None,
            payee: None,
            keeper: Some(run.id().to_string()),
            ttl: HOLD_TTL,
            key: run.id().to_string(),
        };
        if bundle.is_joint() {
            bundle.price = Some(self.0.billing.draft(request)?);
            return Ok(());
        }
        self.0.billing.hold(request).await?;
        Ok(())
    }

    /// Starts the first steps with the run itself, as their calls are about to be made here. A step whose call cannot be
    /// priced is left to its driver, which finds out what is wrong with it.
    pub(super) async fn begin_steps(
        &self,
        run: &mut Orchestration,
        bundle: &mut Bundle<'_>,
    ) -> Result<(), OrchestrationError> {
        let (shared, now) = (&self.0, run.created_at());
        let caller = Caller::host(run.account().clone());
        let ready: Vec<usize> = run.ready().take(shared.options.parallel_steps.max(1)).collect();
        for index in ready {
            let invocation = run.first_call(now, &*shared.entropy);
            let hold = match run.own_call().and_then(|_| bundle.price.take()) {
                Some(own) => own,
                None => {
                    let call = call_of(run, index, invocation);
                    let Ok(hold) = shared.invoker.draft_hold(&caller, &call).await else {
                        continue;
                    };
                    hold
                }
            };
            let started = OrchestrationEvent::StepStarted(StepStarted {
                step: run.plan().steps()[index].id.clone(),
                invocation,
                attempt: 1,
            });
            bundle
                .events
                .push(started.to_event(run.id(), run.seq() + 1, now)?);
            run.apply(started, now)?;
            bundle.calls.push(hold);
        }
        Ok(())
    }

    /// Makes the run durable. When it is not, its hold is given back; when its price cannot be set aside with it, the
    /// refusal is returned.
    pub(super) async fn insert(
        &self,
        run: &Orchestration,
        record: &RunRecord,
        bundle: &Bundle<'_>,
    ) -> Result<Result<Insertion, BillingError>, OrchestrationError> {
        let holds: Vec<Hold> = bundle.price.iter().chain(&bundle.calls).cloned().collect();
        let inserted = match bundle.paid_runs {
            Some(paid_runs) if !holds.is_empty() => {
                paid_runs.insert_held(record, &bundle.events, &holds).await
            }
            _ => self.0.store.insert(record, &bundle.events).await.map(Ok),
        };
        let failure = match inserted {
            Ok(Ok(Insertion::New)) => {
                let held = self.0.billing.held_elsewhere(&holds, Ok(()));
                return Ok(held.map(|()| Insertion::New));
            }
            Ok(Ok(taken)) => return Ok(Ok(taken)),
            Ok(Err(refusal)) => {
                let refused = self.0.billing.held_elsewhere(&holds, Err(refusal));
                return Ok(refused.map(|()| Insertion::New));
            }
            Err(failure) => failure,
        };
        self.look_for(run, failure).await.map(Ok)
    }

    /// The failure may have come after the commit. While that is unknown the hold stays, and expires if need be.
    async fn look_for(
        &self,
        run: &Orchestration,
        failure: StoreError,
    ) -> Result<Insertion, OrchestrationError> {
        match self.0.store.find(run.id()).await {
            Ok(Some(_)) => Ok(Insertion::New),
            Ok(None) => {
                self.give_back(run.id()).await;
                self.give_back_synthesis(run).await;
                Err(failure.into())
            }
            Err(_) => Err(failure.into()),
        }
    }

    /// Gives the price of a run back that did not come to be. If that fails, it expires.
    pub(super) async fn give_back(&self, run: RunId) {
        self.release(run, HoldId::from_uuid(run.uuid())).await;
    }

    /// The same for what is set aside for its answer.
    pub(super) async fn give_back_synthesis(&self, run: &Orchestration) {
        if let Some(order) = run.synthesis_order().filter(|order| order.reserved.is_some()) {
            self.release(run.id(), HoldId::from_uuid(order.invocation.uuid()))
                .await;
        }
    }

    async fn release(&self, run: RunId, hold: HoldId) {
        if let Err(error) = self.0.billing.release(hold, None).await
            && !matches!(error, BillingError::HoldNotFound(_))
        {
            tracing::warn!(%run, error = &error as &dyn std::error::Error, "the hold of a refused run is left to expire");
        }
    }
}
