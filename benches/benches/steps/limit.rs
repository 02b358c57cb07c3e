//! The same statements without orch.

use std::{ops::Range, time::Instant};

use futures_util::future::try_join_all;
use orch::backends::SqlStore;
use orch_benches::{Outcome, Raw, Recorder, Script, UnitScript, play};

use crate::house::{CHAIN, House, Round};

/// What a run writes, in the order of what waits for what.
#[derive(Clone)]
pub(crate) struct RunScript {
    pub(crate) begin: Vec<UnitScript>,
    /// For each step: hold its price, keep its answer with its payment and the next start.
    pub(crate) steps: Vec<[UnitScript; 2]>,
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
        let (mut begin, mut holds, mut appends) = (vec![], vec![], vec![]);
        for unit in script.units {
            match () {
                () if unit.does("INSERT INTO orch_runs") => begin.push(unit),
                () if unit.does("UPDATE orch_runs") => appends.push(unit),
                () if unit.does("INSERT INTO orch_holds") => holds.push(unit),
                () => {}
            }
        }
        // The first step may begin with the run, or its start is a unit of its own.
        match (holds.len(), appends.len()) {
            (n_holds, n_appends) if n_holds == CHAIN && n_appends == CHAIN + 1 => {
                begin.push(appends.remove(0));
            }
            (n_holds, n_appends) if n_holds + 1 == CHAIN && n_appends == CHAIN => {}
            found => return Err(format!("a run has {found:?} units of holds and of appends").into()),
        }
        if begin.is_empty() {
            return Err("a run does not begin".into());
        }
        // Its hold is in the unit that it begins with.
        if holds.len() < CHAIN {
            holds.insert(0, UnitScript { statements: vec![] });
        }
        let steps = holds.into_iter().zip(appends);
        let steps = steps.map(|(hold, append)| [hold, append]).collect();
        Ok(Self { begin, steps })
    }

    /// The same for another run, of which so many were done before in its place.
    fn renamed(&self, place: usize) -> Self {
        let units = self.begin.iter().chain(self.steps.iter().flatten());
        let mut units = Script {
            units: units.cloned().collect(),
        }
        .renamed(place)
        .units
        .into_iter();
        Self {
            begin: units.by_ref().take(self.begin.len()).collect(),
            steps: (0..self.steps.len())
                .filter_map(|_| Some([units.next()?, units.next()?]))
                .collect(),
        }
    }

    /// When each step was ready to be sent.
    async fn play(self, store: &SqlStore) -> Outcome<Vec<Instant>> {
        for unit in self.begin {
            play(store, unit).await?;
        }
        let mut marks = Vec::with_capacity(CHAIN);
        for [hold, append] in self.steps {
            if !hold.statements.is_empty() {
                play(store, hold).await?;
            }
            marks.push(Instant::now());
            play(store, append).await?;
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
        for place in 0..CHAIN {
            let holds = runs.iter().map(|run| &run.steps[place][0]);
            if runs.iter().any(|run| !run.steps[place][0].statements.is_empty()) {
                driver.commit(holds)?;
            }
            driver.commit(runs.iter().map(|run| &run.steps[place][1]))?;
        }
    }
    Ok((n_runs * CHAIN) as f64 / started_at.elapsed().as_secs_f64())
}
