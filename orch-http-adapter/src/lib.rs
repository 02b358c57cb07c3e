#![doc = include_str!("../README.md")]

#[cfg(feature = "a2a")]
pub mod a2a;
#[cfg(feature = "approvals")]
pub mod approvals;
#[cfg(any(feature = "market", feature = "a2a", feature = "approvals"))]
mod body;
mod document;
#[cfg(any(feature = "market", feature = "a2a"))]
mod exchanging;
#[cfg(feature = "market")]
pub mod market;
pub mod mounts;
mod serve;
mod slashes;
mod surface;

pub use serve::serve;
pub use surface::Surface;
pub use tower_http::cors;
