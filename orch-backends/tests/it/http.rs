//! The guarded client against servers that behave as they like.
#![cfg(test)] // so that the lints know the functions between the tests for parts of tests

mod bounds;
mod directory;
mod exchange;
mod faults;
mod guard;
mod llm;
mod redirects;
mod relay;
pub(crate) mod server;
mod tls;

use std::sync::Arc;

use orch_backends::http::{GuardedClient, HttpOptions, Network};
use orch_core::ManualClock;

/// A client that may call this machine, and the clock by which it waits.
fn local(options: HttpOptions) -> (GuardedClient, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let options = HttpOptions {
        network: Network::Private,
        ..options
    };
    (GuardedClient::new(options, clock.clone()).unwrap(), clock)
}
