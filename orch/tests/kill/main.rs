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
mod replicas;
mod stored;
mod table;
mod test;
mod trial;
mod workload;

use std::process::ExitCode;

use arguments::{Command, Test};

/// What anything here may fail of.
type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let tests = match arguments::parse(std::env::args().skip(1)) {
        Command::Live(life) => return life::main(&life),
        Command::List(tests) => {
            tests.iter().for_each(|test| println!("{}: test", test.name()));
            return ExitCode::SUCCESS;
        }
        Command::Test(tests) => tests,
    };
    println!("\nrunning {} tests", tests.len());
    let (mut n_passed, mut n_failed) = (0, 0);
    for (test, n_kills) in tests {
        let outcome = match test {
            Test::Kill => test::run(n_kills),
            Test::Replicas => replicas::run(n_kills),
            Test::Outages => outages::run(n_kills),
        };
        match outcome {
            Ok(()) => {
                println!("\ntest {} ... ok", test.name());
                n_passed += 1;
            }
            Err(failure) => {
                println!("\ntest {} ... FAILED\n\n{failure}", test.name());
                let mut cause = failure.source();
                while let Some(error) = cause {
                    println!("because: {error}");
                    cause = error.source();
                }
                n_failed += 1;
            }
        }
    }
    println!("\n{}", table::result(n_passed, n_failed));
    if n_failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(101)
    }
}
