//! What the program is told: by whoever tests, in the words of Rust's own test programs, or by itself.

use crate::life::Life;

/// The name of the one test here, which filters are compared with.
const TEST: &str = "kill";

/// How often the process is killed unless someone says otherwise: quick enough for every `cargo test`.
const KILLS: u32 = 20;

/// Options of test programs that are followed by a value of theirs.
const WITH_VALUE: [&str; 6] = [
    "--color",
    "--format",
    "--logfile",
    "--shuffle-seed",
    "--test-threads",
    "-Z",
];

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    /// Live until killed.
    Live(Life),
    /// Say which tests there are.
    List,
    /// Another test is wanted than this one.
    Nothing,
    /// Kill so often.
    Test { n_kills: u32 },
}

/// Reads the arguments; those that mean nothing here are ignored, as every test program is given the same.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Command {
    let mut arguments = arguments.peekable();
    if arguments.next_if(|first| first == Life::COMMAND).is_some() {
        return Life::parse(arguments).map_or(Command::Nothing, Command::Live);
    }
    let (mut n_kills, mut lists) = (KILLS, false);
    let (mut filters, mut skipped): (Vec<String>, Vec<String>) = Default::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => lists = true,
            "--kills" => {
                let count = arguments.next().and_then(|count| count.parse().ok());
                n_kills = count.unwrap_or(n_kills);
            }
            "--skip" => skipped.extend(arguments.next()),
            option if WITH_VALUE.contains(&option) => drop(arguments.next()),
            option if option.starts_with('-') => {}
            _ => filters.push(argument),
        }
    }
    let fits = |filter: &String| TEST.contains(filter.as_str());
    let is_wanted = (filters.is_empty() || filters.iter().any(fits)) && !skipped.iter().any(fits);
    match (is_wanted, lists) {
        (false, _) => Command::Nothing,
        (true, true) => Command::List,
        (true, false) => Command::Test { n_kills },
    }
}
