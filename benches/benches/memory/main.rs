//! What one process holds in memory over a million durable steps on SQLite: at the start, on the way, and at the end.
//! Ended runs are removed soon, so that what is kept would show.
//!
//! ```text
//! cargo bench -p orch-benches --bench memory                1,000,000 steps
//! cargo bench -p orch-benches --bench memory -- 50000       fewer of them
//! ```

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use orch::{
    AgentFunction, Amount, Caller, Currency, Orchestrator, Plan, Retention, WorkerOptions,
    agent::Pricing,
    backends::{Durability, Options, SqlStore},
    planner::{StartOptions, Step},
    schemars,
};
use orch_benches::{Outcome, Table};

const STEPS: usize = 1_000_000;

/// Steps of a plan, all beside each other.
const WIDTH: usize = 20;

const CLIENTS: usize = 128;

/// How often is looked.
const LOOKS: usize = 10;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Nothing {}

#[tokio::main]
async fn main() -> Outcome<()> {
    let n_steps = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok());
    let n_runs = n_steps.unwrap_or(STEPS) / WIDTH;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let url = format!("sqlite://{}/orch.db", folder.path().display());
    let options = Options {
        durability: Durability::Normal,
        ..Options::default()
    };
    let orchestrator = host(SqlStore::connect(&url, options).await?).await?;
    let working = tokio::spawn(orchestrator.worker());
    let mut table = Table::new([
        "steps done",
        "seconds",
        "own memory, MiB",
        "with the mapped file, MiB",
    ]);
    // Until every cache is warm and every thread has its arenas.
    rounds(&orchestrator, n_runs / LOOKS / 2).await?;
    let began_at = Instant::now();
    for look in 0..=LOOKS {
        let memory = Memory::now()?;
        table.row([
            format!("{}", look * (n_runs / LOOKS) * WIDTH),
            format!("{:.0}", began_at.elapsed().as_secs_f64()),
            format!("{:.1}", memory.own),
            format!("{:.1}", memory.resident),
        ]);
        if look < LOOKS {
            rounds(&orchestrator, n_runs / LOOKS).await?;
        }
    }
    println!("{table}");
    orchestrator.shutdown(Duration::from_secs(5)).await;
    Ok(working.await??)
}

async fn host(store: SqlStore) -> Outcome<Orchestrator> {
    let limits = orch::a2a::InvokerLimits {
        calls_per_agent: 4096,
        ..Default::default()
    };
    let worker = WorkerOptions {
        retention: Retention {
            runs: Some(Duration::from_secs(1)),
            usage: Some(Duration::from_secs(1)),
            interval: Duration::from_secs(1),
            ..Retention::default()
        },
        ..WorkerOptions::default()
    };
    let agent = orch::Agent::function::<Nothing, u64>("counter", "count", |_| async { Ok::<_, String>(1) });
    let agent = agent.price(Pricing::per_request(Amount::new(1, Currency::Algo)?));
    let builder = Orchestrator::builder(store).agent(agent.repeatable().cooperative());
    let orchestrator = builder
        .invoker_limits(limits)
        .worker_options(worker)
        .build()
        .await?;
    let credits = Amount::new(1_000_000_000_000, Currency::Algo)?;
    orchestrator
        .billing()
        .grant(&"demo".parse()?, credits, "credits")
        .await?;
    Ok(orchestrator)
}

/// So many runs, a client's one after the other.
async fn rounds(orchestrator: &Orchestrator, n_runs: usize) -> Outcome<()> {
    let begun = AtomicUsize::new(0);
    let caller = Caller::host("demo".parse()?);
    let clients = (0..CLIENTS).map(async |_| {
        while begun.fetch_add(1, Ordering::Relaxed) < n_runs {
            let service = orchestrator.orchestrations();
            let started = service
                .start_plan(&caller, plan()?, StartOptions::default())
                .await?;
            service.wait(&caller, started.run).await?;
        }
        Outcome::Ok(())
    });
    try_join_all(clients).await?;
    Ok(())
}

fn plan() -> Outcome<Plan> {
    let step = |index| Ok(Step::new(format!("s{index}").parse()?, "counter", "count"));
    Ok(Plan {
        steps: (0..WIDTH).map(step).collect::<Outcome<_>>()?,
        ..Plan::default()
    })
}

/// In MiB, as the kernel counts it.
struct Memory {
    /// What is the process's alone.
    own: f64,
    /// With the pages of files that it has mapped.
    resident: f64,
}

impl Memory {
    fn now() -> Outcome<Self> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let mib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
            kib.map(|kib| kib / 1024.0)
                .ok_or_else(|| format!("there is no {name}"))
        };
        Ok(Self {
            own: mib("RssAnon:")?,
            resident: mib("VmRSS:")?,
        })
    }
}
