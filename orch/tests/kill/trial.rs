//! One database, with all who live and die on it.

use std::{thread, time::Instant};

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    Fallible,
    acknowledgement::Acknowledged,
    chance::Chance,
    child::{Child, Death},
    compare::{self, Comparison, Known, Moment, Violation},
    life::{Files, Life, Purpose},
    mutants::Mutant,
    table::Tally,
};

#[derive(Debug)]
pub(crate) struct Trial {
    directory: TempDir,
    files: Files,
    mutant: Option<Mutant>,
    chance: Chance,
    runtime: Runtime,
    n_lives: u32,
    acknowledged: Acknowledged,
    known: Known,
    tally: Tally,
    began_at: Instant,
}

impl Trial {
    pub(crate) fn new(mutant: Option<Mutant>, seed: u64) -> Fallible<Self> {
        let directory = tempfile::tempdir()?;
        let [database, effects] = ["orch.db", "effects"].map(|name| directory.path().join(name));
        Ok(Self {
            directory,
            files: Files { database, effects },
            mutant,
            chance: Chance::new(seed),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()?,
            n_lives: 0,
            acknowledged: Acknowledged::default(),
            known: Known::default(),
            tally: Tally::default(),
            began_at: Instant::now(),
        })
    }

    /// Begins a life, kills it at a random moment, and compares: what must not be is the error.
    pub(crate) fn kill(&mut self) -> Fallible<Result<(), Vec<Violation>>> {
        let child = Child::spawn(&self.next_life(Purpose::Work))?;
        // One life in five may be killed while it begins.
        if self.chance.below(5) > 0 {
            child.wait_for_work();
        }
        thread::sleep(self.chance.millis(1..=120));
        let death = child.kill()?;
        let comparison = self.compare(death, Moment::Killed)?;
        self.tally.add_kill(&comparison);
        Ok(comparison.verdict())
    }

    /// Lets a life bring everything to its end, and compares.
    pub(crate) fn rest(&mut self) -> Fallible<Result<(), Vec<Violation>>> {
        let child = Child::spawn(&self.next_life(Purpose::Rest))?;
        let death = child.outlive()?;
        let comparison = self.compare(death, Moment::AtRest)?;
        self.tally.add_rest(&comparison, self.began_at.elapsed());
        Ok(comparison.verdict())
    }

    /// What came of it all, once it is at rest.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Leaves the files where one can look into them, and says where.
    pub(crate) fn keep(mut self) -> String {
        self.directory.disable_cleanup(true);
        self.directory.path().display().to_string()
    }

    fn next_life(&mut self, purpose: Purpose) -> Life {
        let number = self.n_lives;
        self.n_lives += 1;
        Life {
            files: self.files.clone(),
            number,
            purpose,
            mutant: self.mutant,
        }
    }

    fn compare(&mut self, death: Death, moment: Moment) -> Fallible<Comparison> {
        for acknowledgement in death.said {
            self.acknowledged.add(acknowledgement);
        }
        let comparison = compare::compare(&self.files, &self.acknowledged, &mut self.known, moment);
        let mut comparison = self.runtime.block_on(comparison)?;
        if let Some(failure) = death.failure {
            comparison.require(false, "a life lasts until it is killed or done", || failure);
        }
        Ok(comparison)
    }
}
