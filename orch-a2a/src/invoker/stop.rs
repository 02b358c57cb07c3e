use std::pin::pin;

use futures_util::future::select;
use orch_core::{Caller, Switch, switch::Stop};

use super::Invoker;
use crate::{Invocation, InvokeError};

impl Invoker {
    /// What stops agents, accounts, or everything.
    pub fn switch(&self) -> &Switch {
        &self.0.switch
    }

    /// Refuses what is stopped.
    pub(super) async fn check_switch(
        &self,
        caller: &Caller,
        invocation: &Invocation,
    ) -> Result<(), InvokeError> {
        let stop = self.0.switch.check(caller.account(), Some(invocation.agent));
        match stop.await? {
            None => Ok(()),
            Some(stop) => Err(InvokeError::Stopped { stop, begun: false }),
        }
    }

    /// Returns once the call is stopped: at once where that is done in this process, and else within
    /// [`Switch::FRESH`]. While the store is away nobody hears of it, and the call goes on.
    pub(super) async fn stopped(&self, caller: &Caller, invocation: &Invocation) -> Stop {
        let Self(shared) = self;
        loop {
            select(pin!(shared.switch.turn()), shared.clock.sleep(Switch::FRESH)).await;
            match shared
                .switch
                .check(caller.account(), Some(invocation.agent))
                .await
            {
                Ok(Some(stop)) => return stop,
                Ok(None) => {}
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "nobody knows what is stopped");
                }
            }
        }
    }
}
