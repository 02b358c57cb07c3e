//! Two processes over one database, of which one is struck at a time.

use std::{
    fmt, thread,
    time::{Duration, Instant},
};

use orch::backends::{SqlStore, sql::Value};

use super::{TTL, schema};
use crate::{
    Fallible,
    child::{Child, Death},
    compare::{Moment, Violation},
    files::{Files, TIMEOUT},
    life::Purpose,
    mutants::Mutant,
    table::Tally,
    trial::Trial,
};

/// Within what the runs of a killed one are taken over where the machine keeps up.
const LIMIT_OF_KILLED: Duration = TTL.saturating_mul(2);

/// The same for one that stands still: what it has locked stays so until the server ends its transaction.
const LIMIT_OF_PAUSED: Duration = LIMIT_OF_KILLED.saturating_add(TIMEOUT);

/// So many times as long a machine may take that itself stands still for a moment; most have to keep within the limit.
const FORBEARANCE: u32 = 5;

/// What is wrong, if anything is.
type Verdict = Result<(), Vec<Violation>>;

#[derive(Debug)]
pub(crate) struct Pair {
    trial: Option<Trial>,
    files: Files,
    store: SqlStore,
    replicas: [Option<Replica>; 2],
    /// Those who died since the last comparison.
    dead: Vec<Death>,
    strikes: Strikes,
}

/// One of the two.
#[derive(Debug)]
struct Replica {
    child: Child,
    /// Its worker's id, if that was known to the database before it was struck.
    worker: Option<String>,
}

/// How often what was struck, and how long it took until others had the runs.
#[derive(Debug, Default)]
pub(crate) struct Strikes {
    n_kills: u32,
    n_pauses: u32,
    n_taken: i64,
    of_killed: Vec<Duration>,
    of_paused: Vec<Duration>,
    pub(crate) tally: Tally,
}

impl Pair {
    pub(crate) fn new(url: &str, mutant: Option<Mutant>, seed: u64) -> Fallible<Self> {
        let directory = tempfile::tempdir()?;
        let files = Files {
            url: url.to_owned(),
            schema: schema::unique_name(),
            effects: directory.path().join("effects"),
        };
        let trial = Trial::over(files.clone(), directory, mutant, seed)?;
        let store = trial.runtime().block_on(files.open())?;
        Ok(Self {
            trial: Some(trial),
            files,
            store,
            replicas: [None, None],
            dead: Vec::new(),
            strikes: Strikes::default(),
        })
    }

    /// Kills one of the two, or lets it stand still until the other has its runs.
    pub(crate) fn strike(&mut self) -> Fallible<Verdict> {
        if self.trial()?.chance().below(4) == 0 {
            return self.pause();
        }
        let victim = self.victim()?;
        let Some(Replica { child, worker }) = self.replicas[victim].take() else {
            return Ok(Ok(()));
        };
        self.dead.push(child.kill()?);
        self.strikes.n_kills += 1;
        let took = self.taken_over(worker.as_deref(), LIMIT_OF_KILLED)?;
        Ok(took.map(|took| self.strikes.of_killed.extend(took)))
    }

    /// Lets one of the two stand still until the other has its runs, and then go on.
    pub(crate) fn pause(&mut self) -> Fallible<Verdict> {
        let victim = self.victim()?;
        let Some(Replica { child, worker }) = &self.replicas[victim] else {
            return Ok(Ok(()));
        };
        child.pause()?;
        self.strikes.n_pauses += 1;
        let worker = worker.clone();
        let taken_over = self.taken_over(worker.as_deref(), LIMIT_OF_PAUSED);
        thread::sleep(self.trial()?.chance().millis(0..=200));
        if let Some(replica) = &self.replicas[victim] {
            replica.child.resume()?;
        }
        // Now it writes what it would have written long ago.
        thread::sleep(self.trial()?.chance().millis(100..=400));
        Ok(taken_over?.map(|took| self.strikes.of_paused.extend(took)))
    }

    /// Kills both, and compares.
    pub(crate) fn compare(&mut self) -> Fallible<Verdict> {
        for replica in self.replicas.iter_mut().filter_map(Option::take) {
            self.dead.push(replica.child.kill()?);
        }
        let dead = std::mem::take(&mut self.dead);
        let n_lives = u32::try_from(dead.len())?;
        let trial = self.trial.as_mut().ok_or("the trial is over")?;
        let comparison = trial.compare(dead, Moment::Killed { n_lives })?;
        self.strikes.tally.add_kill(&comparison);
        Ok(comparison.verdict())
    }

    /// Lets one life bring everything to its end, and compares.
    pub(crate) fn rest(&mut self) -> Fallible<Verdict> {
        let trial = self.trial.as_mut().ok_or("the trial is over")?;
        let verdict = trial.rest()?;
        self.strikes.tally.add(trial.tally());
        Ok(verdict)
    }

    pub(crate) fn tally(&self) -> &Strikes {
        &self.strikes
    }

    /// What is left, to be looked into.
    pub(crate) fn into_trial(mut self) -> Fallible<Trial> {
        self.trial.take().ok_or("the trial is over".into())
    }

