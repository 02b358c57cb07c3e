//! What the log says of requests that were refused after it was clear who asks: bounded, so that nobody fills it.

use std::{num::NonZeroU32, time::Duration};

use orch_auth::PartyId;
use orch_core::{
    Timestamp,
    limit::{Budget, Limiter, SlidingWindow},
};

use super::{Signed, TransactError, Transactions};
use crate::transaction::{Rejection, TransactionId};

/// How many refusals of one consumer are written down in a minute, by each process.
const PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);

/// Which refusals are written down: of each consumer so many a minute, and how many were not since.
#[derive(Debug)]
pub(super) struct Rejections(Limiter<Notes>);

#[derive(Debug)]
struct Notes {
    window: SlidingWindow,
    n_omitted: u32,
}

impl Rejections {
    pub(super) fn new() -> Self {
        Self(Limiter::of("a2a/rejections", PER_MINUTE))
    }

    /// Whether another one is written down: then how many were not since the last one that was.
    fn take(&self, consumer: &PartyId, now: Timestamp) -> Option<u32> {
        self.0.take(consumer.as_str(), now)
    }
}

impl Budget for Notes {
    type Rule = NonZeroU32;
    type Standing = Option<u32>;

    const MAX_COUNTS: usize = 65_536;

    fn new(per_minute: NonZeroU32, _: Timestamp) -> Self {
        Self {
            window: SlidingWindow::new(per_minute, Duration::from_secs(60)),
            n_omitted: 0,
        }
    }

    fn take(&mut self, _: NonZeroU32, now: Timestamp) -> (Option<u32>, bool) {
        if self.window.take(now).is_ok() {
            return (Some(std::mem::take(&mut self.n_omitted)), true);
        }
        self.n_omitted = self.n_omitted.saturating_add(1);
        (None, false)
    }

    fn put_down(&mut self, count: u32, at: Timestamp) {
        self.window.put_down(count, at);
    }
}

impl Transactions {
    /// Writes down that a request is refused whose sender is known, unless too much was written of them already.
    pub(super) async fn reject(&self, signed: &Signed<'_>, error: TransactError) -> TransactError {
        let Self(shared) = self;
        let Some((reason, approval)) = reason(&error) else {
            return error;
        };
        let now = shared.clock.now();
        let Some(omitted) = shared.rejections.take(&signed.asked.consumer, now) else {
            return error;
        };
        let rejection = Rejection {
            id: &TransactionId::generate(now, &*shared.entropy),
            at: now,
            consumer: &signed.asked.consumer,
            service: &signed.asked.service,
            transaction: signed.asked.id.as_ref(),
            content: &signed.content,
            signature: &signed.digest,
            reason,
            approval,
            omitted,
        };
        match shared.store.reject(&rejection.event()).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(reason, "the place of a refusal in the log is taken"),
            // It is refused all the same.
            Err(failure) => {
                let failure = &failure as &dyn std::error::Error;
                tracing::warn!(reason, error = failure, "a refusal is not written down");
            }
        }
        error
    }
}

/// Why the house refuses a request, in one word, and what is the matter with its approval. `None` for what is no decision of
/// the house, or is written down elsewhere.
fn reason(error: &TransactError) -> Option<(&'static str, Option<&'static str>)> {
    Some(match error {
        TransactError::Conflict => ("conflict", None),
        TransactError::Limited { .. } => ("rate_limited", None),
        TransactError::AgentNotFound(_) => ("provider_not_found", None),
        TransactError::ServiceNotFound(_) => ("service_not_found", None),
        TransactError::ApprovalRequired { reason, .. } => ("approval_required", Some(*reason)),
        TransactError::Unfilled(_) => ("unfilled", None),
        _ => return None,
    })
}
