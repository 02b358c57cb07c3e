//! The test: the orchestrator outlives every kill, and no mutant does.

use crate::{
    Fallible,
    compare::Violation,
    mutants::Mutant,
    table::{self, Tally},
    trial::Trial,
};

/// So often the processes of one database are killed; then another begins, so that none grows too large to be read.
const KILLS_OF_A_DATABASE: u32 = 100;

/// So often a mutant is killed at most before it must have given itself away.
const KILLS_OF_A_MUTANT: u32 = 60;

/// After so many kills of a mutant everything is brought to rest once, as some mistakes show only then.
const KILLS_UNTIL_REST: u32 = 10;

/// So many kills are certain to hit every kind of moment; a test that misses one proves nothing about it.
const ENOUGH_KILLS: u32 = 50;

/// Kills the orchestrator so often, then its mutants, and prints what came of it.
pub(crate) fn run(n_kills: u32) -> Fallible<()> {
    let mut total = Tally::default();
    let mut n_left = n_kills;
    while n_left > 0 {
        let n_now = n_left.min(KILLS_OF_A_DATABASE);
        total.add(&survive(n_now, n_left.into())?);
        n_left -= n_now;
    }
    println!("{}", table::of_kills(&total));
    if n_kills >= ENOUGH_KILLS {
        total.require_hits()?;
    }
    println!("{}", table::heading_of_mutants());
    for mutant in Mutant::ALONE {
        let (n_kills, violation) = expose(mutant)?;
        println!("{}", table::of_mutant(mutant, n_kills, &violation));
    }
    Ok(())
}

/// Kills the orchestrator so often, and brings it to rest.
fn survive(n_kills: u32, seed: u64) -> Fallible<Tally> {
    let mut trial = Trial::new(None, seed)?;
    for _ in 0..n_kills {
        if let Err(violations) = trial.kill()? {
            return Err(accuse(trial, &violations).into());
        }
    }
    match trial.rest()? {
        Ok(()) => Ok(trial.tally().clone()),
        Err(violations) => Err(accuse(trial, &violations).into()),
    }
}

pub(crate) fn accuse(trial: Trial, violations: &[Violation]) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<_> = violations
        .iter()
        .take(SHOWN)
        .map(|violation| format!("\n  {violation}"))
        .collect();
    let (n_violations, place) = (violations.len(), trial.keep());
    format!(
        "{n_violations} violations, to be looked into at {place}:{}",
        shown.concat()
    )
}

/// Kills a mutant until it is found out: after how many kills, and by what.
fn expose(mutant: Mutant) -> Fallible<(u32, Violation)> {
    let mut trial = Trial::new(Some(mutant), 0)?;
    for n_kills in 1..=KILLS_OF_A_MUTANT {
        let mut verdict = trial.kill()?;
        if verdict.is_ok() && n_kills.is_multiple_of(KILLS_UNTIL_REST) {
            verdict = trial.rest()?;
        }
        if let Err(violations) = verdict {
            return violations
                .into_iter()
                .next()
                .map(|first| (n_kills, first))
                .ok_or("nothing is wrong".into());
        }
    }
    Err(format!("nobody noticed {} in {KILLS_OF_A_MUTANT} kills", mutant.name()).into())
}
