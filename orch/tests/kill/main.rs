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

mod acknowledgement;
mod agents;
mod arguments;
mod chance;
mod child;
mod compare;
mod effects;
mod host;
mod life;
mod mutants;
mod stored;
mod table;
mod test;
mod trial;
mod workload;

use std::process::ExitCode;

use arguments::Command;

/// What anything here may fail of.
type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    match arguments::parse(std::env::args().skip(1)) {
        Command::Live(life) => life::main(&life),
        Command::List => {
            println!("kill: test");
            ExitCode::SUCCESS
        }
        Command::Nothing => {
            println!("\nrunning 0 tests\n\n{}", table::result(0, 0, 1));
            ExitCode::SUCCESS
        }
        Command::Test { n_kills } => {
            println!("\nrunning 1 test, with {n_kills} kills");
            match test::run(n_kills) {
                Ok(()) => {
                    println!("\ntest kill ... ok\n\n{}", table::result(1, 0, 0));
                    ExitCode::SUCCESS
                }
                Err(failure) => {
                    println!(
                        "\ntest kill ... FAILED\n\n{failure}\n\n{}",
                        table::result(0, 1, 0)
                    );
                    ExitCode::from(101)
                }
            }
        }
    }
}
