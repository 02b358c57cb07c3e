//! The corridor, walked on in-memory ports with a clock that stands still.

mod ends;
mod failures;
pub(crate) mod house;
mod money;
mod progress;
mod races;
mod replays;
mod retries;
mod schemas;
mod stops;
