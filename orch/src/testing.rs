//! A whole orchestrator in memory for the unit tests of a host: its clock stands still until it is told to go on, its ids
//! are the same every time, and its agents do as they are told.
//!
//! ```
//! use orch::{testing::{self, Script}, Plan, RunStatus};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), orch::planner::InvalidPlan> {
//! let test = testing::orchestrator()
//!     .script("translator/translate", Script::answer(json!("hallo")))
//!     .price("translator", "0.5 ALGO")
//!     .credits("acme", "10 ALGO")
//!     .build()
//!     .await;
//! let plan = Plan::from_value(json!({ "steps": [
//!     { "id": "a", "agent": "translator", "task": "translate", "arguments": { "text": "hello" } },
//! ] }))?;
//! let run = test.run_to_end("acme", plan).await;
//! assert_eq!(run.status(), RunStatus::Completed);
//! assert_eq!(run.output(), Some(&json!({ "a": "hallo" })));
//! assert_eq!(test.available("acme").await, testing::amount("9.5 ALGO"));
//! assert_eq!(test.calls()[0].arguments, json!({ "text": "hello" }));
//! # Ok(())
//! # }
//! ```
//!
//! What waits for time, such as a [`Script::after`] or a run's timeout, waits for
//! [`clock.advance`](crate::ManualClock::advance). A run whose agents answer at once needs none.

#![expect(clippy::expect_used, reason = "a test cannot go on without its house")]

mod agents;
mod builder;
mod test_orchestrator;

use orch_core::Amount;

pub use builder::TestBuilder;
pub use orch_a2a::testing::{Script, ScriptedGate, SentCall};
pub use test_orchestrator::TestOrchestrator;

/// Begins an orchestrator for a test.
pub fn orchestrator() -> TestBuilder {
    TestBuilder::default()
}

/// An amount as one writes it: `0.25 ALGO`.
///
/// # Panics
/// The text is none.
pub fn amount(text: &str) -> Amount {
    text.parse().expect("an amount such as 0.25 ALGO")
}
