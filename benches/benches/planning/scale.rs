//! The same goals over a hundred thousand tasks.

use std::time::Instant;

use orch_benches::{Latencies, Outcome};

use crate::{
    case::{Case, Field},
    round::{texts, toolbox},
};

/// How many tasks.
const TASKS: usize = 100_000;
/// What other tasks are for, so that each has words of its own beside those that it shares with hundreds.
const DOMAINS: &[&str] = &[
    "alpine", "baroque", "cellar", "delta", "ember", "fjord", "granite", "harvest", "indigo", "juniper",
    "kiln", "lagoon", "marble", "nectar", "orchard", "pewter", "quartz", "ravine", "saffron", "timber",
    "umber", "velvet", "willow", "yarrow",
];

/// The tasks of the fields, and as many again under other names as make them a hundred thousand.
pub(crate) fn many(fields: &[Field]) -> Vec<String> {
    let own: Vec<String> = fields.iter().flat_map(texts).collect();
    let mut tasks = own.clone();
    let mut at = 0;
    while tasks.len() < TASKS {
        let (task, turn) = (&own[at % own.len()], at / own.len());
        let (first, second) = (
            DOMAINS[turn % DOMAINS.len()],
            DOMAINS[(turn / DOMAINS.len()) % DOMAINS.len()],
        );
        let named = task.replacen(
            "\"name\": \"",
            &format!("\"name\": \"{first}_{second}_{turn}_"),
            1,
        );
        tasks.push(named.replacen(
            "\"description\": \"",
            &format!("\"description\": \"For the {first} {second}: "),
            1,
        ));
        at += 1;
    }
    tasks
}

/// Plans every goal once over that many tasks; prints how long that takes and what the index keeps in memory.
pub(crate) fn scale(fields: &[Field]) -> Outcome<()> {
    let tasks = many(fields);
    let before = resident();
    let started = Instant::now();
    let toolbox = toolbox(&tasks)?;
    let built = started.elapsed();
    let cases: Vec<&Case> = fields.iter().flat_map(|field| &field.cases).collect();
    // The first round reads the tasks that the goals lead to.
    cases.iter().for_each(|case| drop(toolbox.calls(&case.goal)));
    let timed = |case: &&Case| {
        let started = Instant::now();
        drop(toolbox.calls(&case.goal));
        started.elapsed()
    };
    let took = Latencies::from_iter(cases.iter().map(timed).collect::<Vec<_>>());
    println!(
        "{} tasks: read and indexed in {:.1} s, {} MB; {} goals, p50 / p99 {took}",
        tasks.len(),
        built.as_secs_f64(),
        resident().saturating_sub(before) / 1_000_000,
        cases.len(),
    );
    Ok(())
}

/// The memory that this process holds, in bytes; 0 where the system does not tell.
pub(crate) fn resident() -> u64 {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = told.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or_default() * 4096
}
