use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use orch_core::{Agent, Caller, Timestamp};
use serde_json::Value;
use tracing::Instrument;

use super::{Invoker, Permit, Shared, attempt::Attempted, target::Target};
use crate::{
    AgentTransport, Call, Cancel, Exchange, Invocation, InvokeError, Keeper, Reply, RetryPolicy,
    TransportError, bounds::cut, telemetry,
};

/// Why there is no reply to check.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// The agent was called, or could not be, and that is a call of it that went wrong.
    Failed(InvokeError),
    /// The call was given up, or never made.
    GivenUp(InvokeError),
}

/// What is sent where.
#[derive(Clone, Copy)]
pub(super) struct Sending<'s> {
    pub(super) caller: &'s Caller,
    pub(super) invocation: &'s Invocation,
    pub(super) target: &'s Target,
    pub(super) transport: &'s dyn AgentTransport,
    /// The request that is sent as it stands, and once.
    pub(super) exchange: Option<&'s Arc<Exchange>>,
}

impl Sending<'_> {
    /// How long the agent may take.
    fn time(&self, now: Timestamp) -> Duration {
        self.full_time().min(self.invocation.deadline.since(now))
    }

    /// How long it may take if nobody is in a hurry.
    fn full_time(&self) -> Duration {
        let timeout = self.target.task().and_then(|task| task.timeout);
        timeout.unwrap_or(Agent::DEFAULT_TIMEOUT)
    }

    fn call(&self, arguments: Value, permit: Permit, deadline: Timestamp, max_bytes: usize) -> Call {
        let Self {
            caller,
            invocation,
            target,
            ..
        } = *self;
        Call {
            invocation: invocation.id,
            agent: target.agent.clone(),
            version: target.version.clone(),
            task: invocation.task.clone(),
            arguments,
            deadline,
            max_bytes,
            account: caller.account().clone(),
            idempotency_key: invocation.id.to_string(),
            attempt: 1,
            stop: Cancel::new(),
            permit,
            exchange: self.exchange.cloned(),
        }
    }

    fn failure(&self, error: TransportError, max_bytes: usize) -> InvokeError {
        let agent = self.target.agent.slug.to_string();
        match error {
            TransportError::Failed { reason } => InvokeError::Failed {
                agent,
                reason: cut(reason, 1000),
            },
            TransportError::Refused { field, reason } => InvokeError::Refused {
                field: cut(field, 300),
                reason: cut(reason, 300),
            },
            TransportError::Overloaded { retry_after } => InvokeError::Overloaded { agent, retry_after },
            TransportError::Unreachable { reason } => self.target.offline(cut(reason, 300)),
            TransportError::Barred { reason } => InvokeError::Barred {
                agent,
                reason: cut(reason, 300),
            },
            TransportError::Lost { reason } => InvokeError::Lost {
                agent,
                reason: cut(reason, 300),
            },
            TransportError::Unreadable { reason } => InvokeError::Unreadable {
                agent,
                reason: cut(reason, 300),
            },
            TransportError::Panicked { message } => InvokeError::Panicked {
                agent,
                message: cut(message, 300),
            },
            TransportError::TooLarge => InvokeError::TooLarge {
                agent,
                limit: max_bytes,
            },
        }
    }
}

impl Invoker {
    /// Sends the call, again where that is safe, and waits for its reply, its deadline or a cancellation.
    pub(super) async fn send(
        &self,
        sending: Sending<'_>,
        arguments: Value,
        permit: Permit,
        keeper: &dyn Keeper,
        cancel: &Cancel,
    ) -> Result<Reply, Unanswered> {
        let Shared { clock, limits, .. } = &*self.0;
        let started_at = clock.now();
        let time = sending.time(started_at);
        let deadline = started_at + time;
        let timed_out = || InvokeError::TimedOut {
            agent: sending.target.agent.slug.to_string(),
            after: time,
        };
        if time.is_zero() {
            return Err(Unanswered::GivenUp(timed_out()));
        }
        let resend_until = deadline.min(started_at + limits.retry.within);
        let is_repeatable = sending.target.task().is_some_and(|task| task.repeatable);
        let mut call = sending.call(arguments, permit.clone(), deadline, limits.answer_bytes);
        loop {
            let attempt = call.attempt;
            let checked = self.check_switch(sending.caller, sending.invocation).await;
            checked.map_err(Unanswered::GivenUp)?;
            let trial = self.0.circuits.admit(sending.target.agent.id);
            let left_alone = |retry_after| Unanswered::GivenUp(sending.target.left_alone(retry_after));
            let trial = trial.map_err(left_alone)?;
            let span = tracing::info_span!("send", attempt);
            let attempted = self.attempt(sending, call, keeper, cancel);
            let attempted = attempted.instrument(span).await;
            trial.found(attempted.finding(time == sending.full_time()));
            let error = match attempted {
                Attempted::Replied(reply) => return Ok(reply),
                Attempted::TimedOut => return Err(Unanswered::Failed(timed_out())),
                Attempted::Cancelled => return Err(Unanswered::GivenUp(InvokeError::Cancelled)),
                Attempted::Stopped(stop) => {
                    return Err(Unanswered::GivenUp(InvokeError::Stopped { stop, begun: true }));
                }
                Attempted::Failed(error) => error,
            };
            let retry = match sending.exchange {
                None => limits.retry,
                Some(_) => RetryPolicy::ONCE,
            };
            let pause = retry.pause(attempt, &error, is_repeatable, &*self.0.entropy);
            let Some(resend_at) = pause
                .map(|pause| clock.now() + pause)
                .filter(|at| *at < resend_until)
            else {
                return Err(Unanswered::Failed(sending.failure(error, limits.answer_bytes)));
            };
            tracing::info!(attempt, %error, "the call is sent again");
            telemetry::resent();
            let pause = clock.sleep_until(resend_at);
            if let Either::Left(_) = select(pin!(cancel.cancelled()), pause).await {
                return Err(Unanswered::GivenUp(InvokeError::Cancelled));
            }
            // The agent may be left alone by now, because others failed too: then this failed with them.
            if !self.0.circuits.retry_after(sending.target.agent.id).is_zero() {
                return Err(Unanswered::Failed(sending.failure(error, limits.answer_bytes)));
            }
            // Made anew rather than kept: most calls are sent once.
            let arguments = sending.target.complete(sending.invocation.arguments.clone());
            let arguments = arguments.map_err(Unanswered::GivenUp)?;
            call = Call {
                attempt: attempt + 1,
                ..sending.call(arguments, permit.clone(), deadline, limits.answer_bytes)
            };
        }
    }
}
