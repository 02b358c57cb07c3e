//! The directory: who signs, and who offers what.

pub(super) mod agents;
pub(super) mod register;
pub(super) mod search;
pub(super) mod services;
