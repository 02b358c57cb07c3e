use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use orch_core::{AccountId, InvocationId, Timestamp};

use crate::{Call, Cancel, Progress, ProgressSink};

/// What a function may know of its call, and what it may say before it answers.
#[derive(Clone, Debug)]
pub struct Context(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    invocation: InvocationId,
    account: AccountId,
    deadline: Timestamp,
    idempotency_key: String,
    progress: ProgressSink,
    stop: Cancel,
    units: AtomicU64,
}

/// Stands for "it did not say"; nothing costs that many units.
const UNSAID: u64 = u64::MAX;

impl Context {
    pub(super) fn new(call: &mut Call, progress: ProgressSink) -> Self {
        Self(Arc::new(Shared {
            invocation: call.invocation,
            account: call.account.clone(),
            deadline: call.deadline,
            idempotency_key: std::mem::take(&mut call.idempotency_key),
            progress,
            stop: call.stop.clone(),
            units: AtomicU64::new(UNSAID),
        }))
    }

    /// The call.
    pub fn invocation(&self) -> InvocationId {
        self.0.invocation
    }

    /// Who asks and pays.
    pub fn account(&self) -> &AccountId {
        &self.0.account
    }

    /// When the answer must be there.
    pub fn deadline(&self) -> Timestamp {
        self.0.deadline
    }

    /// The same for every sending of this invocation. What must not happen twice is done under this key.
    pub fn idempotency_key(&self) -> &str {
        &self.0.idempotency_key
    }

    /// Says what is being done. It never waits; see [`ProgressSink`] for what is kept.
    pub fn report(&self, progress: Progress) {
        self.0.progress.report(progress);
    }

    /// Whether nobody waits for the answer any more. A function that blocks looks here between two pieces of work.
    pub fn is_stopped(&self) -> bool {
        self.0.stop.is_cancelled()
    }

    /// Returns once nobody waits for the answer any more.
    pub async fn stopped(&self) {
        self.0.stop.cancelled().await;
    }

    /// Says for how many units the function worked, where its price counts them; the last word counts.
    pub fn set_units(&self, units: u64) {
        self.0.units.store(units, Ordering::Relaxed);
    }

    pub(super) fn units(&self) -> Option<u64> {
        Some(self.0.units.load(Ordering::Relaxed)).filter(|&units| units != UNSAID)
    }
}
