#![doc = include_str!("../README.md")]

pub mod approval;
pub mod approvals;
mod error;
pub mod store;

pub use approval::{
    Action, Approval, ApprovalRequest, Approvers, Ballot, Change, Decision, JsonText, OnExpiry, Party,
    Policy, Question, Refusal, Status, Vote,
};
pub use approvals::{ApprovalOptions, Approvals, Asked, Consumption};
pub use error::ApprovalError;
pub use store::{ApprovalStore, Cursor, Filter, InMemoryApprovals, Listed};
