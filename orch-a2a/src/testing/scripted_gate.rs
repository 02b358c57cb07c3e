use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use orch_core::{Amount, Caller, InvocationId, StoreError};

use crate::{Gate, Invocation, Passage};

/// A gate that says of each task what it was last told to say, and is open for all others.
#[derive(Debug, Default)]
pub struct ScriptedGate(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    passages: HashMap<String, Passage>,
    checks: Vec<(InvocationId, Amount)>,
    /// Whether the next check fails.
    fails: bool,
}

impl ScriptedGate {
    /// From now on, says this of invocations of a task.
    pub fn set(&self, task: &str, passage: Passage) {
        self.state().passages.insert(task.to_owned(), passage);
    }

    /// The next time that it is asked, it fails as one whose store is away.
    pub fn fail_next(&self) {
        self.state().fails = true;
    }

    /// What it was asked about, with the price, in order.
    pub fn checks(&self) -> Vec<(InvocationId, Amount)> {
        self.state().checks.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Gate for ScriptedGate {
    async fn check(
        &self,
        _caller: &Caller,
        invocation: &Invocation,
        price: Amount,
    ) -> Result<Passage, StoreError> {
        let mut state = self.state();
        state.checks.push((invocation.id, price));
        if std::mem::take(&mut state.fails) {
            return Err(StoreError::Unavailable("the gate is away".into()));
        }
        let passage = state.passages.get(&invocation.task);
        Ok(passage.cloned().unwrap_or(Passage::Open))
    }
}
