//! A host with an orchestrator in its own process: a priced agent, a run, its steps as they happen, and the bill.
//!
//! `cargo run --bin embedded`

use std::{error::Error, time::Duration};

use orch::{agent::Pricing, prelude::*};
use serde_json::json;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Greeting {
    /// Whom to greet.
    name: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let greeter = Agent::function::<Greeting, String>("greeter", "greet", async |Greeting { name }| {
        if name.trim().is_empty() {
            Err("there is nobody to greet")
        } else {
            Ok(format!("Good morning, {name}!"))
        }
    })
    .task_description("Greet someone by name.")
    .example(json!({"name": "Ada"}), json!("Good morning, Ada!"))
    .price(Pricing::per_request("0.05 USD".parse()?));

    let orchestrator = Orchestrator::builder(Stores::in_memory())
        .agent(greeter)
        .build()
        .await?;
    let worker = tokio::spawn(orchestrator.worker());

    let caller = Caller::host("acme".parse()?);
    orchestrator
        .billing()
        .grant(caller.account(), "1 USD".parse()?, "first invoice")
        .await?;

    let plan = Plan::parse(
        r#"{"steps": [
            {"id": "ada", "agent": "greeter", "task": "greet", "arguments": {"name": "Ada"}},
            {"id": "echo", "agent": "greeter", "task": "greet", "arguments": {"name": {"$result": "/ada"}}}
        ]}"#,
    )?;
    let started = orchestrator
        .orchestrations()
        .start_plan(&caller, plan, StartOptions::default())
        .await?;

    let mut watch = orchestrator
        .orchestrations()
        .watch(&caller, started.run, 1)
        .await?;
    while let Some(update) = watch.next().await {
        if let Update::Event { seq, event, .. } = update? {
            println!("{seq}: {}", event.kind());
        }
    }

    let run = orchestrator.orchestrations().find(&caller, started.run).await?;
    println!("{}: {}", run.status(), run.output().cloned().unwrap_or_default());
    let balance = orchestrator.billing().balance(&caller, Currency::Usd).await?;
    println!("spent {}, left {}", run.spent(), balance.available);

    orchestrator.shutdown(Duration::from_secs(1)).await;
    worker.await??;
    Ok(())
}
