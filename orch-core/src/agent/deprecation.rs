use serde::{Deserialize, Serialize};

use super::Version;
use crate::Timestamp;

/// The advice to use another version. What is deprecated still answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deprecation {
    /// The version that it is about.
    pub version: Version,
    /// Why, and what to use instead.
    pub message: String,
    /// When it may stop answering, if that is known.
    #[serde(default)]
    pub sunset: Option<Timestamp>,
}
