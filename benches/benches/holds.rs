//! Holds a second through `Billing`, alone and with their capture, beside the same statements on the bare engine.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use orch::{
    AccountId, Amount, Clock, Currency, OsEntropy, SystemClock,
    backends::{Options, SqlStore},
    billing::{Billing, HoldId, HoldRequest},
};
use orch_benches::{Latencies, Outcome, Raw, Recorder, Script, Table, median, play};
use orch_core::BasisPoints;

/// Of how many callers at once, how many holds each makes in one round.
const LOADS: [(usize, usize); 2] = [(1, 500), (256, 40)];
const MAX_ROUNDS: usize = 9;
/// A load is measured again until this much time is used up.
const TIME: Duration = Duration::from_secs(8);

#[derive(Clone)]
struct Purse {
    billing: Billing,
    account: AccountId,
    captures: bool,
}

impl Purse {
    async fn over(store: &SqlStore, captures: bool) -> Outcome<Self> {
        let clock = std::sync::Arc::new(SystemClock);
        let billing = Billing::new(
            std::sync::Arc::new(store.clone()),
            clock,
            BasisPoints::new(1_000)?,
        );
        let account: AccountId = "demo".parse()?;
        billing
            .grant(
                &account,
                Amount::new(1_000_000_000_000, Currency::Algo)?,
                "credits",
            )
            .await?;
        Ok(Self {
            billing,
            account,
            captures,
        })
    }

    /// Sets money aside, and pays it if that is wanted.
    async fn hold(&self) -> Outcome<()> {
        let id = HoldId::generate(SystemClock.now(), &OsEntropy);
        let amount = Amount::new(1_000, Currency::Algo)?;
        let request = HoldRequest {
            id,
            account: self.account.clone(),
            amount,
            parent: None,
            payee: Some("owner".parse()?),
            keeper: None,
            ttl: Duration::from_secs(600),
            key: id.to_string(),
        };
        self.billing.hold(request).await?;
        if self.captures {
            self.billing.capture(id, amount, None).await?;
        }
        Ok(())
    }

    async fn round(&self, n_callers: usize, n_each: usize) -> Outcome<Round> {
        let started_at = Instant::now();
        let callers = (0..n_callers).map(|_| {
            let purse = self.clone();
            tokio::spawn(async move {
                let mut took = Vec::with_capacity(n_each);
                for _ in 0..n_each {
                    let started_at = Instant::now();
                    purse.hold().await?;
                    took.push(started_at.elapsed());
                }
                Outcome::Ok(took)
            })
        });
        let callers = try_join_all(callers).await?;
        Round::new(started_at.elapsed(), callers)
    }

    /// What a hold writes, by being watched as it writes it.
    async fn record(captures: bool) -> Outcome<Script> {
        let recorder = Recorder::of(SqlStore::in_memory().await?.engine().clone());
        let purse = Self::over(&SqlStore::new(recorder.clone()), captures).await?;
        recorder.take();
        purse.hold().await?;
        Ok(recorder.take())
    }
}

struct Round {
    rate: f64,
    latencies: Latencies,
}

impl Round {
    fn new(took: Duration, callers: Vec<Outcome<Vec<Duration>>>) -> Outcome<Self> {
        let latencies: Vec<Duration> = callers.into_iter().collect::<Outcome<Vec<_>>>()?.concat();
        Ok(Self {
            rate: latencies.len() as f64 / took.as_secs_f64(),
            latencies: latencies.into_iter().collect(),
        })
    }
}

/// The same with the engine alone.
async fn bare(store: &SqlStore, script: &Script, n_callers: usize, places: Range<usize>) -> Outcome<Round> {
    let scripts: Vec<Vec<Script>> = (0..n_callers)
        .map(|_| places.clone().map(|place| script.renamed(place)).collect())
        .collect();
    let started_at = Instant::now();
    let callers = scripts.into_iter().map(|scripts| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut took = Vec::with_capacity(scripts.len());
            for script in scripts {
                let started_at = Instant::now();
                for unit in script.units {
                    play(&store, unit).await?;
                }
                took.push(started_at.elapsed());
            }
            Outcome::Ok(took)
        })
    });
    let callers = try_join_all(callers).await?;
    Round::new(started_at.elapsed(), callers)
}

/// The same with the driver alone, one commit for what all callers do next.
fn raw(driver: &mut Raw, script: &Script, n_callers: usize, places: Range<usize>) -> Outcome<f64> {
    let n_holds = n_callers * places.len();
    let scripts: Vec<Vec<Script>> = places
        .map(|place| (0..n_callers).map(|_| script.renamed(place)).collect())
        .collect();
    let started_at = Instant::now();
    for scripts in &scripts {
        for place in 0..script.units.len() {
            driver.commit(scripts.iter().map(|script| &script.units[place]))?;
        }
    }
    Ok(n_holds as f64 / started_at.elapsed().as_secs_f64())
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut table = Table::new([
        "what",
        "callers",
        "orch, a second",
        "bare engine",
        "ratio",
        "bare driver, one thread",
        "orch p50 / p99",
        "engine p50 / p99",
    ]);
    for (what, captures) in [("hold", false), ("hold and capture", true)] {
        let script = Purse::record(captures).await?;
        let url = |name: &str| format!("sqlite://{}/{name}{captures}.db", folder.path().display());
        let purse = Purse::over(
            &SqlStore::connect(&url("orch"), Options::default()).await?,
            captures,
        )
        .await?;
        let engine = SqlStore::connect(&url("engine"), Options::default()).await?;
        Purse::over(&engine, captures).await?;
        Purse::over(
            &SqlStore::connect(&url("driver"), Options::default()).await?,
            captures,
        )
        .await?;
        let mut driver = Raw::open(&folder.path().join(format!("driver{captures}.db")))?;
        let mut n_done = 0;
        for (n_callers, n_each) in LOADS {
            purse.round(n_callers, 10).await?;
            bare(&engine, &script, n_callers, n_done..n_done + 10).await?;
            n_done += 10;
            let started_at = Instant::now();
            let (mut rates, mut ratios) = ([const { Vec::new() }; 3], Vec::new());
            let mut latencies = [Latencies::default(), Latencies::default()];
            while ratios.len() < MAX_ROUNDS && (ratios.len() < 3 || started_at.elapsed() < TIME) {
                let ours = purse.round(n_callers, n_each).await?;
                let places = n_done..n_done + n_each;
                n_done = places.end;
                let limit = bare(&engine, &script, n_callers, places.clone()).await?;
                ratios.push(ours.rate / limit.rate);
                rates[0].push(ours.rate);
                rates[1].push(limit.rate);
                rates[2].push(raw(&mut driver, &script, n_callers, places)?);
                latencies[0].merge(ours.latencies);
                latencies[1].merge(limit.latencies);
            }
            let [ours, limit, driver] = rates.map(median);
            table.row([
                what.to_owned(),
                n_callers.to_string(),
                format!("{ours:.0}"),
                format!("{limit:.0}"),
                format!("{:.2}", median(ratios)),
                format!("{driver:.0}"),
                latencies[0].to_string(),
                latencies[1].to_string(),
            ]);
        }
    }
    println!("{table}");
    Ok(())
}