    fn trial(&self) -> Fallible<&Trial> {
        self.trial.as_ref().ok_or("the trial is over".into())
    }

    /// Lets both work for a random while; which of them is struck.
    fn victim(&mut self) -> Fallible<usize> {
        for place in 0..self.replicas.len() {
            if self.replicas[place].is_none() {
                self.replicas[place] = Some(self.begin()?);
            }
        }
        let chance = self.trial()?.chance();
        thread::sleep(chance.millis(1..=150));
        Ok(usize::try_from(chance.below(2))?)
    }

    fn begin(&mut self) -> Fallible<Replica> {
        let trial = self.trial.as_mut().ok_or("the trial is over")?;
        let before = trial.runtime().block_on(newest_worker(&self.store))?;
        let child = trial.begin(Purpose::Work)?;
        child.wait_for_work();
        // Ids follow each other in time, and nobody else begins one.
        let worker = trial.runtime().block_on(newest_worker(&self.store))?;
        let worker = worker.filter(|worker| Some(worker) != before.as_ref());
        Ok(Replica { child, worker })
    }

    /// Waits until a worker that does nothing any more has no run that has something to do; how long that took, if it had
    /// one.
    fn taken_over(
        &mut self,
        worker: Option<&str>,
        limit: Duration,
    ) -> Fallible<Result<Option<Duration>, Vec<Violation>>> {
        let Some(worker) = worker else {
            return Ok(Ok(None));
        };
        let struck_at = Instant::now();
        let n_left = || self.trial()?.runtime().block_on(n_runs(&self.store, worker));
        let n_owned = n_left()?;
        loop {
            let (n_left, took) = (n_left()?, struck_at.elapsed());
            if n_left == 0 {
                self.strikes.n_taken += n_owned;
                return Ok(Ok((n_owned > 0).then_some(took)));
            }
            if took > FORBEARANCE * limit {
                return Ok(Err(vec![Violation {
                    law: "what a dead worker leaves is taken over in time",
                    detail: format!("{n_left} runs of {worker} are not after {took:?}"),
                }]));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for replica in self.replicas.iter_mut().filter_map(Option::take) {
            // It has nobody left to answer to.
            let _ = replica.child.kill();
        }
        if let Some(trial) = &self.trial {
            // What is left behind bothers nobody.
            let _ = schema::remove(&self.files, trial.runtime());
        }
    }
}

impl Strikes {
    /// Fails where the strikes missed a kind of moment, or where what they left was mostly taken over too late.
    pub(crate) fn require_hits(&self) -> Result<(), String> {
        for (takeovers, limit) in [
            (&self.of_killed, LIMIT_OF_KILLED),
            (&self.of_paused, LIMIT_OF_PAUSED),
        ] {
            match Spread::of(takeovers) {
                None => return Err("nothing was paused, or nothing taken over".to_owned()),
                Some(Spread { median, .. }) if median > limit => {
                    return Err(format!("runs were taken over after {median:.2?}, not {limit:?}"));
                }
                Some(_) => {}
            }
        }
        self.tally.require_sends()
    }
}

impl fmt::Display for Strikes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n  {} kills and {} pauses of one of two replicas, which lapse after {TTL:?}; {} runs taken over",
            self.n_kills, self.n_pauses, self.n_taken
        )?;
        for (struck, takeovers) in [("killed", &self.of_killed), ("paused", &self.of_paused)] {
            let Spread { median, longest } = Spread::of(takeovers).unwrap_or_default();
            writeln!(
                f,
                "  all that a {struck} one had was taken over after {median:.2?} (median), {longest:.2?} (longest)"
            )?;
        }
        f.write_str(&crate::table::of_kills(&self.tally))
    }
}

/// How long something took that was done several times.
#[derive(Clone, Copy, Debug, Default)]
struct Spread {
    median: Duration,
    longest: Duration,
}

impl Spread {
    /// `None` where it was not done at all.
    fn of(times: &[Duration]) -> Option<Self> {
        let mut times = times.to_vec();
        times.sort_unstable();
        Some(Self {
            median: *times.get(times.len() / 2)?,
            longest: *times.last()?,
        })
    }
}

async fn newest_worker(store: &SqlStore) -> Fallible<Option<String>> {
    let newest = store.read((), |tx, ()| {
        Box::pin(async move {
            let sql = "SELECT id FROM orch_workers ORDER BY id DESC LIMIT 1";
            let rows = tx.query(sql, &[]).await?;
            let id = rows
                .first()
                .map(|row| row.of("orch_workers").text("id").map(str::to_owned));
            id.transpose()
        })
    });
    Ok(newest.await?)
}

/// How many runs that have something to do are a worker's.
async fn n_runs(store: &SqlStore, worker: &str) -> Fallible<i64> {
    let owned = store.read(worker.to_owned(), |tx, worker| {
        Box::pin(async move {
            let sql = "SELECT COUNT(*) AS n FROM orch_runs WHERE phase = 'ready' AND worker = ?1";
            let rows = tx.query(sql, &[Value::from(worker)]).await?;
            rows.first().map_or(Ok(0), |row| row.of("orch_runs").integer("n"))
        })
    });
    Ok(owned.await?)
}
