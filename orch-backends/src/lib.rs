#![doc = include_str!("../README.md")]

pub mod sql;

pub use sql::{ConnectError, Durability, Options, SqlStore};
