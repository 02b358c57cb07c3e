//! A run that is one call and nothing else.

use orch_core::{Entropy, InvocationId, Timestamp};

use super::{Orchestration, Planned};

impl Planned {
    /// Whether there is nothing to it but one call that costs something: no step can be added, go elsewhere or be followed by
    /// an answer that is written.
    pub(crate) fn comes_to_one_call(&self) -> bool {
        self.plan.steps().len() == 1
            && !self.plan.price().is_zero()
            && self.synthesis.is_none()
            && self.fallback.is_none()
            && self.replan.is_none()
    }
}

impl Orchestration {
    /// The call of a run that is one call and nothing else. It bears the run's own UUID, so that the hold of the call and that
    /// of the run are the same. [`None`] of a run that holds the price of its plan around those of its steps.
    ///
    /// Where this call turns out never to have been sent, and what was held for it went back, the step is started as another
    /// call, with a hold of its own.
    pub fn own_call(&self) -> Option<InvocationId> {
        let is_one_call = self.planned.is_one_call;
        is_one_call.then(|| InvocationId::from_uuid(self.id.uuid()))
    }

    /// What the first call of a step is to be.
    pub(crate) fn first_call(&self, now: Timestamp, entropy: &dyn Entropy) -> InvocationId {
        self.own_call()
            .unwrap_or_else(|| InvocationId::generate(now, entropy))
    }

    /// Whether the price of a step is held beside the run's hold and not within it: that of a free step, and that of a run
    /// which is one call.
    pub fn is_held_apart(&self, index: usize) -> bool {
        self.planned.is_one_call || self.plan().steps()[index].price.is_zero()
    }
}
