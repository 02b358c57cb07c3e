#![doc = include_str!("../README.md")]

pub mod agent;
pub mod cpu;
mod latencies;
pub mod message;
mod raw;
mod recorder;
mod script;
mod table;

pub use latencies::{Latencies, median};
pub use raw::Raw;
pub use recorder::Recorder;
pub use script::{Script, Statement, UnitScript, play};
pub use table::Table;

/// Whatever goes wrong in a measurement ends it.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
