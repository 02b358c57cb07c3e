use std::{future::Future, pin::pin};

use futures_util::future::{Either, select};
use orch_core::{Clock, Timestamp};

/// What the work yields if it ends by then; `None`, with the work dropped, if it does not.
pub(super) async fn within<W: Future>(clock: &dyn Clock, until: Timestamp, work: W) -> Option<W::Output> {
    match select(pin!(work), clock.sleep_until(until)).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}
