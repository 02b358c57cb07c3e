//! Five small real agents, so that a first run has someone to hire.
//!
//! Each is one typed function: its `Input` and `Output` carry the JSON Schema that a planner reads to rank tasks and
//! to fill in arguments. They are deterministic, bounded in what they take and give, and panic on no input. What they
//! know of language is English.

mod enrolled;
mod error;
pub mod keywords;
pub mod sentiment;
pub mod statistics;
pub mod summary;
pub mod table;
mod terms;
mod text;

pub use enrolled::all;
pub use error::AgentError;
pub use text::MAX_TEXT_BYTES;
