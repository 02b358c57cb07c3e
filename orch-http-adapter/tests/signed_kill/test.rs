//! The test: signed transactions outlive every kill, and servers with a mistake are found out.

use std::{thread, time::Instant};

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    Fallible,
    chance::Chance,
    child::{Child, Death},
    compare::{self, Comparison, Said, Violation},
    files::Files,
    life::Life,
    mutants::Mutant,
    table,
};

/// So often a mutant is killed at most before it must have given itself away.
const KILLS_OF_A_MUTANT: u32 = 40;

/// Before so many requests of a life it is killed.
const MOST_ASKED: u64 = 56;

/// So many kills are certain to hit a transaction that was sent and not written down as answered.
const ENOUGH_KILLS: u32 = 20;

/// Kills a server so often, then those with a mistake, and prints what came of it.
pub(crate) fn run(n_kills: u32) -> Fallible<()> {
    let mut trial = Trial::new(None, n_kills.into())?;
    let mut n_pending = 0;
    for _ in 0..n_kills {
        let comparison = trial.kill()?;
        n_pending += comparison.n_pending;
        trial.acquit(&comparison)?;
    }
    let last = trial.rest()?;
    trial.acquit(&last)?;
    println!(
        "{}",
        table::of_kills(n_kills, n_pending, &last, trial.began_at.elapsed())
    );
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
    let mut trial = Trial::new(Some(mutant), 0)?;
    for n_kills in 1..=KILLS_OF_A_MUTANT {
        let mut violations = trial.kill()?.violations.into_iter();
        let given_away = violations.find(|violation| violation.law == mutant.breaks());
        if let Some(violation) = given_away {
            return Ok((n_kills, violation));
        }
    }
    Err(format!("nobody noticed {} in {KILLS_OF_A_MUTANT} kills", mutant.name()).into())
}

/// One database, with all who live and die on it.
#[derive(Debug)]
struct Trial {
    directory: TempDir,
    files: Files,
    mutant: Option<Mutant>,
    chance: Chance,
    runtime: Runtime,
    n_lives: u32,
    said: Said,
    began_at: Instant,
}

impl Trial {
    fn new(mutant: Option<Mutant>, seed: u64) -> Fallible<Self> {
        let directory = tempfile::tempdir()?;
        let [database, effects] = ["orch.db", "effects"].map(|name| directory.path().join(name));
        let files = Files {
            url: format!("sqlite://{}", database.display()),
            schema: String::new(),
            effects,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            directory,
            files,
            mutant,
            chance: Chance::new(seed),
            runtime,
            n_lives: 0,
            said: Said::default(),
            began_at: Instant::now(),
        })
    }

    /// Begins a life, kills it at a random moment, and compares.
    fn kill(&mut self) -> Fallible<Comparison> {
        let child = self.begin(false)?;
        // However fast the machine is, it has asked for none to many by then.
        for _ in 0..self.chance.below(MOST_ASKED) {
            child.wait_for_work();
        }
        thread::sleep(self.chance.millis(1..=30));
        let death = child.kill()?;
        self.compare(death, false)
    }

    /// Lets a life ask again for everything, and compares.
    fn rest(&mut self) -> Fallible<Comparison> {
        let death = self.begin(true)?.outlive()?;
        self.compare(death, true)
    }

    fn begin(&mut self, is_last: bool) -> Fallible<Child> {
        let number = self.n_lives;
        self.n_lives += 1;
        let life = Life {
            files: self.files.clone(),
            number,
            is_last,
            mutant: self.mutant,
        };
        life.ask_again(&self.said.again(is_last))?;
        Child::spawn(&life)
    }

    fn compare(&mut self, death: Death, is_last: bool) -> Fallible<Comparison> {
        for acknowledgement in death.said {
            self.said.add(acknowledgement);
        }
        let comparison = compare::compare(&self.files, &self.said, is_last);
        let mut comparison = self.runtime.block_on(comparison)?;
        if let Some(failure) = death.failure {
            comparison.require(false, "a life lasts until it is killed or done", || failure);
        }
        Ok(comparison)
    }

    /// Fails where something must not be, and leaves the files where one can look into them.
    fn acquit(&mut self, comparison: &Comparison) -> Fallible<()> {
        const SHOWN: usize = 20;
        let violations = &comparison.violations;
        if violations.is_empty() {
            return Ok(());
        }
        self.directory.disable_cleanup(true);
        let shown: String = violations
            .iter()
            .take(SHOWN)
            .map(|violation| format!("\n  {violation}"))
            .collect();
        let (n_violations, place) = (violations.len(), self.directory.path().display());
        Err(format!("{n_violations} violations, to be looked into at {place}:{shown}").into())
    }
}
