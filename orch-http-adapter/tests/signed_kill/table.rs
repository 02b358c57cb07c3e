//! What is printed: how much was asked between how many kills, and what gave the mutants away.

use std::time::Duration;

use crate::{
    compare::{Comparison, Violation},
    mutants::Mutant,
};

pub(crate) fn of_kills(n_kills: u32, n_pending: usize, last: &Comparison, took: Duration) -> String {
    let columns = [
        ("kills", n_kills.to_string()),
        ("executed", last.n_effects.to_string()),
        ("answered", last.n_answers.to_string()),
        ("repeated", last.n_repeated.to_string()),
        ("pending", n_pending.to_string()),
        ("unknown", last.n_unknown.to_string()),
        ("sealed", last.n_sealed.to_string()),
        ("seconds", format!("{:.1}", took.as_secs_f64())),
    ];
    let (mut names, mut values) = (String::new(), String::new());
    for (name, value) in columns {
        let width = name.len().max(value.len()) + 2;
        names += &format!("{name:>width$}");
        values += &format!("{value:>width$}");
    }
    format!("\n{names}\n{values}\n")
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
