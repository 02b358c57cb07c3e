//! What the program is told: by whoever tests, in the words of Rust's own test programs, or by itself.

use crate::life::Life;

/// The tests here, which filters are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    /// A process on a database of its own is killed.
    Kill,
    /// One of two processes on one database is killed, or paused.
    Replicas,
    /// The database is taken away for a while.
    Outages,
}

impl Test {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Replicas => "replicas",
            Self::Outages => "outages",
        }
    }
}

/// How often something is killed unless someone says otherwise: quick enough for every `cargo test`.
const KILLS: u32 = 20;
const REPLICA_KILLS: u32 = 6;
const OUTAGES: u32 = 2;

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
    /// Say that these are there.
    List(Vec<Test>),
    /// Kill so often in each test.
    Test(Vec<(Test, u32)>),
}

/// Reads the arguments; those that mean nothing here are ignored, as every test program is given the same.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Command {
    let mut arguments = arguments.peekable();
    if arguments.next_if(|first| first == Life::COMMAND).is_some() {
        return Life::parse(arguments).map_or(Command::Test(Vec::new()), Command::Live);
    }
    let (mut n_kills, mut n_replica_kills, mut n_outages) = (KILLS, REPLICA_KILLS, OUTAGES);
    let (mut lists, mut is_exact) = (false, false);
    let (mut filters, mut skipped): (Vec<String>, Vec<String>) = Default::default();
    while let Some(argument) = arguments.next() {
        let count =
            |next: Option<String>, before| next.and_then(|count| count.parse().ok()).unwrap_or(before);
        match argument.as_str() {
            "--list" => lists = true,
            "--exact" => is_exact = true,
            "--kills" => n_kills = count(arguments.next(), n_kills),
            "--replica-kills" => n_replica_kills = count(arguments.next(), n_replica_kills),
            "--outages" => n_outages = count(arguments.next(), n_outages),
            "--skip" => skipped.extend(arguments.next()),
            option if WITH_VALUE.contains(&option) => drop(arguments.next()),
            option if option.starts_with('-') => {}
            _ => filters.push(argument),
        }
    }
    let is_wanted = |test: &Test| {
        let fits = |filter: &String| match is_exact {
            true => test.name() == filter,
            false => test.name().contains(filter.as_str()),
        };
        (filters.is_empty() || filters.iter().any(fits)) && !skipped.iter().any(fits)
    };
    let wanted = crate::TESTS.iter().copied().filter(is_wanted);
    if lists {
        return Command::List(wanted.collect());
    }
    let with_kills = wanted.map(|test| match test {
        Test::Kill => (test, n_kills),
        Test::Replicas => (test, n_replica_kills),
        Test::Outages => (test, n_outages),
    });
    Command::Test(with_kills.collect())
}
