//! What approvals cost: the memory of a hundred thousand that are pending, and how soon after a human's decision the step
//! that waited for it is sent, beside the same step without a gate.
//!
//! ```text
//! cargo bench -p orch-benches --bench approvals                 100,000 pending, 500 decisions on each engine
//! cargo bench -p orch-benches --bench approvals -- 5000 50      fewer of both
//! ```

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use orch::{
    AgentFunction, Amount, ApprovalId, Caller, Currency, Orchestrator, Plan, Stores,
    a2a::ApprovalRule,
    approvals::{
        Action, ApprovalOptions, ApprovalRequest, ApprovalStore, Approvals, Ballot, Filter, JsonText, Party,
        Policy, Question, Status,
    },
    backends::SqlStore,
    planner::StartOptions,
};
use orch_benches::{Latencies, Outcome, Table};
use serde_json::json;

const PENDING: u64 = 100_000;
const DECISIONS: u64 = 500;
/// How many wait while one is decided.
const WAITING: usize = 100;

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok());
    let n_pending = numbers.next().unwrap_or(PENDING);
    let n_decisions = numbers.next().unwrap_or(DECISIONS);
    memory(n_pending).await?;
    resumption(n_decisions).await
}

/// What the process holds for so many approvals, as the gate asks for them.
async fn memory(n_pending: u64) -> Outcome<()> {
    let mut table = Table::new([
        "store",
        "pending",
        "own memory, MiB",
        "bytes each",
        "asked in, µs each",
    ]);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let file = format!("sqlite://{}/orch.db", folder.path().display());
    let stores: [(&str, Stores); 2] = [
        (
            "SQLite",
            SqlStore::connect(&file, Default::default()).await?.into(),
        ),
        ("in memory", Stores::in_memory()),
    ];
    for (name, stores) in stores {
        let before = own_memory()?;
        let began_at = Instant::now();
        ask(stores.approvals.clone(), n_pending).await?;
        let took = began_at.elapsed().as_secs_f64() * 1e6;
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let n = n_pending as f64;
        let held = own_memory()? - before;
        table.row([
            name.to_owned(),
            n_pending.to_string(),
            format!("{held:.1}"),
            format!("{:.0}", held * 1024.0 * 1024.0 / n),
            format!("{:.1}", took / n),
        ]);
    }
    println!("{table}");
    Ok(())
}

async fn ask(store: Arc<dyn ApprovalStore>, n_pending: u64) -> Outcome<()> {
    let options = ApprovalOptions {
        pending_per_requester: u32::MAX,
        ..ApprovalOptions::default()
    };
    let clock = Arc::new(orch::SystemClock);
    let approvals = Approvals::new(store, clock, Arc::new(orch::OsEntropy), options);
    let acme = Caller::host("acme".parse()?);
    let policy = by_boss()?;
    let clients = (0..256).map(async |client| {
        for number in (client..n_pending).step_by(256) {
            let details =
                json!({ "agent": "writer", "task": "write", "arguments": { "text": number }, "step": "a" });
            let question = Question {
                details: JsonText::from(&details),
                cost: Some(Amount::new(100, Currency::Algo)?),
                ..Question::new("Call write of agent writer")
            };
            let action = Action {
                key: format!("inv_{number:032x}"),
                digest: orch_core::Fingerprint::of_value(&details),
                keeper: Some(format!("run_{number:032x}")),
            };
            let request = ApprovalRequest {
                action: Some(action),
                ..ApprovalRequest::new(Party::of(&acme), question, policy.clone())
            };
            approvals.ask(&acme, request).await?;
        }
        Outcome::Ok(())
    });
    futures_util::future::try_join_all(clients).await?;
    Ok(())
}

fn boss() -> Outcome<Caller> {
    Ok(Caller::host("boss".parse()?))
}

fn by_boss() -> Outcome<Policy> {
    Ok(Policy::one_of([Party::of(&boss()?)]))
}

