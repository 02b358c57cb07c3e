//! One process, as a host that serves clients.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use orch::{
    AgentFunction, Amount, Caller, Clock, Currency, LocalAgent, Orchestrator, Plan, SystemClock,
    WorkerOptions,
    agent::Pricing,
    backends::{SqlStore, sql::Options},
    planner::{Parameter, StartOptions, Step, StepId},
    schemars,
};
use orch_benches::Outcome;

/// Steps of a plan, one after the other.
const CHAIN: usize = 5;

/// How many runs a process drives at once: what bounds it where agents take their time.
const RUNS: u32 = 32;

/// What a process is told.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    pub(crate) url: String,
    pub(crate) schema: String,
    pub(crate) n_clients: usize,
    pub(crate) takes: Duration,
    pub(crate) lasts: Duration,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Input {
    n: u64,
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Output {
    n: u64,
}

impl Replica {
    const COMMAND: &str = "--replica";

    pub(crate) fn arguments(&self) -> [String; 6] {
        [
            Self::COMMAND.to_owned(),
            self.url.clone(),
            self.schema.clone(),
            self.n_clients.to_string(),
            self.takes.as_millis().to_string(),
            self.lasts.as_millis().to_string(),
        ]
    }

    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        if arguments.next()? != Self::COMMAND {
            return None;
        }
        Some(Self {
            url: arguments.next()?,
            schema: arguments.next()?,
            n_clients: arguments.next()?.parse().ok()?,
            takes: Duration::from_millis(arguments.next()?.parse().ok()?),
            lasts: Duration::from_millis(arguments.next()?.parse().ok()?),
        })
    }

    /// Serves its clients for a while; how many steps were completed in it.
    pub(crate) async fn run(&self) -> Outcome<u64> {
        let options = Options {
            schema: self.schema.clone(),
            ..Options::default()
        };
        let store = SqlStore::connect(&self.url, options).await?;
        let (counted, n_steps) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let worker = WorkerOptions {
            runs: RUNS,
            ..WorkerOptions::default()
        };
        let builder = Orchestrator::builder(store).agent(agent(counted.clone(), self.takes)?);
        let orchestrator = builder.worker_options(worker).build().await?;
        let caller = Caller::host("demo".parse()?);
        let credits = Amount::new(1_000_000_000_000, Currency::Algo)?;
        orchestrator
            .billing()
            .grant(caller.account(), credits, "credits")
            .await?;
        let working = tokio::spawn(orchestrator.worker());
        // What was there before is not counted, nor is the way up to full load.
        let begins_at = Instant::now() + Duration::from_secs(1);
        let ends_at = begins_at + self.lasts;
        let clients = (0..self.n_clients).map(|_| {
            let (service, caller) = (orchestrator.orchestrations().clone(), caller.clone());
            tokio::spawn(async move {
                while Instant::now() < ends_at {
                    let started = service
                        .start_plan(&caller, plan()?, StartOptions::default())
                        .await?;
                    service.wait(&caller, started.run).await?;
                }
                Outcome::Ok(())
            })
        });
        let window = async {
            SystemClock
                .sleep(begins_at.saturating_duration_since(Instant::now()))
                .await;
            let before = counted.load(Ordering::Relaxed);
            SystemClock
                .sleep(ends_at.saturating_duration_since(Instant::now()))
                .await;
            n_steps.store(counted.load(Ordering::Relaxed) - before, Ordering::Relaxed);
            Ok(())
        };
        let (clients, ()) = tokio::try_join!(try_join_all(clients), window)?;
        clients.into_iter().collect::<Outcome<()>>()?;
        orchestrator.shutdown(Duration::from_secs(5)).await;
        working.await??;
        Ok(n_steps.load(Ordering::Relaxed))
    }
}

fn agent(n_steps: Arc<AtomicU64>, takes: Duration) -> Outcome<LocalAgent> {
    let count = move |Input { n }: Input| {
        let n_steps = n_steps.clone();
        async move {
            if !takes.is_zero() {
                SystemClock.sleep(takes).await;
            }
            n_steps.fetch_add(1, Ordering::Relaxed);
            Ok::<_, String>(Output { n: n + 1 })
        }
    };
    let agent = orch::Agent::function::<Input, Output>("counter", "count", count);
    let price = Amount::new(1_000, Currency::Algo)?;
    Ok(agent
        .price(Pricing::per_request(price))
        .repeatable()
        .cooperative())
}

fn plan() -> Outcome<Plan> {
    let mut plan = Plan::default();
    let mut previous: Option<StepId> = None;
    for index in 0..CHAIN {
        let id: StepId = format!("s{index}").parse()?;
        let n = previous.map_or(Parameter::literal(0), |step| Parameter::result(step, "/n"));
        plan.steps
            .push(Step::new(id.clone(), "counter", "count").argument("n", n));
        previous = Some(id);
    }
    Ok(plan)
}
