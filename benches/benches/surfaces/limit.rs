//! What a hire writes, without orch.

use orch::{
    OsEntropy, SystemClock,
    backends::{SqlStore, sql::Value},
    billing::HoldId,
};
use orch_benches::{Outcome, Recorder, Script, UnitScript, play};
use orch_core::Clock;

use crate::{client::Client, routes::House};

/// How the names of hires begin, which no two may share.
const NAME: &str = "job_";

/// The units of work of one hire.
pub(crate) struct HireScript {
    units: Script,
    name: String,
}

impl HireScript {
    /// What a hire writes, by being watched as it writes it. It is the second one, since the first begins sums.
    pub(crate) fn record() -> Outcome<Self> {
        let runtime = House::runtime()?;
        let store = runtime.block_on(SqlStore::in_memory())?;
        let recorder = Recorder::of(store.engine().clone());
        let house = House::over(runtime, SqlStore::new(recorder.clone()), true)?;
        let mut client = Client::connect(house.address())?;
        client.ask(&house.hire())?;
        recorder.take();
        client.ask(&house.hire())?;
        let mut units = recorder.take();
        let is_of_it =
            |unit: &UnitScript| unit.does("INSERT INTO orch_runs") || unit.does("UPDATE orch_runs");
        units.units.retain(is_of_it);
        if units.units.len() != 2 {
            return Err(format!("a hire is {} units of work", units.units.len()).into());
        }
        let name = units.values_mut().find_map(|value| match value {
            Value::Text(text) if text.starts_with(NAME) => Some(text.to_string()),
            _ => None,
        });
        let name = name.ok_or("a hire has no name")?;
        Ok(Self { units, name })
    }

    /// The same for another hire.
    pub(crate) fn renamed(&self, place: usize) -> Script {
        let name = HoldId::generate(SystemClock.now(), &OsEntropy)
            .uuid()
            .simple()
            .to_string();
        self.units
            .renamed(place)
            .replaced(&self.name, &format!("{NAME}{}", &name[20..]))
    }
}

/// Does the units of a hire, one after the other.
pub(crate) async fn bare(store: SqlStore, script: Script) -> Outcome<()> {
    for unit in script.units {
        play(&store, unit).await?;
    }
    Ok(())
}
