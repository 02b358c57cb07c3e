//! Lives and deaths on one database, and what they left there.

use std::{
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    Fallible,
    chance::Chance,
    child::{Child, Death},
    compare::{self, Comparison, Said},
    files::Files,
    life::Life,
    mutants::Mutant,
    schema,
};

/// Before so many requests of a life it is killed.
const MOST_ASKED: u64 = 56;

/// One database, with all who live and die on it.
#[derive(Debug)]
pub(crate) struct Trial {
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
    /// Over a file that one process serves at a time.
    pub(crate) fn alone(mutant: Option<Mutant>, seed: u64) -> Fallible<Self> {
        let directory = tempfile::tempdir()?;
        let url = format!("sqlite://{}", directory.path().join("orch.db").display());
        Self::over(url, String::new(), directory, mutant, seed)
    }

    /// Over a schema of its own on a server that two processes share.
    pub(crate) fn shared(url: &str, seed: u64) -> Fallible<Self> {
        Self::over(
            url.to_owned(),
            schema::unique_name(),
            tempfile::tempdir()?,
            None,
            seed,
        )
    }

    fn over(
        url: String,
        schema: String,
        directory: TempDir,
        mutant: Option<Mutant>,
        seed: u64,
    ) -> Fallible<Self> {
        let files = Files {
            url,
            schema,
            effects: directory.path().join("effects"),
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
    pub(crate) fn kill(&mut self) -> Fallible<Comparison> {
        let life = self.next_life(false)?;
        let child = Child::spawn(&life)?;
        self.let_work(&child);
        let death = child.kill()?;
        self.compare(vec![death], false)
    }

    /// Begins two lives at once that ask for the same, kills one at a random moment and the other somewhat later, and
    /// compares.
    pub(crate) fn kill_both(&mut self) -> Fallible<Comparison> {
        let life = self.next_life(false)?;
        let (first, second) = (Child::spawn(&life)?, Child::spawn(&life)?);
        self.let_work(&first);
        let first = first.kill()?;
        self.let_work(&second);
        let second = second.kill()?;
        self.compare(vec![first, second], false)
    }

    /// Lets a life ask again for everything, and compares.
    pub(crate) fn rest(&mut self) -> Fallible<Comparison> {
        let life = self.next_life(true)?;
        let death = Child::spawn(&life)?.outlive()?;
        self.compare(vec![death], true)
    }

    /// How long it has taken.
    pub(crate) fn took(&self) -> Duration {
        self.began_at.elapsed()
    }

    /// Removes the schema.
    pub(crate) fn remove(&self) -> Fallible<()> {
        schema::remove(&self.files, &self.runtime)
    }

    /// Waits a random while: however fast the machine is, none to many were asked for by then.
    fn let_work(&mut self, child: &Child) {
        for _ in 0..self.chance.below(MOST_ASKED) {
            child.wait_for_work();
        }
        thread::sleep(self.chance.millis(1..=30));
    }

    fn next_life(&mut self, is_last: bool) -> Fallible<Life> {
        let number = self.n_lives;
        self.n_lives += 1;
        let life = Life {
            files: self.files.clone(),
            number,
            is_last,
            mutant: self.mutant,
        };
        life.ask_again(&self.said.again(is_last))?;
        Ok(life)
    }

    fn compare(&mut self, deaths: Vec<Death>, is_last: bool) -> Fallible<Comparison> {
        let mut failures = Vec::new();
        for death in deaths {
            for acknowledgement in death.said {
                self.said.add(acknowledgement);
            }
            failures.extend(death.failure);
        }
        let comparison = compare::compare(&self.files, &self.said, is_last);
        let mut comparison = self.runtime.block_on(comparison)?;
        for failure in failures {
            comparison.require(false, "a life lasts until it is killed or done", || failure);
        }
        Ok(comparison)
    }

    /// Fails where something must not be, and leaves the files where one can look into them.
    pub(crate) fn acquit(&mut self, comparison: &Comparison) -> Fallible<()> {
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
