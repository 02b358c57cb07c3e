#[cfg(any(test, feature = "testing"))]
pub mod conformance;
#[cfg(feature = "memory")]
pub(crate) mod in_memory;

use std::fmt;

use async_trait::async_trait;

use super::{Stop, Stoppable};
use crate::StoreError;

/// Keeps what is stopped. Each method is one atomic unit of work.
#[async_trait]
pub trait SwitchStore: fmt::Debug + Send + Sync + 'static {
    /// Stops something, or says anew why it is stopped. `false`, and nothing is written, if it is not stopped yet and as
    /// many things as `most` are.
    async fn stop(&self, stop: &Stop, most: u32) -> Result<bool, StoreError>;

    /// Starts something again; `false` if it was not stopped.
    async fn start(&self, what: &Stoppable) -> Result<bool, StoreError>;

    /// All that is stopped, in the order of what it is.
    async fn list(&self) -> Result<Vec<Stop>, StoreError>;
}
