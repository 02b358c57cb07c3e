//! The surfaces through their real routers.
#![cfg(test)]

mod a2a;
mod approvals;
mod house;
mod market;
mod mounts;
