//! The same goals over a hundred thousand tasks of a catalog.

use std::{sync::Arc, time::Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use orch::{
    Amount, Caller, Currency, Task,
    agent::{Endpoint, Pricing},
    backends::{SqlStore, sql::Options},
    planner::{Goal, Planner, catalog_planner::CatalogPlanner},
};
use orch_benches::{Latencies, Outcome};
use orch_core::{
    Catalog, OsEntropy, SystemClock,
    catalog::{AgentDraft, VersionDraft},
};
use serde_json::{Value, json};

use crate::{
    case::Field,
    round::toolbox,
    scale::{many, resident},
};

/// The memory that agents at hand may take, so that all these are.
const BYTES_AT_HAND: usize = 1 << 30;
/// How many tasks an agent offers.
const OFFERED: usize = 10;

/// Plans every goal once over a catalog on SQLite; prints how long that takes and what is at hand in memory.
pub(crate) fn measure(fields: &[Field]) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(plan(fields))
}

async fn plan(fields: &[Field]) -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let url = format!("sqlite://{}", directory.path().join("orch.db").display());
    let store = SqlStore::connect(&url, Options::default()).await?;
    let fresh = || {
        Catalog::new(
            Arc::new(store.clone()),
            Arc::new(SystemClock),
            Arc::new(OsEntropy),
        )
    };
    let n_tasks = register(&fresh(), &many(fields)).await?;
    let catalog = fresh().with_bytes_at_hand(BYTES_AT_HAND);
    let (before, began) = (resident(), Instant::now());
    let is_all = catalog.load().await?;
    let loaded = began.elapsed();
    println!(
        "{n_tasks} tasks: at hand ({is_all}) in {:.1} s, {} MB by their own count, {} MB of the process",
        loaded.as_secs_f64(),
        catalog.bytes_at_hand() / 1_000_000,
        resident().saturating_sub(before) / 1_000_000,
    );
    let planner = CatalogPlanner::new(catalog.clone());
    let caller = Caller::host("owner".parse()?);
    let goals = fields
        .iter()
        .flat_map(|field| &field.cases)
        .map(|case| &case.goal);
    let (mut planned, mut ranked) = (Vec::new(), Vec::new());
    for goal in goals {
        let began = Instant::now();
        catalog.rank(&caller, goal, 20).await?;
        ranked.push(began.elapsed());
        let goal = Goal::new(goal)?;
        let began = Instant::now();
        drop(planner.plan(&caller, &goal).await);
        planned.push(began.elapsed());
    }
    println!(
        "{} goals, each ranked once, p50 / p99 {}",
        ranked.len(),
        Latencies::from_iter(ranked)
    );
    println!("planned, p50 / p99 {}", Latencies::from_iter(planned));
    Ok(())
}

/// What a task answers, which the cases do not say: a text that is called by the last word of the task's name, so that tasks
/// are looked for that make what others take.
fn answer(name: &str) -> Value {
    let called = name.rsplit(['.', '_']).next().unwrap_or(name);
    json!({"type": "object", "properties": {called: {"type": "string"}}})
}

/// Agents of some tasks each.
async fn register(catalog: &Catalog, tasks: &[String]) -> Outcome<usize> {
    let owner = Caller::host("owner".parse()?);
    let price = Pricing::per_request(Amount::new(100_000, Currency::Algo)?);
    let mut drafts = Vec::new();
    let mut n_tasks = 0;
    for (tasks, number) in tasks.chunks(OFFERED).zip(1..) {
        let read = |task: &String| -> Outcome<Task> {
            // A catalog takes JSON Schema only; the cases write theirs as freely as files of tasks do.
            let read = toolbox(std::slice::from_ref(task))?;
            let mut task = read.tools().next().ok_or("a task is not read")?.task.clone();
            task.name.truncate(64);
            task.returns = answer(&task.name);
            Ok(task)
        };
        let tasks = tasks.iter().map(read).collect::<Outcome<Vec<_>>>()?;
        n_tasks += tasks.len();
        let version = VersionDraft::new(
            format!("Agent {number}"),
            tasks,
            price.clone(),
            Endpoint::InProcess,
        );
        drafts.push(AgentDraft::new(
            "acme".parse()?,
            format!("agent-{number}").parse()?,
            version,
        ));
    }
    stream::iter(drafts)
        .map(|draft| {
            let (catalog, owner) = (catalog.clone(), owner.clone());
            async move {
                catalog.register(&owner, draft).await?;
                Outcome::Ok(())
            }
        })
        .buffer_unordered(64)
        .try_collect::<()>()
        .await?;
    Ok(n_tasks)
}
