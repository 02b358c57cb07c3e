//! Compares what is stored with what was acknowledged and with what was done. This is where the kill test finds out.

// Named, so that the kill test of another crate finds them as well.
#[path = "compare/acknowledged.rs"]
mod acknowledged;
#[path = "compare/done.rs"]
mod done;
#[path = "compare/money.rs"]
mod money;
#[path = "compare/steps.rs"]
mod steps;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use orch::{RunId, RunStatus, backends::sql::Violation as Broken};

use crate::{
    Fallible,
    acknowledgement::Acknowledged,
    effects::{self, Effect},
    files::Files,
    stored::{Database, StoredRun},
};

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) law: &'static str,
    pub(crate) detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.law, self.detail)
    }
}

/// When it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Right after every process was killed: steps may be under way, and answers kept that are not paid yet.
    Killed {
        /// How many were killed since the comparison before: each may have done what nobody was told of.
        n_lives: u32,
    },
    /// Every run has ended, and every hold that nobody needs was swept.
    AtRest,
}

/// What is known already, so that not everything is read after each kill.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Runs that had ended and broke no law.
    settled: BTreeMap<RunId, RunStatus>,
    n_effects: usize,
    n_comparisons: u32,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    violations: Vec<Violation>,
    pub(crate) n_runs: usize,
    pub(crate) n_steps: usize,
    pub(crate) n_effects: usize,
    pub(crate) n_interrupted: usize,
    /// How often a step was started again.
    pub(crate) n_resent: usize,
    pub(crate) n_captures: usize,
    /// How many runs have not ended.
    pub(crate) n_open: usize,
    /// How many answers were kept and not paid.
    pub(crate) n_unpaid: usize,
}

impl Comparison {
    /// What must not be is the error.
    pub(crate) fn verdict(self) -> Result<(), Vec<Violation>> {
        if self.violations.is_empty() {
            Ok(())
        } else {
            Err(self.violations)
        }
    }

    /// Takes down a violation of `law` unless it holds.
    pub(crate) fn require(&mut self, holds: bool, law: &'static str, detail: impl FnOnce() -> String) {
        if !holds {
            self.violations.push(Violation {
                law,
                detail: detail(),
            });
        }
    }
}

/// What is compared with each other.
#[derive(Debug)]
struct Evidence<'e> {
    acknowledged: &'e Acknowledged,
    /// At rest, all runs; after a kill, those that were not settled before.
    runs: BTreeMap<RunId, StoredRun>,
    /// At rest, none.
    settled: &'e BTreeMap<RunId, RunStatus>,
    effects: Vec<Effect>,
    /// How many of the effects were compared before; at rest, none.
    n_old_effects: usize,
}

impl Evidence<'_> {
    /// Where a run stands, if it is there.
    fn status(&self, run: RunId) -> Option<RunStatus> {
        let settled = || self.settled.get(&run).copied();
        self.runs.get(&run).map(|run| run.status).or_else(settled)
    }
}

/// How many runs a life starts at most.
const RUNS_OF_A_LIFE: u64 = 200;

/// After so many kills the laws of the database are checked as well, which reads all of it.
const KILLS_UNTIL_CHECK: u32 = 10;

/// Compares everything at rest, and after a kill what may have changed since the comparison before.
pub(crate) async fn compare(
    files: &Files,
    acknowledged: &Acknowledged,
    known: &mut Known,
    moment: Moment,
) -> Fallible<Comparison> {
    let database = Database::open(files).await?;
    let n_newest = match moment {
        Moment::Killed { n_lives } => RUNS_OF_A_LIFE * u64::from(n_lives),
        Moment::AtRest => u64::MAX,
    };
    if moment == Moment::AtRest {
        *known = Known::default();
    }
    let newest = database.newest_runs(n_newest).await?;
    let candidates: BTreeSet<RunId> = newest.into_iter().chain(acknowledged.runs()).collect();
    let mut runs = BTreeMap::new();
    for id in candidates {
        if !known.settled.contains_key(&id)
            && let Some(run) = database.run(id).await?
        {
            runs.insert(id, run);
        }
    }
    let (effects, n_old_effects) = (effects::read(&files.effects)?, known.n_effects);
    let evidence = Evidence {
        acknowledged,
        runs,
        settled: &known.settled,
        effects,
        n_old_effects,
    };

    let mut comparison = Comparison {
        n_runs: evidence.runs.len(),
        n_effects: evidence.effects.len(),
        ..Comparison::default()
    };
    acknowledged::compare(&evidence, &mut comparison);
    steps::compare(&evidence, moment, &mut comparison);
    done::compare(&evidence, &mut comparison);
    money::compare(&evidence, &database, moment, &mut comparison).await?;
    known.n_comparisons += 1;
    if moment == Moment::AtRest || known.n_comparisons.is_multiple_of(KILLS_UNTIL_CHECK) {
        check(&database, &mut comparison).await?;
    }

    known.n_effects = evidence.effects.len();
    let ended = evidence.runs.into_values().filter(|run| run.status.is_ended());
    known.settled.extend(ended.map(|run| (run.id, run.status)));
    Ok(comparison)
}

async fn check(database: &Database, comparison: &mut Comparison) -> Fallible<()> {
    for Broken { law, row, detail } in database.store.check().await? {
        let detail = || format!("{law}, but {row}: {detail}");
        comparison.require(false, "the database keeps its laws", detail);
    }
    Ok(())
}