/// How soon after a decision is asked for the step that waits is sent, on each engine.
async fn resumption(n_decisions: u64) -> Outcome<()> {
    let mut table = Table::new([
        "engine",
        "decisions",
        "p50, ms",
        "p99, ms",
        "longest, ms",
        "a decision alone, p50",
    ]);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let file = format!("sqlite://{}/orch.db", folder.path().display());
    let mut engines: Vec<(&str, Stores, Option<Stores>)> = Vec::new();
    engines.push(("in memory", Stores::in_memory(), None));
    let file = SqlStore::connect(&file, Default::default()).await?;
    engines.push(("SQLite, FULL", file.into(), None));
    if let Some([here, there]) = orch::backends::sql::test_db::postgres_twice().await {
        engines.push((
            "PostgreSQL, decided in another replica",
            here.into(),
            Some(there.into()),
        ));
    }
    for (name, works, decides) in engines {
        let [resumed, decided] = resume(works, decides, n_decisions).await?;
        let millis = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1e3);
        table.row([
            name.to_owned(),
            n_decisions.to_string(),
            millis(resumed.percentile(50)),
            millis(resumed.percentile(99)),
            millis(resumed.percentile(100)),
            millis(decided.percentile(50)),
        ]);
    }
    println!("{table}");
    Ok(())
}

#[derive(serde::Deserialize, orch::schemars::JsonSchema)]
#[schemars(crate = "orch::schemars")]
struct Nothing {}

/// A hundred runs wait, and one after the other is decided: when its agent begins, and when the decision is durable. They
/// are decided in the process that works, or in another one.
async fn resume(works: Stores, decides: Option<Stores>, n_decisions: u64) -> Outcome<[Latencies; 2]> {
    let (begins, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let agent = orch::Agent::function::<Nothing, u64>("writer", "write", move |_| {
        // Whoever measures listens to the end.
        let _ = begins.send(Instant::now());
        async { Ok::<_, String>(1) }
    });
    let builder = Orchestrator::builder(works).agent(agent.repeatable().cooperative());
    let one = builder
        .approval_rule(ApprovalRule::all(by_boss()?))
        .build()
        .await?;
    let other = match decides {
        Some(decides) => Orchestrator::builder(decides).build().await?,
        None => one.clone(),
    };
    let working = tokio::spawn(one.worker());
    let acme = Caller::host("acme".parse()?);
    let mut changes = other.approvals().changes();
    let (mut resumed, mut decided) = (Vec::new(), Vec::new());
    let mut n_started = 0;
    for _ in 0..n_decisions {
        let mut waiting = pending(&other).await?;
        while waiting.len() < WAITING.min(usize::try_from(n_decisions)? - resumed.len()) {
            if n_started < n_decisions && waiting.len() < WAITING {
                let plan =
                    json!({ "steps": [{ "id": "a", "agent": "writer", "task": "write", "arguments": {} }] });
                let plan = Plan::from_value(plan)?;
                let orchestrations = one.orchestrations();
                orchestrations
                    .start_plan(&acme, plan, StartOptions::default())
                    .await?;
                n_started += 1;
            }
            changes.next().await;
            waiting = pending(&other).await?;
        }
        let id = waiting.remove(0);
        let ballot = Ballot::approve(Party::of(&boss()?));
        let asked_at = Instant::now();
        other.approvals().decide(&boss()?, &id, ballot).await?;
        decided.push(asked_at.elapsed());
        let begun_at: Instant = begun.recv().await.ok_or("the agent is gone")?;
        resumed.push(begun_at - asked_at);
    }
    one.shutdown(Duration::from_secs(5)).await;
    working.await??;
    Ok([resumed.into_iter().collect(), decided.into_iter().collect()])
}

/// The oldest first.
async fn pending(orchestrator: &Orchestrator) -> Outcome<Vec<ApprovalId>> {
    let filter = Filter {
        status: Some(Status::Pending),
        ..Filter::default()
    };
    let listed = orchestrator.approvals().list(&boss()?, filter, 200, None).await?;
    Ok(listed
        .approvals
        .into_iter()
        .rev()
        .map(|approval| approval.id)
        .collect())
}

/// What is the process's alone, in MiB, as the kernel counts it.
fn own_memory() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kib.ok_or("there is no RssAnon")? / 1024.0)
}
