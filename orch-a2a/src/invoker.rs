//! The one corridor to an agent: whatever calls one, calls [`Invoker::invoke`].

mod answer;
mod attempt;
mod limit;
mod money;
mod relay;
mod send;
mod stop;
mod target;
#[cfg(test)]
pub(crate) mod tests;

pub use limit::Permit;
pub use relay::Relayed;
pub use target::CheckedTask;

use std::sync::Arc;

use orch_billing::{Billing, Hold, Metering};
use orch_core::{Caller, Clock, Entropy, Switch, agent::Endpoint, catalog::Catalog};
use tracing::Instrument;

use crate::telemetry::Running;
use crate::{
    AgentTransport, Cancel, CircuitPolicy, Gate, Invocation, InvokeError, Keeper, Kept, Outcome, Passage,
    RetryPolicy, Transports, circuit::Circuits, health::Sightings, schema::Schemas,
};
use limit::Permits;
use send::{Sending, Unanswered};

/// Calls agents: resolve, permit, limit, hold, approve, send, check, keep, settle and meter.
///
/// It spawns nothing and never waits for a human. Dropping the future of a call stops the agent and leaves the hold as
/// it is, as a crash would. Cloning is cheap; clones share their limits and caches.
#[derive(Clone, Debug)]
pub struct Invoker(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    catalog: Catalog,
    billing: Billing,
    metering: Metering,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    transports: Transports,
    gate: Arc<dyn Gate>,
    switch: Switch,
    limits: InvokerLimits,
    permits: Permits,
    schemas: Schemas,
    circuits: Circuits,
    sightings: Sightings,
}

/// What an [`Invoker`] stands on: the host's services and ports.
#[derive(Clone, Debug)]
pub struct InvokerParts {
    /// Whom to call.
    pub catalog: Catalog,
    /// Who pays.
    pub billing: Billing,
    /// How much was used.
    pub metering: Metering,
    /// The time, for deadlines and pauses.
    pub clock: Arc<dyn Clock>,
    /// Chance, for how long pauses take.
    pub entropy: Arc<dyn Entropy>,
    /// How agents are reached.
    pub transports: Transports,
    /// Who must wait for a human.
    pub gate: Arc<dyn Gate>,
    /// What is stopped.
    pub switch: Switch,
}

/// What bounds the calls of an [`Invoker`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvokerLimits {
    /// How many calls one agent works on at once, at least 1; the next ones wait until their deadline.
    pub calls_per_agent: usize,
    /// The most bytes that an answer takes as JSON text.
    pub answer_bytes: usize,
    /// How many reports of progress of one call wait to be taken; see [`ProgressSink`](crate::ProgressSink).
    pub progress_queue: usize,
    /// How many tasks' compiled schemas are kept for sure; at most twice as many are.
    pub schemas: usize,
    /// When a call that failed is sent again.
    pub retry: RetryPolicy,
    /// When an agent that fails is left alone.
    pub circuit: CircuitPolicy,
}

impl Default for InvokerLimits {
    fn default() -> Self {
        Self {
            calls_per_agent: 64,
            answer_bytes: 1024 * 1024,
            progress_queue: 64,
            schemas: 512,
            retry: RetryPolicy::default(),
            circuit: CircuitPolicy::default(),
        }
    }
}

impl Invoker {
    /// An invoker over the host's services and ports.
    pub fn new(parts: InvokerParts, limits: InvokerLimits) -> Self {
        let InvokerParts {
            catalog,
            billing,
            metering,
            clock,
            entropy,
            transports,
            gate,
            switch,
        } = parts;
        Self(Arc::new(Shared {
            permits: Permits::new(limits.calls_per_agent),
            schemas: Schemas::new(limits.schemas),
            circuits: Circuits::new(limits.circuit, clock.clone()),
            sightings: Sightings::default(),
            catalog,
            billing,
            metering,
            clock,
            entropy,
            transports,
            gate,
            switch,
            limits,
        }))
    }

    /// Calls an agent, has its answer kept, and pays for it.
    ///
    /// The same invocation may be made again, after a human decided or after a crash, as long as its hold is open: the
    /// same price is then held only once.
    ///
    /// # Errors
    /// Each way to fail has its own variant. Where the hold is not released, the variant says so.
    pub async fn invoke(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        keeper: &dyn Keeper,
        cancel: &Cancel,
    ) -> Result<Outcome, InvokeError> {
        self.call(caller, invocation, None, None, keeper, cancel).await
    }

    /// As [`invoke`](Self::invoke), where the price is set aside already: the keeper made this [draft](Self::draft_hold)
    /// durable together with the invocation. It counts for one call; whoever calls again has it looked up.
    ///
    /// # Errors
    /// As [`invoke`](Self::invoke).
    pub async fn invoke_held(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        held: Option<Hold>,
        keeper: &dyn Keeper,
        cancel: &Cancel,
    ) -> Result<Outcome, InvokeError> {
        self.call(caller, invocation, None, held, keeper, cancel).await
    }

