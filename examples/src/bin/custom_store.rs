//! A host brings its own database driver: one engine, and every store of orch stands on it.
//!
//! `cargo run --bin custom_store`

use std::{convert::Infallible, error::Error, time::Duration};

use orch::{backends::SqlStore, prelude::*};
use orch_examples::one_connection::OneConnection;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Number {
    /// The number to double.
    number: i64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = SqlStore::new(OneConnection::new(rusqlite::Connection::open_in_memory()?));
    store.migrate().await?;

    let double = Agent::function::<Number, i64>("doubler", "double", async |Number { number }| {
        Ok::<_, Infallible>(number.saturating_mul(2))
    });
    let orchestrator = Orchestrator::builder(store.clone()).agent(double).build().await?;
    let worker = tokio::spawn(orchestrator.worker());

    let caller = Caller::host("acme".parse()?);
    let plan = Plan::parse(
        r#"{"steps": [
            {"id": "once", "agent": "doubler", "task": "double", "arguments": {"number": 21}},
            {"id": "twice", "agent": "doubler", "task": "double", "arguments": {"number": {"$result": "/once"}}}
        ]}"#,
    )?;
    let started = orchestrator
        .orchestrations()
        .start_plan(&caller, plan, StartOptions::default())
        .await?;
    let run = orchestrator.orchestrations().wait(&caller, started.run).await?;
    println!("{}: {}", run.status(), run.output().cloned().unwrap_or_default());
    println!("violations in the database: {}", store.check().await?.len());

    orchestrator.shutdown(Duration::from_secs(1)).await;
    worker.await??;
    Ok(())
}
