//! A program of tests, which lives when it is told to.

use std::process::ExitCode;

use crate::{
    Fallible,
    arguments::{self, Command, Test},
    life, table,
};

/// Lives, lists the tests, or runs those that are wanted, each with how often something is killed in it.
pub(crate) fn main(run: impl Fn(Test, u32) -> Fallible<()>) -> ExitCode {
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
        match run(test, n_kills) {
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
