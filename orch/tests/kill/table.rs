//! What is printed: how much was done between how many kills, and what gave the mutants away.

use std::time::Duration;

use crate::{
    compare::{Comparison, Violation},
    mutants::Mutant,
};

/// What came of many kills.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    n_kills: usize,
    n_runs: usize,
    n_steps: usize,
    n_effects: usize,
    n_captures: usize,
    /// Runs that had not ended at the moments of the kills.
    n_hit: usize,
    /// Steps that were sent, may not be sent again, and were given up.
    n_interrupted: usize,
    /// Steps that were sent again.
    n_resent: usize,
    /// Answers that were kept and not paid at the moments of the kills.
    n_unpaid: usize,
    took: Duration,
}

impl Tally {
    /// Counts a kill, and what it hit.
    pub(crate) fn add_kill(&mut self, comparison: &Comparison) {
        self.n_kills += 1;
        self.n_hit += comparison.n_open;
        self.n_unpaid += comparison.n_unpaid;
    }

    /// Counts what there is at rest.
    pub(crate) fn add_rest(&mut self, comparison: &Comparison, took: Duration) {
        self.n_runs = comparison.n_runs;
        self.n_steps = comparison.n_steps;
        self.n_effects = comparison.n_effects;
        self.n_captures = comparison.n_captures;
        self.n_interrupted = comparison.n_interrupted;
        self.n_resent = comparison.n_resent;
        self.took = took;
    }

    /// Counts what came of another database.
    pub(crate) fn add(&mut self, other: &Self) {
        self.n_kills += other.n_kills;
        self.n_runs += other.n_runs;
        self.n_steps += other.n_steps;
        self.n_effects += other.n_effects;
        self.n_captures += other.n_captures;
        self.n_hit += other.n_hit;
        self.n_interrupted += other.n_interrupted;
        self.n_resent += other.n_resent;
        self.n_unpaid += other.n_unpaid;
        self.took += other.took;
    }

    /// Fails where no step was caught after it was sent.
    pub(crate) fn require_sends(&self) -> Result<(), String> {
        match self.n_interrupted.min(self.n_resent) {
            0 => Err("no step was caught after it was sent".to_owned()),
            _ => Ok(()),
        }
    }

    /// Fails where the kills missed a kind of moment.
    pub(crate) fn require_hits(&self) -> Result<(), String> {
        let hits = [
            ("a run", self.n_hit),
            ("a non-repeatable step", self.n_interrupted),
            ("a repeatable step", self.n_resent),
            ("an answer that was not paid yet", self.n_unpaid),
        ];
        match hits.iter().find(|(_, n_hits)| *n_hits == 0) {
            Some((missed, _)) => Err(format!("none of {} kills hit {missed}", self.n_kills)),
            None => Ok(()),
        }
    }
}

pub(crate) fn of_kills(tally: &Tally) -> String {
    let columns = [
        ("kills", tally.n_kills.to_string()),
        ("runs", tally.n_runs.to_string()),
        ("steps", tally.n_steps.to_string()),
        ("effects", tally.n_effects.to_string()),
        ("captures", tally.n_captures.to_string()),
        ("runs hit", tally.n_hit.to_string()),
        ("interrupted", tally.n_interrupted.to_string()),
        ("resent", tally.n_resent.to_string()),
        ("paid later", tally.n_unpaid.to_string()),
        ("seconds", format!("{:.1}", tally.took.as_secs_f64())),
    ];
    let (mut names, mut values) = (String::new(), String::new());
    for (name, value) in columns {
        let width = name.len().max(value.len()) + 2;
        names += &format!("{name:>width$}");
        values += &format!("{value:>width$}");
    }
    format!("\n{names}\n{values}\n")
}

pub(crate) fn of_outages(tally: &Tally, n_refused: usize) -> String {
    format!(
        "  {n_refused} times something was refused by the name of unavailable; of {} runs with {} steps and {} effects \
         nothing is lost, {} steps were interrupted and {} sent again",
        tally.n_runs, tally.n_steps, tally.n_effects, tally.n_interrupted, tally.n_resent
    )
}

pub(crate) fn heading_of_mutants() -> String {
    format!("  {:<29}  kills  found out", "mutant")
}

pub(crate) fn of_mutant(mutant: Mutant, n_kills: u32, violation: &Violation) -> String {
    const SHOWN: usize = 160;
    let shown: String = violation.to_string().chars().take(SHOWN).collect();
    format!("  {:<29}  {n_kills:>5}  {shown}", mutant.name())
}

/// The last line of a test program.
pub(crate) fn result(n_passed: u32, n_failed: u32) -> String {
    let result = if n_failed == 0 { "ok" } else { "FAILED" };
    let counts = format!("{n_passed} passed; {n_failed} failed; 0 ignored; 0 measured; 0 filtered out");
    format!("test result: {result}. {counts}")
}
