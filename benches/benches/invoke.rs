//! One call of an agent through the whole corridor, without a database, beside a boxed asynchronous call whose arguments
//! and answer are checked.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use orch::{
    AgentFunction, Amount, Caller, Clock, Currency, Orchestrator, OsEntropy, Progress, Stores, SystemClock,
    a2a::{Answer, Cancel, Funds, Invocation, Keeper, Kept},
    agent::Pricing,
    schemars,
};
use orch_benches::{Latencies, Outcome, Table};
use orch_core::{InvocationId, StoreError};
use serde_json::{Map, Value};

const ROUNDS: usize = 20;
const CALLS: usize = 2_000;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Input {
    n: u64,
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Output {
    n: u64,
}

async fn count(Input { n }: Input) -> Result<Output, String> {
    Ok(Output { n: n + 1 })
}

/// Keeps no answer, and lets it count.
#[derive(Debug)]
struct Forgetful;

#[async_trait]
impl Keeper for Forgetful {
    async fn keep(&self, _answer: &Answer) -> Result<Kept, StoreError> {
        Ok(Kept::Accepted)
    }

    fn progressed(&self, _progress: Progress) {}
}

fn arguments(n: usize) -> Map<String, Value> {
    [("n".to_owned(), n.into())].into_iter().collect()
}

/// The function behind a pointer, JSON in and out, with both checked.
struct Bare {
    parameters: jsonschema::Validator,
    returns: jsonschema::Validator,
    function: Box<dyn Fn(Value) -> BoxFuture<'static, Outcome<Value>>>,
}

impl Bare {
    fn new(task: &orch::Task) -> Outcome<Self> {
        let validator = |schema| {
            jsonschema::options()
                .build(schema)
                .map_err(|error| error.to_string())
        };
        let call = |arguments| async move {
            Ok(serde_json::to_value(
                count(serde_json::from_value(arguments)?).await?,
            )?)
        };
        Ok(Self {
            parameters: validator(&task.parameters)?,
            returns: validator(&task.returns)?,
            function: Box::new(move |arguments| Box::pin(call(arguments))),
        })
    }

    async fn call(&self, arguments: Value) -> Outcome<Value> {
        self.parameters
            .validate(&arguments)
            .map_err(|error| error.to_string())?;
        let result = (self.function)(arguments).await?;
        self.returns
            .validate(&result)
            .map_err(|error| error.to_string())?;
        Ok(result)
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let price = Pricing::per_request(Amount::new(1_000, Currency::Algo)?);
    let agent = orch::Agent::function::<Input, Output>("counter", "count", count)
        .price(price)
        .cooperative();
    let orchestrator = Orchestrator::builder(Stores::in_memory())
        .agent(agent)
        .build()
        .await?;
    let caller = Caller::host("demo".parse()?);
    let credits = Amount::new(1_000_000_000_000, Currency::Algo)?;
    orchestrator
        .billing()
        .grant(caller.account(), credits, "credits")
        .await?;
    let agent = orchestrator.catalog().find(&caller, "counter").await?;
    let bare = Bare::new(agent.latest.task("count").ok_or("there is no task")?)?;

    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        for n in 0..CALLS {
            let now = SystemClock.now();
            let invocation = Invocation {
                id: InvocationId::generate(now, &OsEntropy),
                agent: agent.id,
                version: agent.latest.version,
                task: "count".to_owned(),
                arguments: arguments(n),
                deadline: now + Duration::from_secs(60),
                funds: Funds::Credits,
                keeper: "bench".to_owned(),
                step: None,
            };
            let cancel = Cancel::new();
            let started_at = Instant::now();
            let outcome = orchestrator
                .invoker()
                .invoke(&caller, &invocation, &Forgetful, &cancel)
                .await?;
            // The first round warms up.
            if round > 0 {
                ours.push(started_at.elapsed());
            }
            black_box(outcome);
        }
        for n in 0..CALLS {
            let arguments = Value::Object(arguments(n));
            let started_at = Instant::now();
            let result = bare.call(arguments).await?;
            if round > 0 {
                limit.push(started_at.elapsed());
            }
            black_box(result);
        }
    }
    let mut table = Table::new(["one call", "p50 / p99"]);
    table.row([
        "orch, in memory: resolve, check, permit, hold, send, keep, capture, meter".to_owned(),
        Latencies::from_iter(ours).to_string(),
    ]);
    table.row([
        "boxed call with its arguments and answer checked".to_owned(),
        Latencies::from_iter(limit).to_string(),
    ]);
    println!("{table}");
    Ok(())
}
