use std::time::{Duration, Instant};

use axum::{Router, body::Body, http::Request};
use orch::{
    Caller, Orchestrator,
    auth::{KeyDraft, KeyForm},
    backends::{SqlStore, sql::Options},
};
use orch_benches::{Latencies, Outcome, Table};
use orch_http_adapter::market::{Market, MarketOptions, Rate};
use rusqlite::Connection;
use tower::ServiceExt;

/// How many records.
const RECORDS: u64 = 10_000_000;
/// Over how many days up to now.
const DAYS: u64 = 365;
const AGENTS: u64 = 50;
const QUESTIONS: usize = 60;

/// Fills a file with records, sums them up as the migrations do, and asks `GET /usage` for spans of all kinds.
pub(crate) async fn measure() -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("usage.db");
    let url = format!("sqlite://{}", path.display());
    drop(SqlStore::connect(&url, Options::default()).await?);
    let began = Instant::now();
    fill(&path)?;
    println!("{RECORDS} records in {:.0} s", began.elapsed().as_secs_f64());
    let store = SqlStore::connect(&url, Options::default()).await?;
    let orchestrator = Orchestrator::builder(store).build().await?;
    let caller = Caller::host("acme".parse()?);
    let draft = KeyDraft::new(KeyForm::Market, "bench");
    let minted = orchestrator.api_keys().create(&caller, draft).await?;
    let mut options = MarketOptions::default();
    options.rates.usage = Rate::doubled(1_000_000);
    let router = Market::new(orchestrator, options).surface().router();
    let mut table = Table::new(["GET /usage over 10,000,000 records", "p50 / p99"]);
    let (first, last) = ("2025-12-01", "2026-11-20");
    for query in [
        "period=hour".to_owned(),
        "period=day".to_owned(),
        "period=week".to_owned(),
        "period=month".to_owned(),
        "period=month&group_by=day".to_owned(),
        "period=month&group_by=task".to_owned(),
        format!("start_date={first}&end_date={last}"),
        format!("start_date={first}&end_date={last}&group_by=day"),
    ] {
        let mut took = Vec::new();
        for _ in 0..QUESTIONS {
            took.push(ask(&router, &query, minted.token.expose()).await?);
        }
        table.row([query, Latencies::from_iter(took).to_string()]);
    }
    println!("{table}");
    Ok(())
}

async fn ask(router: &Router, query: &str, key: &str) -> Outcome<Duration> {
    let request = Request::get(format!("/usage?{query}")).header("authorization", format!("Bearer {key}"));
    let request = request.body(Body::empty())?;
    let began = Instant::now();
    let response = router.clone().oneshot(request).await?;
    let took = began.elapsed();
    if response.status().is_success() {
        Ok(took)
    } else {
        Err(format!("{query}: {}", response.status()).into())
    }
}

/// Writes past the ledger, which would take hours; what the surface reads is the same.
fn fill(path: &std::path::Path) -> Outcome<()> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.pragma_update(None, "cache_size", -262_144)?;
    let step = DAYS * 24 * 60 * 60 * 1_000 / RECORDS;
    let records = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {RECORDS}) \
         INSERT INTO orch_usage (invocation, account, agent, agent_slug, task, outcome, units, cost, currency, took_millis, at, \
         summed, totaled) SELECT printf('inv_%032x', i), 'acme', printf('agent_%032x', i * 7919 % {AGENTS}), \
         'agent-' || (i * 7919 % {AGENTS}), 'task-' || (i * 31 % 2), \
         CASE WHEN i % 50 = 0 THEN 'failed' ELSE 'answered' END, 1, i % 1000, 'ALGO', i % 3000, \
         (unixepoch() - {DAYS} * 86400) * 1000 + i * {step}, 1, 1 FROM n"
    );
    connection.execute_batch("BEGIN")?;
    connection.execute(&records, [])?;
    for name in ["usage sums", "usage totals"] {
        let mut migrations = SqlStore::migrations().iter();
        let migration = migrations.find(|migration| migration.name == name);
        for statement in migration.ok_or("there is no migration of sums")?.sql.split(";\n") {
            if statement.trim_start().starts_with("INSERT INTO orch_usage_") {
                connection.execute(statement, [])?;
            }
        }
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}
