#![doc = include_str!("../README.md")]

#[cfg(feature = "http")]
pub mod http;
pub mod sql;

pub use sql::{ConnectError, Durability, Options, SqlStore};
