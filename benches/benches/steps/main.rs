//! Durable steps a second: plans of chained steps through the whole public path, beside the same statements on the bare
//! engine with as many callers, and beside the bare driver on one thread.

mod house;
mod limit;

use std::time::{Duration, Instant};

use orch::backends::{Options, SqlStore};
use orch_benches::{Latencies, Outcome, Raw, Table, median};

use house::House;
use limit::{RunScript, bare, raw};

/// Of how many runs at once, how many runs each client starts one after the other in one round.
const LOADS: [(usize, usize); 3] = [(1, 12), (64, 4), (256, 2)];
const MAX_ROUNDS: usize = 7;
/// A load is measured again until this much time is used up.
const TIME: Duration = Duration::from_secs(11);

#[tokio::main]
async fn main() -> Outcome<()> {
    let script = RunScript::record().await?;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let url = |name: &str| format!("sqlite://{}/{name}.db", folder.path().display());
    let house = House::serve(SqlStore::connect(&url("orch"), Options::default()).await?).await?;
    // The bare database has the same tables and the same credits.
    let engine = SqlStore::connect(&url("engine"), Options::default()).await?;
    House::over(engine.clone()).await?;
    House::over(SqlStore::connect(&url("driver"), Options::default()).await?).await?;
    let mut driver = Raw::open(&folder.path().join("driver.db"))?;

    let mut table = Table::new([
        "runs at once",
        "orch, steps/s",
        "bare engine",
        "ratio",
        "bare driver, one thread",
        "orch p50 / p99",
        "engine p50 / p99",
        "p99 ratio",
    ]);
    let mut n_done = 0;
    for (n_clients, n_each) in LOADS {
        house.round(n_clients, 1).await?;
        bare(&engine, &script, n_clients, n_done..n_done + 1).await?;
        n_done += 1;
        let started_at = Instant::now();
        let (mut rates, mut ratios) = ([const { Vec::new() }; 3], Vec::new());
        let mut latencies = [Latencies::default(), Latencies::default()];
        while ratios.len() < MAX_ROUNDS && (ratios.len() < 3 || started_at.elapsed() < TIME) {
            let ours = house.round(n_clients, n_each).await?;
            let places = n_done..n_done + n_each;
            n_done = places.end;
            let limit = bare(&engine, &script, n_clients, places.clone()).await?;
            ratios.push(ours.steps_per_second / limit.steps_per_second);
            rates[0].push(ours.steps_per_second);
            rates[1].push(limit.steps_per_second);
            rates[2].push(raw(&mut driver, &script, n_clients, places)?);
            latencies[0].merge(ours.latencies);
            latencies[1].merge(limit.latencies);
        }
        let [ours, limit, driver] = rates.map(median);
        let worse = latencies[0].p99().as_secs_f64() / latencies[1].p99().as_secs_f64();
        table.row([
            n_clients.to_string(),
            format!("{ours:.0}"),
            format!("{limit:.0}"),
            format!("{:.2}", median(ratios)),
            format!("{driver:.0}"),
            latencies[0].to_string(),
            latencies[1].to_string(),
            format!("{worse:.2}"),
        ]);
    }
    println!("{table}");
    house.orchestrator.shutdown(Duration::ZERO).await;
    Ok(())
}
