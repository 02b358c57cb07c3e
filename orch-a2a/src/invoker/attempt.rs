use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
};

use orch_core::switch::Stop;

use super::{Invoker, send::Sending};
use crate::{
    Call, Cancel, Keeper, ProgressSink, Reply, TransportError, cancel::CancelOnDrop, circuit::Finding,
    contain::Contained,
};

/// What came of sending a call once.
#[derive(Debug)]
pub(super) enum Attempted {
    Replied(Reply),
    Failed(TransportError),
    TimedOut,
    Cancelled,
    Stopped(Stop),
}

impl Attempted {
    /// What that says of the agent. One that was given less time than its task may take is not at fault for that.
    pub(super) fn finding(&self, had_full_time: bool) -> Finding {
        match self {
            Self::Replied(_) => Finding::Alive,
            Self::TimedOut if had_full_time => Finding::Fault,
            Self::TimedOut | Self::Cancelled | Self::Stopped(_) => Finding::Nothing,
            Self::Failed(error) => match error {
                TransportError::Overloaded { .. }
                | TransportError::Unreachable { .. }
                | TransportError::Lost { .. }
                | TransportError::Unreadable { .. } => Finding::Fault,
                TransportError::Failed { .. }
                | TransportError::Refused { .. }
                | TransportError::Panicked { .. }
                | TransportError::TooLarge => Finding::Alive,
                TransportError::Barred { .. } => Finding::Nothing,
            },
        }
    }
}

impl Invoker {
    /// Sends the call once and waits for its reply, its deadline, a cancellation or a stop, whichever is first. Of those that
    /// come together the reply counts, because its keeper can still refuse it.
    pub(super) async fn attempt(
        &self,
        sending: Sending<'_>,
        call: Call,
        keeper: &dyn Keeper,
        cancel: &Cancel,
    ) -> Attempted {
        if cancel.is_cancelled() {
            return Attempted::Cancelled;
        }
        // However this ends, whoever still works on the call learns that nobody waits.
        let _stop = CancelOnDrop(call.stop.clone());
        let (sink, mut progress) = ProgressSink::bounded(self.0.limits.progress_queue);
        let mut deadline = self.0.clock.sleep_until(call.deadline);
        let mut reply = Contained::new(sending.transport.send(call, &sink));
        let mut cancelled = pin!(cancel.cancelled());
        let mut stopped = pin!(self.stopped(sending.caller, sending.invocation));
        poll_fn(|context| {
            let replied = Pin::new(&mut reply).poll(context);
            for report in progress.take(context) {
                keeper.progressed(report);
            }
            if let Poll::Ready(replied) = replied {
                return Poll::Ready(match replied {
                    Ok(Ok(reply)) => Attempted::Replied(reply),
                    Ok(Err(error)) => Attempted::Failed(error),
                    Err(panicked) => Attempted::Failed(TransportError::Panicked {
                        message: panicked.message,
                    }),
                });
            }
            if cancelled.as_mut().poll(context).is_ready() {
                return Poll::Ready(Attempted::Cancelled);
            }
            if let Poll::Ready(stop) = stopped.as_mut().poll(context) {
                return Poll::Ready(Attempted::Stopped(stop));
            }
            deadline.as_mut().poll(context).map(|()| Attempted::TimedOut)
        })
        .await
    }
}
