//! The whole of orch, and plans to run.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use orch::{
    AgentFunction, Amount, Caller, Currency, LocalAgent, Orchestrator, Plan, RunStatus,
    agent::Pricing,
    backends::SqlStore,
    planner::{Parameter, StartOptions, Step, StepId},
    schemars,
};
use orch_benches::{Latencies, Outcome};

/// Steps of a plan, each of which needs the result of the one before.
pub(crate) const CHAIN: usize = 20;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Input {
    run: usize,
    n: u64,
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Output {
    n: u64,
}

/// When each run sent each of its steps.
type Marks = Arc<Mutex<Vec<Vec<Instant>>>>;

fn agent(marks: Marks) -> Outcome<LocalAgent> {
    let price = Amount::new(1_000, Currency::Algo)?;
    let count = move |Input { run, n }: Input| {
        let now = Instant::now();
        let mut marks = marks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(marks) = marks.get_mut(run) {
            marks.push(now);
        }
        async move { Ok::<_, String>(Output { n: n + 1 }) }
    };
    let agent = orch::Agent::function::<Input, Output>("counter", "count", count);
    Ok(agent
        .price(Pricing::per_request(price))
        .repeatable()
        .cooperative())
}

fn plan(run: usize) -> Outcome<Plan> {
    let mut plan = Plan::default();
    let mut previous: Option<StepId> = None;
    for index in 0..CHAIN {
        let id: StepId = format!("s{index}").parse()?;
        let n = previous.map_or(Parameter::literal(0), |step| Parameter::result(step, "/n"));
        let step = Step::new(id.clone(), "counter", "count")
            .argument("run", Parameter::literal(run))
            .argument("n", n);
        plan.steps.push(step);
        previous = Some(id);
    }
    Ok(plan)
}

/// The whole of orch, over a store.
pub(crate) struct House {
    pub(crate) orchestrator: Orchestrator,
    marks: Marks,
    caller: Caller,
}

impl House {
    pub(crate) async fn over(store: SqlStore) -> Outcome<Self> {
        let marks = Marks::default();
        let limits = orch::a2a::InvokerLimits {
            calls_per_agent: 1024,
            ..Default::default()
        };
        let builder = Orchestrator::builder(store)
            .agent(agent(marks.clone())?)
            .invoker_limits(limits);
        let orchestrator = builder.build().await?;
        let caller = Caller::host("demo".parse()?);
        let credits = Amount::new(1_000_000_000_000, Currency::Algo)?;
        orchestrator
            .billing()
            .grant(caller.account(), credits, "credits")
            .await?;
        Ok(Self {
            orchestrator,
            marks,
            caller,
        })
    }

    /// Drives its runs from now on.
    pub(crate) async fn serve(store: SqlStore) -> Outcome<Self> {
        let house = Self::over(store).await?;
        tokio::spawn(house.orchestrator.worker());
        Ok(house)
    }

    /// So many clients each start so many runs, one after the other, and wait for their end.
    pub(crate) async fn round(&self, n_clients: usize, n_each: usize) -> Outcome<Round> {
        let n_runs = n_clients * n_each;
        *self.marks.lock().unwrap_or_else(PoisonError::into_inner) = vec![Vec::with_capacity(CHAIN); n_runs];
        let plans = (0..n_runs).map(plan).collect::<Outcome<Vec<_>>>()?;
        let started_at = Instant::now();
        let clients = plans.chunks(n_each).map(|plans| {
            let (service, caller, plans) = (
                self.orchestrator.orchestrations().clone(),
                self.caller.clone(),
                plans.to_vec(),
            );
            tokio::spawn(async move {
                for plan in plans {
                    let started = service.start_plan(&caller, plan, StartOptions::default()).await?;
                    let run = service.wait(&caller, started.run).await?;
                    if run.status() != RunStatus::Completed {
                        return Err(format!("a run is {}: {:?}", run.status(), run.failure()).into());
                    }
                }
                Outcome::Ok(())
            })
        });
        for client in try_join_all(clients).await? {
            client?;
        }
        let took = started_at.elapsed();
        let marks = std::mem::take(&mut *self.marks.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Round::new(took, &marks))
    }
}

/// What came of one round.
pub(crate) struct Round {
    pub(crate) steps_per_second: f64,
    pub(crate) latencies: Latencies,
}

impl Round {
    pub(crate) fn new(took: Duration, marks: &[Vec<Instant>]) -> Self {
        let steps = marks.iter().map(Vec::len).sum::<usize>();
        let between = marks
            .iter()
            .flat_map(|marks| marks.windows(2).map(|pair| pair[1] - pair[0]));
        Self {
            steps_per_second: steps as f64 / took.as_secs_f64(),
            latencies: between.collect(),
        }
    }
}
