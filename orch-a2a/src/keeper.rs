//! Whoever stands behind an invocation, and stores its answer before it is paid.

use std::fmt;

use async_trait::async_trait;
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

    /// Hears what the agent says while it works. Called between two steps of the call, so it must not block.
    fn progressed(&self, progress: Progress);
}

/// What a keeper did with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is stored and counts: pay it.
    Accepted,
    /// It came after the end: it is recorded, and not paid.
    Late,
    /// The invocation belongs to another keeper now: touch no money.
    Lost,
}
