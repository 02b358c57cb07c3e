//! Kills a server in the middle of signed transactions, at random moments, again and again. Then compares what its answers
//! said with what they say when they are asked for again, with what its database says, and with what the provider did outside
//! of it: nothing is executed twice, and no approval lets two through.
//!
//! The processes are this same program, which runs itself as their [`life`]. Servers that are wrong on purpose are killed as
//! well, and must be found out.
//!
//! The second test has two processes over one PostgreSQL, where `ORCH_TEST_POSTGRES` names a server: both are asked for the
//! same at the same time, and both are killed.
//!
//! ```text
//! cargo test --package orch-http-adapter --test signed_kill                  20 kills, and 6 of both replicas
//! cargo test --package orch-http-adapter --test signed_kill -- --kills 100   more of them
//! cargo test --package orch-http-adapter --test signed_kill -- replicas --replica-kills 20
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
mod replicas;
#[path = "../../../orch/tests/kill/replicas/schema.rs"]
mod schema;
mod table;
mod test;
mod trial;
mod workload;

use std::process::ExitCode;

use arguments::Test;

/// What anything here may fail of.
type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The tests of this program.
const TESTS: &[Test] = &[Test::Kill, Test::Replicas];

fn main() -> ExitCode {
    program::main(|test, n_kills| match test {
        Test::Replicas => replicas::run(n_kills),
        Test::Kill | Test::Outages => test::run(n_kills),
    })
}