    /// Walks the corridor within a span, and gives up what fails.
    async fn call(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        relayed: Option<&Relayed>,
        mut held: Option<Hold>,
        keeper: &dyn Keeper,
        cancel: &Cancel,
    ) -> Result<Outcome, InvokeError> {
        let span = tracing::info_span!(
            "invoke",
            invocation = %invocation.id,
            agent = %invocation.agent,
            task = invocation.task,
            keeper = invocation.keeper,
            step = invocation.step,
        );
        let call = async {
            let running = Running::begin();
            let started_at = self.0.clock.now();
            let walk = self.walk(caller, invocation, relayed, &mut held, keeper, cancel);
            let result = match walk.await {
                Ok(outcome) => Ok(outcome),
                Err(failure) if let Some(unused) = held => Err(self.return_unused(&unused, failure).await),
                Err(failure) => {
                    let took = self.0.clock.now().since(started_at);
                    Err(self.give_up(caller, invocation, failure, took).await)
                }
            };
            running.end(&result, self.0.clock.now().since(started_at));
            result
        };
        call.instrument(span).await
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.0.catalog
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    pub(crate) fn sightings(&self) -> &Sightings {
        &self.0.sightings
    }

    /// The transport of an endpoint, if the host has it.
    pub(crate) fn reaching(&self, endpoint: &Endpoint) -> Option<&dyn AgentTransport> {
        self.0.transports.reaching(endpoint)
    }

    /// Walks the corridor. A failure leaves the hold to whoever called.
    async fn walk(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        relayed: Option<&Relayed>,
        held: &mut Option<Hold>,
        keeper: &dyn Keeper,
        cancel: &Cancel,
    ) -> Result<Outcome, InvokeError> {
        if cancel.is_cancelled() {
            return Err(InvokeError::Cancelled);
        }
        self.check_switch(caller, invocation).await?;
        let target = match relayed {
            Some(relayed) => self.target(relayed.resolved.clone(), &invocation.task)?,
            None => self.resolve(caller, invocation).await?,
        };
        let (transport, arguments) = self.permit(&target, &invocation.arguments, relayed.is_some())?;
        let permit = match relayed {
            Some(relayed) => relayed.permit.clone(),
            None => self.limit(&target, invocation.deadline, cancel).await?,
        };
        let amount = target.ceiling()?;
        // Whoever has a request relayed for nothing keeps the books on it: there is nothing to be held or paid.
        let hold = match held.take() {
            Some(held) => Some(held),
            None if relayed.is_some() && amount.is_zero() => None,
            None => Some(self.hold(caller, invocation, &target, amount).await?),
        };
        match self.0.gate.check(caller, invocation, amount).await? {
            Passage::Open => {}
            Passage::Waiting(approval) => return Ok(Outcome::Waiting(approval)),
            Passage::Denied { reason } => return Err(InvokeError::Denied { reason }),
        }
        let before = self.requests_before(caller, &target).await?;
        let sending = Sending {
            caller,
            invocation,
            target: &target,
            transport,
            exchange: relayed.map(|relayed| &relayed.exchange),
        };
        let started_at = self.0.clock.now();
        let sent = self.send(sending, arguments, permit, keeper, cancel).await;
        let now = self.0.clock.now();
        let took = now.since(started_at);
        let answer = match sent {
            Ok(reply) => self.check(&target, reply, before, took),
            Err(Unanswered::Failed(failure)) => Err(failure),
            Err(Unanswered::GivenUp(failure)) => return Err(failure),
        };
        let answered_in = answer.is_ok().then_some(took);
        self.0.sightings.called(target.agent.id, answered_in, now);
        let answer = answer?;
        let payment = match &hold {
            Some(_) => Some(self.payment(caller, invocation, target.agent.slug.to_string(), &answer)?),
            None => None,
        };
        let kept = match &payment {
            Some(payment) => keeper.keep_paid(&answer, payment).await,
            None => keeper.keep(&answer).await,
        };
        match kept.map_err(InvokeError::Unkept)? {
            Kept::Accepted => {
                if let Some(payment) = &payment {
                    self.pay(payment).await?;
                }
                Ok(Outcome::Answered(answer))
            }
            Kept::Paid => {
                if let Some(payment) = &payment {
                    self.0.billing.paid_elsewhere(payment);
                }
                Ok(Outcome::Answered(answer))
            }
            Kept::Late => {
                if let Some(hold) = &hold {
                    self.give_back(caller, invocation, hold, &answer).await?;
                }
                Ok(Outcome::Late(answer))
            }
            Kept::Lost => Ok(Outcome::Lost),
        }
    }
}
