//! Rate limits as plain values: they are told the time and answer in whole milliseconds.

mod bucket;
mod window;

pub use bucket::TokenBucket;
pub use window::SlidingWindow;

#[cfg(test)]
mod tests;
