use std::fmt;

use async_trait::async_trait;

use crate::{Party, PartyId};

/// Knows agents that are registered elsewhere: a port.
#[async_trait]
pub trait PartySource: fmt::Debug + Send + Sync + 'static {
    /// The agent of that id as it is known there, whatever became of it; `None` if it is not.
    async fn find(&self, id: &PartyId) -> Result<Option<Party>, DirectoryAway>;
}

/// The directory elsewhere cannot be asked now, so that nothing is certain of whom it may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the directory elsewhere cannot be asked")]
pub struct DirectoryAway;
