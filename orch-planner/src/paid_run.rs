//! Runs and their money in one unit of work.

pub mod store;
