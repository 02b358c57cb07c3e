//! The whole of orch in memory, with an agent behind an address and one that is a program.

use std::time::Duration;

use async_trait::async_trait;
use orch::{
    Amount, Caller, Clock, Currency, Orchestrator, OsEntropy, Plan, Progress, RunStatus, Stores, SystemClock,
    Task,
    a2a::{Answer, Cancel, Funds, Invocation, Keeper, Kept},
    agent::{Endpoint, Pricing},
    backends::{
        http::{HttpOptions, Network},
        process::ProcessOptions,
    },
    catalog::{AgentDraft, VersionDraft},
    planner::{Parameter, StartOptions, Step, StepId},
};
use orch_benches::Outcome;
use orch_core::{InvocationId, StoreError};
use serde_json::json;

use crate::agents::PROGRAM;

/// Steps of a plan, each of which needs the result of the one before.
pub(crate) const CHAIN: usize = 20;

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

/// The whole of orch, driving its runs.
pub(crate) struct House {
    orchestrator: Orchestrator,
    caller: Caller,
}

fn draft(name: &str, endpoint: Endpoint) -> Outcome<AgentDraft> {
    let number = json!({ "type": "object", "required": ["n"], "properties": { "n": { "type": "integer" } } });
    let mut task = Task::new("count", "Counts");
    task.parameters = number.clone();
    task.returns = number;
    task.repeatable = true;
    let price = Pricing::per_request(Amount::new(1_000, Currency::Algo)?);
    let version = VersionDraft::new(name, vec![task], price, endpoint);
    Ok(AgentDraft::new("acme".parse()?, name.parse()?, version))
}

impl House {
    /// A house whose agent `far` is behind this address, and whose agent `program` is a program.
    pub(crate) async fn new(url: &str) -> Outcome<Self> {
        let options = HttpOptions {
            network: Network::Private,
            ..HttpOptions::default()
        };
        let builder = Orchestrator::builder(Stores::in_memory())
            .http_options(options)
            .process_options(ProcessOptions::default());
        let orchestrator = builder.build().await?;
        let caller = Caller::host("demo".parse()?);
        let credits = Amount::new(1_000_000_000_000, Currency::Algo)?;
        orchestrator
            .billing()
            .grant(caller.account(), credits, "credits")
            .await?;
        let [command, args @ ..] = PROGRAM.map(str::to_owned);
        let program = Endpoint::Subprocess {
            command,
            args: args.into(),
            directory: None,
        };
        let far = Endpoint::Http { url: url.to_owned() };
        for (name, endpoint) in [("far", far), ("program", program)] {
            orchestrator
                .catalog()
                .register(&caller, draft(name, endpoint)?)
                .await?;
        }
        tokio::spawn(orchestrator.worker());
        Ok(Self { orchestrator, caller })
    }

    /// Calls an agent.
    pub(crate) async fn call(&self, name: &str) -> Outcome<()> {
        let agent = self.orchestrator.catalog().find(&self.caller, name).await?;
        let now = SystemClock.now();
        let invocation = Invocation {
            id: InvocationId::generate(now, &OsEntropy),
            agent: agent.id,
            version: agent.latest.version,
            task: "count".to_owned(),
            arguments: [("n".to_owned(), json!(0))].into_iter().collect(),
            deadline: now + Duration::from_secs(60),
            funds: Funds::Credits,
            keeper: "bench".to_owned(),
            step: None,
        };
        let invoker = self.orchestrator.invoker();
        invoker
            .invoke(&self.caller, &invocation, &Forgetful, &Cancel::new())
            .await?;
        Ok(())
    }

    /// Runs a plan of calls to `far`.
    pub(crate) async fn run(&self) -> Outcome<()> {
        let mut plan = Plan::default();
        let mut previous: Option<StepId> = None;
        for index in 0..CHAIN {
            let id: StepId = format!("s{index}").parse()?;
            let n = previous.map_or(Parameter::literal(0), |step| Parameter::result(step, "/n"));
            plan.steps
                .push(Step::new(id.clone(), "far", "count").argument("n", n));
            previous = Some(id);
        }
        let service = self.orchestrator.orchestrations();
        let started = service
            .start_plan(&self.caller, plan, StartOptions::default())
            .await?;
        let run = service.wait(&self.caller, started.run).await?;
        match run.status() {
            RunStatus::Completed => Ok(()),
            status => Err(format!("a run is {status}: {:?}", run.failure()).into()),
        }
    }

    pub(crate) async fn end(&self) {
        self.orchestrator.shutdown(Duration::ZERO).await;
    }
}
