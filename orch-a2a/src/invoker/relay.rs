use std::sync::Arc;

use orch_core::{Caller, catalog::Resolved};

use super::{Invoker, Permit};
use crate::{Cancel, Exchange, Invocation, InvokeError, Keeper, Outcome};

/// A call whose agent the catalog need not know, and whose request is sent as it stands.
#[derive(Clone, Debug)]
pub struct Relayed {
    /// Whom to call, with a task and a price: what the catalog would say.
    pub resolved: Resolved,
    /// What to send.
    pub exchange: Arc<Exchange>,
    /// A place among the calls of the agent.
    pub permit: Permit,
}

impl Invoker {
    /// Calls an agent as [`invoke`](Self::invoke) does, through the same corridor, with a request that is sent once and as it
    /// stands. Where the price is nothing, nothing is held, paid or metered: what the keeper keeps is the record of the call.
    ///
    /// # Errors
    /// As for [`invoke`](Self::invoke).
    pub async fn relay(
        &self,
        caller: &Caller,
        invocation: &Invocation,
        relayed: &Relayed,
        keeper: &dyn Keeper,
        cancel: &Cancel,
    ) -> Result<Outcome, InvokeError> {
        self.call(caller, invocation, Some(relayed), None, keeper, cancel)
            .await
    }
}
