//! Kills a process in the middle of its runs, at random moments, again and again. Then compares, exactly, what its
//! database says with what it had acknowledged, and with what its agents did outside of the database.
//!
//! The processes are this same program, which runs itself as their [`life`]. Deliberate [`mutants`] of the orchestrator
//! are killed as well, and must be found out: a comparison that finds nothing in them would find nothing at all.
//!
//! ```text
//! cargo test --package orch --test kill                    20 kills
//! cargo test --package orch --test kill -- --kills 5000    more of them
//! ```
//!
//! The second test kills and pauses one of two processes over one PostgreSQL, where `ORCH_TEST_POSTGRES` names a server:
//!
//! ```text
//! cargo test --package orch --test kill -- replicas --replica-kills 60
//! ```
//!
//! The third takes a server of its own away and brings it back:
//!
//! ```text
//! cargo test --package orch --test kill -- outages --outages 6
//! ```

mod acknowledgement;
mod agents;
mod arguments;
mod chance;
mod child;
mod compare;
mod effects;
mod files;
mod host;
mod life;
mod mutants;
mod outages;
mod program;
mod replicas;
mod stored;
mod table;
mod test;
mod trial;
mod work;
mod workload;

use std::process::ExitCode;

use arguments::Test;

/// What anything here may fail of.
type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The tests of this program.
const TESTS: &[Test] = &[Test::Kill, Test::Replicas, Test::Outages];

fn main() -> ExitCode {
    program::main(|test, n_kills| match test {
        Test::Kill => test::run(n_kills),
        Test::Replicas => replicas::run(n_kills),
        Test::Outages => outages::run(n_kills),
    })
}
