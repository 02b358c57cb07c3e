#![doc = include_str!("../README.md")]

#[cfg(feature = "market")]
mod body;
#[cfg(feature = "market")]
pub mod market;
pub mod mounts;
mod serve;
mod slashes;
mod surface;

pub use serve::{ServeError, serve};
pub use surface::Surface;
pub use tower_http::cors;
