//! Everything this package promises, tested from outside.

mod agents;
mod approvals;
mod calls;
mod cli;
mod command;
mod custom_store;
mod directory;
mod goals;
mod model;
mod otlp;
mod outside;
mod registry;
mod serve;
