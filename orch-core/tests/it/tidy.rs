//! House laws that a machine can see, kept over the text of the whole workspace.
//!
//! A law is a function from text to the faults it finds. Beside each stands a test that plants a fault, so that no law
//! passes because it looks at nothing. Where this crate is unpacked without its workspace, there is nothing to look at
//! and every law holds.

mod manifests;
mod ports;
mod source;
mod supplies;
mod tree;
mod workspace;

/// Fails with every fault at once, so that one run shows all that is to mend.
#[track_caller]
fn keep(law: &str, faults: impl IntoIterator<Item = String>) {
    let faults: Vec<_> = faults.into_iter().collect();
    assert!(faults.is_empty(), "{law}; at fault:\n  {}\n", faults.join("\n  "));
}
