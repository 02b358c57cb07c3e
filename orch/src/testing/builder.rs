use std::{collections::BTreeMap, fmt, sync::Arc};

use orch_a2a::{
    AgentFunction, LocalAgent,
    testing::{Script, ScriptedGate},
};
use orch_core::{Agent, Caller, Clock, Currency, ManualClock, SeededEntropy, agent::Pricing};
use serde_json::{Map, Value};

use super::{TestOrchestrator, agents::Agents, amount};
use crate::{Builder, Orchestrator, Stores};

/// Plugs an orchestrator for a test together. Everything has a default.
#[derive(Default)]
#[must_use]
pub struct TestBuilder {
    agents: Vec<LocalAgent>,
    scripts: Vec<(String, Script)>,
    prices: BTreeMap<String, String>,
    credits: Vec<(String, String)>,
    seed: Option<u64>,
    stores: Option<(Stores, Arc<ManualClock>)>,
    configure: Vec<Box<dyn FnOnce(Builder) -> Builder + Send>>,
}

impl TestBuilder {
    /// Enrolls an agent of the host. Its tasks run where they are awaited, except for those that follow a script.
    pub fn agent(mut self, agent: LocalAgent) -> Self {
        self.agents.push(agent);
        self
    }

    /// Has a task, named `agent/task`, follow a script with every call. An agent that [`agent`](Self::agent) was not
    /// given is made up: it costs nothing, takes anything, may answer anything, and may be repeated.
    pub fn script(mut self, target: &str, script: Script) -> Self {
        self.scripts.push((target.to_owned(), script));
        self
    }

    /// What a call of a made-up agent costs: `0.5 ALGO`.
    pub fn price(mut self, slug: &str, price: &str) -> Self {
        self.prices.insert(slug.to_owned(), price.to_owned());
        self
    }

    /// Gives an account credits: `10 ALGO`.
    pub fn credits(mut self, account: &str, credits: &str) -> Self {
        self.credits.push((account.to_owned(), credits.to_owned()));
        self
    }

    /// Makes other ids than those of the default seed.
    pub fn seed(self, seed: u64) -> Self {
        Self {
            seed: Some(seed),
            ..self
        }
    }

    /// Carries on with the stores and the clock of another test orchestrator, as the host's next process would.
    pub fn over(self, former: &TestOrchestrator) -> Self {
        Self {
            stores: Some((former.stores.clone(), former.clock.clone())),
            ..self
        }
    }

    /// Says anything else that a host says to its [`Builder`]: a fee, limits, a planner.
    pub fn configure(mut self, change: impl FnOnce(Builder) -> Builder + Send + 'static) -> Self {
        self.configure.push(Box::new(change));
        self
    }

    /// Plugs everything together and sets a worker to work.
    ///
    /// # Panics
    /// Outside a tokio runtime, and where an agent, a target, a price or credits are not what they should be.
    pub async fn build(self) -> TestOrchestrator {
        let made_up = self.made_up();
        let (stores, clock) = self.stores.unwrap_or_else(|| {
            let clock = Arc::new(ManualClock::default());
            (Stores::in_memory_at(clock.clone()), clock)
        });
        let (gate, agents) = (
            Arc::new(ScriptedGate::default()),
            Arc::new(Agents::new(clock.clone())),
        );
        for (target, script) in self.scripts {
            agents.always(&target, script);
        }
        let mut builder = Orchestrator::builder(stores.clone())
            .clock(clock.clone() as Arc<dyn Clock>)
            .entropy(Arc::new(
                self.seed.map_or_else(SeededEntropy::default, SeededEntropy::new),
            ))
            .gate(gate.clone())
            .in_process_transport(agents.clone());
        for agent in self.agents.into_iter().chain(made_up) {
            let slug = agent.draft().expect("an agent with a name").name;
            agents.functions.enroll(slug, &agent);
            builder = builder.agent(agent);
        }
        builder = self
            .configure
            .into_iter()
            .fold(builder, |builder, change| change(builder));
        let orchestrator = builder.build().await.expect("agents that can be enrolled");
        for (number, (account, credits)) in self.credits.into_iter().enumerate() {
            let account = account.parse().expect("the name of an account");
            let key = format!("credits {number}");
            orchestrator
                .billing()
                .grant(&account, amount(&credits), &key)
                .await
                .expect("credits");
        }
        let worker = tokio::spawn(orchestrator.worker());
        // Whoever begins first draws the first ids.
        orchestrator.worked_on().await;
        TestOrchestrator {
            orchestrator,
            clock,
            gate,
            stores,
            agents,
            worker,
        }
    }

    /// The agents that have scripts and nothing else.
    fn made_up(&self) -> Vec<LocalAgent> {
        let is_given = |slug: &str| {
            let mut drafts = self.agents.iter().filter_map(|agent| agent.draft().ok());
            drafts.any(|draft| draft.name.as_str() == slug)
        };
        let mut tasks: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (target, _) in &self.scripts {
            let (slug, task) = target.split_once('/').expect("a target such as agent/task");
            let tasks = tasks.entry(slug).or_default();
            if !is_given(slug) && !tasks.contains(&task) {
                tasks.push(task);
            }
        }
        let agents = tasks.into_iter().filter_map(|(slug, tasks)| {
            let price = self
                .prices
                .get(slug)
                .map_or(Pricing::free(Currency::Algo), |price| {
                    Pricing::per_request(amount(price))
                });
            let (first, rest) = tasks.split_first()?;
            let agent = Agent::function::<Map<String, Value>, Value>(slug, first, unscripted).repeatable();
            let also = |agent: LocalAgent, task: &&str| agent.also(task, unscripted).repeatable();
            Some(rest.iter().fold(agent, also).price(price))
        });
        agents.collect()
    }
}

async fn unscripted(_: Map<String, Value>) -> Result<Value, &'static str> {
    Err("nothing is scripted")
}

impl fmt::Debug for TestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestBuilder")
            .field("agents", &self.agents)
            .field("scripts", &self.scripts)
            .field("prices", &self.prices)
            .field("credits", &self.credits)
            .finish_non_exhaustive()
    }
}

/// Who asks on behalf of an account.
pub(super) fn caller(account: &str) -> Caller {
    Caller::host(account.parse().expect("the name of an account"))
}
