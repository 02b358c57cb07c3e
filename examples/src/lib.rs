#![doc = include_str!("../README.md")]

pub mod agents;
pub mod cli;
pub mod one_connection;

/// The README of the workspace, whose host is compiled and run like any other test. It stands here because a published
/// crate cannot read a file beside itself.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
