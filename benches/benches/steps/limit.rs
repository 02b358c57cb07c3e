//! The same statements without orch.

use std::{ops::Range, time::Instant};

use futures_util::future::{try_join, try_join_all};
use orch::backends::SqlStore;
use orch_benches::{Outcome, Raw, Recorder, Script, UnitScript, play};

use crate::house::{CHAIN, House, Round};

/// What a run writes, in the order of what waits for what: the payment of a step goes on while the next is held.
#[derive(Clone)]
pub(crate) struct RunScript {
    pub(crate) begin: Vec<UnitScript>,
    /// For each step: hold its price, keep its answer with the next start, pay.
    pub(crate) steps: Vec<[UnitScript; 3]>,
    pub(crate) end: Vec<UnitScript>,
}

impl RunScript {
    /// What a run writes, by being watched as it writes it.
    pub(crate) async fn record() -> Outcome<Self> {
        let recorder = Recorder::of(SqlStore::in_memory().await?.engine().clone());
        let house = House::serve(SqlStore::new(recorder.clone())).await?;
        house.round(1, 1).await?;
        recorder.take();
        house.round(1, 1).await?;
        Self::of(recorder.take())
    }

    fn of(script: Script) -> Outcome<Self> {
        let (mut holds, mut appends, mut closings, mut others) = (vec![], vec![], vec![], vec![]);
        for unit in script.units {
            match () {
                () if unit.does("INSERT INTO orch_holds") => holds.push(unit),
                () if unit.does("UPDATE orch_runs") => appends.push(unit),
                () if unit.does("UPDATE orch_holds SET state") => closings.push(unit),
                () if unit.does("INSERT INTO orch_runs") => others.push(unit),
                () => {}
            }
        }
        let wanted = [CHAIN + 1, CHAIN + 2, CHAIN + 1, 1];
        let found = [&holds, &appends, &closings, &others].map(Vec::len);
        if found != wanted {
            return Err(format!("a run has {found:?} units instead of {wanted:?}").into());
        }
        let mut begin = vec![holds.remove(0)];
        begin.append(&mut others);
        begin.push(appends.remove(0));
        let steps = holds
            .into_iter()
            .zip(appends.drain(..CHAIN))
            .zip(closings.drain(..CHAIN));
        let steps = steps.map(|((hold, append), pay)| [hold, append, pay]).collect();
        Ok(Self {
            begin,
            steps,
            end: closings.into_iter().chain(appends).collect(),
        })
    }

    /// The same for another run, of which so many were done before in its place.
    fn renamed(&self, place: usize) -> Self {
        let units = self
            .begin
            .iter()
            .chain(self.steps.iter().flatten())
            .chain(&self.end);
        let mut units = Script {
            units: units.cloned().collect(),
        }
        .renamed(place)
        .units
        .into_iter();
        Self {
            begin: units.by_ref().take(self.begin.len()).collect(),
            steps: (0..self.steps.len())
                .filter_map(|_| Some([units.next()?, units.next()?, units.next()?]))
                .collect(),
            end: units.collect(),
        }
    }

    /// When each step was ready to be sent.
    async fn play(self, store: &SqlStore) -> Outcome<Vec<Instant>> {
        for unit in self.begin {
            play(store, unit).await?;
        }
        let mut marks = Vec::with_capacity(CHAIN);
        let mut unpaid = None;
        for [hold, append, pay] in self.steps {
            let before = unpaid.replace(pay);
            let pay = async {
                match before {
                    Some(pay) => play(store, pay).await,
                    None => Ok(()),
                }
            };
            let step = async {
                play(store, hold).await?;
                marks.push(Instant::now());
                play(store, append).await
            };
            try_join(step, pay).await?;
        }
        for unit in unpaid.into_iter().chain(self.end) {
            play(store, unit).await?;
        }
        Ok(marks)
    }
}

/// The same with the engine alone.
pub(crate) async fn bare(
    store: &SqlStore,
    script: &RunScript,
    n_clients: usize,
    places: Range<usize>,
) -> Outcome<Round> {
    let scripts: Vec<Vec<RunScript>> = (0..n_clients)
        .map(|_| places.clone().map(|place| script.renamed(place)).collect())
        .collect();
    let started_at = Instant::now();
    let clients = scripts.into_iter().map(|scripts| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut marks = Vec::new();
            for script in scripts {
                marks.push(script.play(&store).await?);
            }
            Outcome::Ok(marks)
        })
    });
    let mut marks = Vec::new();
    for client in try_join_all(clients).await? {
        marks.extend(client?);
    }
    Ok(Round::new(started_at.elapsed(), &marks))
}

/// The same with the driver alone: as many runs side by side, one commit for what all of them do next.
pub(crate) fn raw(
    driver: &mut Raw,
    script: &RunScript,
    n_clients: usize,
    places: Range<usize>,
) -> Outcome<f64> {
    let n_runs = n_clients * places.len();
    let scripts: Vec<Vec<RunScript>> = places
        .map(|place| (0..n_clients).map(|_| script.renamed(place)).collect())
        .collect();
    let started_at = Instant::now();
    for runs in &scripts {
        for place in 0..script.begin.len() {
            driver.commit(runs.iter().map(|run| &run.begin[place]))?;
        }
        for step in 0..CHAIN {
            let paid = runs
                .iter()
                .filter_map(|run| Some(&run.steps.get(step.checked_sub(1)?)?[2]));
            driver.commit(runs.iter().map(|run| &run.steps[step][0]).chain(paid))?;
            driver.commit(runs.iter().map(|run| &run.steps[step][1]))?;
        }
        driver.commit(runs.iter().map(|run| &run.steps[CHAIN - 1][2]))?;
        for place in 0..script.end.len() {
            driver.commit(runs.iter().map(|run| &run.end[place]))?;
        }
    }
    Ok((n_runs * CHAIN) as f64 / started_at.elapsed().as_secs_f64())
}
