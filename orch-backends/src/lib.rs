#![doc = include_str!("../README.md")]

mod files;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "process")]
pub mod process;
pub mod sql;
#[cfg(any(feature = "http", feature = "postgres-tls"))]
mod tls;
#[cfg(any(feature = "http", feature = "process"))]
mod wire;

pub use files::RegistryFiles;
pub use sql::{ConnectError, Durability, Options, SqlStore};
