use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// A value that a run keeps as well, written without a copy.
#[derive(Clone, Debug)]
pub(super) struct Shared(pub(super) Arc<Value>);

impl Serialize for Shared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
