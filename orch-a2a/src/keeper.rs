//! Whoever stands behind an invocation, and stores its answer before it is paid.

use std::fmt;

use async_trait::async_trait;
use orch_billing::Closing;
use orch_core::StoreError;

use crate::{Answer, Progress};

/// Stores the answer of an invocation: a run, a transaction. Money follows what it says.
#[async_trait]
pub trait Keeper: fmt::Debug + Send + Sync {
    /// Stores the answer; returns once it is durable.
    ///
    /// An error means that it is unknown whether the answer is stored. The money then stays as it is, until the keeper
    /// has found out and asks to settle or to abandon.
    async fn keep(&self, answer: &Answer) -> Result<Kept, StoreError>;

    /// Stores the answer together with its payment, in one unit of work: [`Kept::Paid`] then. Who cannot keep both at one
    /// place stores the answer alone, as [`keep`](Self::keep) does.
    async fn keep_paid(&self, answer: &Answer, _payment: &Closing) -> Result<Kept, StoreError> {
        self.keep(answer).await
    }

    /// Hears what the agent says while it works. Called between two steps of the call, so it must not block.
    fn progressed(&self, progress: Progress);
}

/// What a keeper did with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is stored and counts: pay it.
    Accepted,
    /// It is stored and counts, and is paid.
    Paid,
    /// It came after the end: it is recorded, and not paid.
    Late,
    /// The invocation belongs to another keeper now: touch no money.
    Lost,
}
