//! Doubles for tests: a model that says what it is told to.

mod scripted_provider;

pub use scripted_provider::{ScriptedProvider, Turn};
