//! The test: signed transactions outlive every kill, and servers with a mistake are found out.

use crate::{Fallible, compare::Violation, mutants::Mutant, table, trial::Trial};

/// So often a mutant is killed at most before it must have given itself away.
const KILLS_OF_A_MUTANT: u32 = 40;

/// So many kills are certain to hit a transaction that was sent and not written down as answered.
const ENOUGH_KILLS: u32 = 20;

/// Kills a server so often, then those with a mistake, and prints what came of it.
pub(crate) fn run(n_kills: u32) -> Fallible<()> {
    let mut trial = Trial::alone(None, n_kills.into())?;
    let mut n_pending = 0;
    for _ in 0..n_kills {
        let comparison = trial.kill()?;
        n_pending += comparison.n_pending;
        trial.acquit(&comparison)?;
    }
    let last = trial.rest()?;
    trial.acquit(&last)?;
    println!("{}", table::of_kills(n_kills, n_pending, &last, trial.took()));
    if n_kills >= ENOUGH_KILLS && last.n_unknown.min(last.n_repeated) == 0 {
        return Err("no kill hit a transaction that was sent, or nothing was asked for again".into());
    }
    println!("{}", table::heading_of_mutants());
    for mutant in Mutant::ALL {
        let (n_kills, violation) = expose(mutant)?;
        println!("{}", table::of_mutant(mutant, n_kills, &violation));
    }
    Ok(())
}

/// Kills a mutant until it is found out: after how many kills, and by what.
fn expose(mutant: Mutant) -> Fallible<(u32, Violation)> {
    let mut trial = Trial::alone(Some(mutant), 0)?;
    for n_kills in 1..=KILLS_OF_A_MUTANT {
        let mut violations = trial.kill()?.violations.into_iter();
        let given_away = violations.find(|violation| violation.law == mutant.breaks());
        if let Some(violation) = given_away {
            return Ok((n_kills, violation));
        }
    }
    Err(format!("nobody noticed {} in {KILLS_OF_A_MUTANT} kills", mutant.name()).into())
}
