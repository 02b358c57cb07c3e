use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use orch_core::{Agent, Caller, Timestamp};
use serde_json::Value;

use super::{Invoker, Permit, target::Target};
use crate::{
    AgentTransport, Call, Cancel, Invocation, InvokeError, Keeper, ProgressSink, Reply, TransportError,
    bounds::cut, cancel::CancelOnDrop, contain::Contained,
};

/// What is sent where.
#[derive(Clone, Copy)]
pub(super) struct Sending<'s> {
    pub(super) caller: &'s Caller,
    pub(super) invocation: &'s Invocation,
    pub(super) target: &'s Target,
    pub(super) transport: &'s dyn AgentTransport,
}

impl Sending<'_> {
    /// How long the agent may take.
    fn time(&self, now: Timestamp) -> Duration {
        let timeout = self.target.task().and_then(|task| task.timeout);
        let timeout = timeout.unwrap_or(Agent::DEFAULT_TIMEOUT);
        timeout.min(self.invocation.deadline.since(now))
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
    /// Sends the call and waits for its reply, its deadline or a cancellation, whichever is first. Of those that come
    /// together the reply counts, because its keeper can still refuse it.
    pub(super) async fn send(
        &self,
        sending: Sending<'_>,
        arguments: Value,
        permit: Permit,
        keeper: &dyn Keeper,
        cancel: &Cancel,
    ) -> Result<Reply, InvokeError> {
        let clock = &self.0.clock;
        let now = clock.now();
        let time = sending.time(now);
        let timed_out = || InvokeError::TimedOut {
            agent: sending.target.agent.slug.to_string(),
            after: time,
        };
        if cancel.is_cancelled() {
            return Err(InvokeError::Cancelled);
        }
        if time.is_zero() {
            return Err(timed_out());
        }
        let max_bytes = self.0.limits.answer_bytes;
        let call = sending.call(arguments, permit, now + time, max_bytes);
        // However this ends, whoever still works on the call learns that nobody waits.
        let _stop = CancelOnDrop(call.stop.clone());
        let (sink, mut progress) = ProgressSink::bounded(self.0.limits.progress_queue);
        let mut reply = Contained::new(sending.transport.send(call, &sink));
        let mut deadline = clock.sleep_until(now + time);
        let mut cancelled = pin!(cancel.cancelled());
        let ended = poll_fn(|context| {
            let replied = Pin::new(&mut reply).poll(context);
            for report in progress.take(context) {
                keeper.progressed(report);
            }
            if let Poll::Ready(replied) = replied {
                return Poll::Ready(Ok(replied));
            }
            if cancelled.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(InvokeError::Cancelled));
            }
            deadline.as_mut().poll(context).map(|()| Err(timed_out()))
        });
        match ended.await? {
            Ok(replied) => replied.map_err(|error| sending.failure(error, max_bytes)),
            Err(panicked) => {
                let message = panicked.message;
                Err(sending.failure(TransportError::Panicked { message }, max_bytes))
            }
        }
    }
}
