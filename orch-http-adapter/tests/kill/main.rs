//! Kills a server in the middle of its requests, at random moments, again and again, while many clients ask it. Then
//! compares, exactly, what its database says with what its answers acknowledged, and with what its agents did.
//!
//! Everything but the way in is that of the kill test of `orch`: its lives, its workload, its agents, its comparison and its
//! mutants. A goal names a run of that workload, and a planner looks the plan up.
//!
//! ```text
//! cargo test --package orch-http-adapter --test kill                   20 kills
//! cargo test --package orch-http-adapter --test kill -- --kills 100    more of them
//! ```
#![expect(dead_code, reason = "rooms that are shared with a test of more kinds")]

#[path = "../../../orch/tests/kill/acknowledgement.rs"]
mod acknowledgement;
#[path = "../../../orch/tests/kill/agents.rs"]
mod agents;
#[path = "../../../orch/tests/kill/arguments.rs"]
mod arguments;
#[path = "../../../orch/tests/kill/chance.rs"]
mod chance;
#[path = "../../../orch/tests/kill/child.rs"]
mod child;
mod client;
mod clients;
#[path = "../../../orch/tests/kill/compare.rs"]
mod compare;
mod door;
#[path = "../../../orch/tests/kill/effects.rs"]
mod effects;
#[path = "../../../orch/tests/kill/files.rs"]
mod files;
#[path = "../../../orch/tests/kill/host.rs"]
mod host;
#[path = "../../../orch/tests/kill/life.rs"]
mod life;
#[path = "../../../orch/tests/kill/mutants.rs"]
mod mutants;
#[path = "../../../orch/tests/kill/program.rs"]
mod program;
#[path = "../../../orch/tests/kill/stored.rs"]
mod stored;
#[path = "../../../orch/tests/kill/table.rs"]
mod table;
mod test;
#[path = "../../../orch/tests/kill/trial.rs"]
mod trial;
mod work;
#[path = "../../../orch/tests/kill/workload.rs"]
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
