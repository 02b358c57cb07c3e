//! Rate limits as plain values, which are told the time and answer in whole milliseconds, and limits by name that several
//! processes keep together.

mod bucket;
mod budget;
mod count;
mod exchange;
mod limiter;
mod rate;
mod store;
mod window;

pub use bucket::TokenBucket;
pub use budget::{Budget, Steady};
pub use exchange::{Exchange, Exchanged};
pub use limiter::Limiter;
pub use rate::{Rate, Standing};
#[cfg(any(test, feature = "testing"))]
pub use store::conformance;
#[cfg(feature = "memory")]
pub use store::in_memory::InMemoryTallies;
pub use store::{Heard, Tally, TallyStore};
pub use window::SlidingWindow;

#[cfg(test)]
mod tests;
