//! Kills a server in the middle of signed transactions, at random moments, again and again. Then compares what its answers
//! said with what they say when they are asked for again, with what its database says, and with what the provider did outside
//! of it: nothing is executed twice, and no approval lets two through.
//!
//! The processes are this same program, which runs itself as their [`life`]. Servers that are wrong on purpose are killed as
//! well, and must be found out.
//!
//! ```text
//! cargo test --package orch-http-adapter --test signed_kill                  20 kills
//! cargo test --package orch-http-adapter --test signed_kill -- --kills 100   more of them
//! ```
#![expect(dead_code, reason = "rooms that are shared with a test of more kinds")]

mod acknowledgement;
#[path = "../../../orch/tests/kill/arguments.rs"]
mod arguments;
#[path = "../../../orch/tests/kill/chance.rs"]
mod chance;
#[path = "../../../orch/tests/kill/child.rs"]
mod child;
mod compare;
#[path = "../../../orch/tests/kill/files.rs"]
mod files;
mod house;
mod life;
mod mutants;
#[path = "../../../orch/tests/kill/program.rs"]
mod program;
mod provider;
mod table;
mod test;
mod workload;

use std::process::ExitCode;

use arguments::Test;

/// What anything here may fail of.
type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The tests of this program.
const TESTS: &[Test] = &[Test::Kill];

fn main() -> ExitCode {
    program::main(|_, n_kills| test::run(n_kills))
}
