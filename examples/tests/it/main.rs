//! Everything this package promises, tested from outside.

mod agents;
mod approvals;
mod calls;
mod cli;
mod command;
mod custom_store;
mod goals;
mod model;
#[cfg(feature = "otlp")]
mod otlp;
mod outside;
mod serve;
