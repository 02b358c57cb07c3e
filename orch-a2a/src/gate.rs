//! Where a call may have to wait for a human.

mod approval_gate;
mod rule;

use std::fmt;

use async_trait::async_trait;
use orch_core::{Amount, ApprovalId, Caller, StoreError};

pub use approval_gate::ApprovalGate;
pub use rule::ApprovalRule;

use crate::Invocation;

/// Says whether an invocation may be sent. Asked after its price is held and before it is sent.
#[async_trait]
pub trait Gate: fmt::Debug + Send + Sync + 'static {
    /// Whether the caller may send this now, which costs `price` at most.
    ///
    /// It may be asked again about the same invocation, after a decision or a crash, and must then neither ask a human
    /// twice nor forget what they said.
    async fn check(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        price: Amount,
    ) -> Result<Passage, StoreError>;
}

/// What a [`Gate`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    /// Send it.
    Open,
    /// A human is asked.
    Waiting(ApprovalId),
    /// It is not sent.
    Denied {
        /// Why, for the caller to read.
        reason: String,
    },
}

/// A gate that is always open.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenGate;

#[async_trait]
impl Gate for OpenGate {
    async fn check(
        &self,
        _caller: &Caller,
        _invocation: &Invocation,
        _price: Amount,
    ) -> Result<Passage, StoreError> {
        Ok(Passage::Open)
    }
}
