//! Everything this package promises, tested from outside.

mod agents;
mod cli;
mod command;
mod custom_store;
mod goals;
