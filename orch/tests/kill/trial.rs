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
    files::Files,
    life::{Life, Purpose},
    mutants::Mutant,
    table::Tally,
};

#[derive(Debug)]
pub(crate) struct Trial {
    directory: TempDir,
    /// What its lives have in common.
    pub(crate) files: Files,
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
        let files = Files {
            url: format!("sqlite://{}", database.display()),
            schema: String::new(),
            effects,
        };
        Self::over(files, directory, mutant, seed)
    }

    /// The same over a database that is there already.
    pub(crate) fn over(
        files: Files,
        directory: TempDir,
        mutant: Option<Mutant>,
        seed: u64,
    ) -> Fallible<Self> {
        Ok(Self {
            directory,
            files,
            mutant,
            chance: Chance::new(seed),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
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
        let child = self.begin(Purpose::Work)?;
        // One life in five may be killed while it begins.
        if self.chance.below(5) > 0 {
            child.wait_for_work();
        }
        thread::sleep(self.chance.millis(1..=120));
        let death = child.kill()?;
        let comparison = self.compare(vec![death], Moment::Killed { n_lives: 1 })?;
        self.count(&comparison);
        Ok(comparison.verdict())
    }

    /// Lets a life bring everything to its end, and compares.
    pub(crate) fn rest(&mut self) -> Fallible<Result<(), Vec<Violation>>> {
        let death = self.begin(Purpose::Rest)?.outlive()?;
        let comparison = self.compare(vec![death], Moment::AtRest)?;
        self.tally.add_rest(&comparison, self.began_at.elapsed());
        Ok(comparison.verdict())
    }

    /// Counts a kill.
    pub(crate) fn count(&mut self, comparison: &Comparison) {
        self.tally.add_kill(comparison);
    }

    /// What came of it all, once it is at rest.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// How often something was refused for now.
    pub(crate) fn n_refused(&self) -> usize {
        self.acknowledged.n_refused
    }

    pub(crate) fn chance(&self) -> &Chance {
        &self.chance
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Leaves the files where one can look into them, and says where.
    pub(crate) fn keep(mut self) -> String {
        self.directory.disable_cleanup(true);
        self.directory.path().display().to_string()
    }

    /// Begins the next life.
    pub(crate) fn begin(&mut self, purpose: Purpose) -> Fallible<Child> {
        let number = self.n_lives;
        self.n_lives += 1;
        Child::spawn(&Life {
            files: self.files.clone(),
            number,
            purpose,
            mutant: self.mutant,
        })
    }

    /// Compares, now that everything is dead.
    pub(crate) fn compare(&mut self, deaths: Vec<Death>, moment: Moment) -> Fallible<Comparison> {
        let mut failures = Vec::new();
        for death in deaths {
            failures.extend(death.failure);
            for acknowledgement in death.said {
                self.acknowledged.add(acknowledgement);
            }
        }
        let comparison = compare::compare(&self.files, &self.acknowledged, &mut self.known, moment);
        let mut comparison = self.runtime.block_on(comparison)?;
        for failure in failures {
            comparison.require(false, "a life lasts until it is killed or done", || failure);
        }
        Ok(comparison)
    }
}
