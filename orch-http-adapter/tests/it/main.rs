//! The surfaces through their real routers.
#![cfg(test)]

mod house;
mod market;
mod mounts;
