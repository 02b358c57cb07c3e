//! The laws of the ledger, on the reference and on stores that break them, and the ledger beside a model.
#![cfg(test)]

mod billing;
mod broken;
mod in_memory;
mod model;
mod scripts;
