//! Refusals that undo their unit: as the error that rolls it back, turned into data again outside.

use futures_util::future::BoxFuture;
use orch_billing::{Refusal, Settled};
use orch_core::StoreError;

use crate::sql::{SqlStore, Tx};

/// How often a unit is tried that finds itself refused by what is no longer so.
const MAX_TRIES: u32 = 16;

/// Why a unit was undone.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Undone {
    /// It was refused.
    #[error("the ledger refused it: {0:?}")]
    Refused(Refusal),
    /// A conditional write found no row, and then the reason was gone: another unit came between.
    #[error("another change came between")]
    Raced,
}

/// Undoes the unit and refuses what was asked.
pub(super) fn refuse(refusal: Refusal) -> StoreError {
    StoreError::Broken(Box::new(Undone::Refused(refusal)))
}

/// Undoes the unit, to be tried again.
pub(super) fn raced() -> StoreError {
    StoreError::Broken(Box::new(Undone::Raced))
}

/// Undoes the unit: as `allowed` says why, or to be tried again when nothing stands against it any more.
pub(super) fn explain<T>(allowed: Settled<T>) -> StoreError {
    allowed.map_or_else(refuse, |_| raced())
}

/// Runs a unit that may be refused.
pub(in crate::sql) async fn settle<I, T, F>(
    store: &SqlStore,
    input: &I,
    unit: F,
) -> Result<Settled<T>, StoreError>
where
    I: Clone + Send + Sync + 'static,
    T: Send + 'static,
    F: for<'t> Fn(&'t mut dyn Tx, &'t I) -> BoxFuture<'t, Result<T, StoreError>>
        + Copy
        + Send
        + Sync
        + 'static,
{
    for _ in 0..MAX_TRIES {
        match store.write(input.clone(), unit).await {
            Err(StoreError::Broken(cause)) => match cause.downcast().map(|undone| *undone) {
                Ok(Undone::Raced) => {}
                Ok(Undone::Refused(refusal)) => return Ok(Err(refusal)),
                Err(cause) => return Err(StoreError::Broken(cause)),
            },
            outcome => return outcome.map(Ok),
        }
    }
    Err(StoreError::Unavailable(
        "too many changes of the same hold at once".into(),
    ))
}
