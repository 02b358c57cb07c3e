use std::{sync::Arc, time::Duration};

use orch_a2a::{Invoker, InvokerLimits, InvokerParts, OpenGate, Transports, testing::draft};
use orch_billing::{Billing, InMemoryLedger, Metering};
use orch_core::{
    AccountId, Amount, BasisPoints, Caller, Currency, InMemorySwitch, ManualClock, SeededEntropy, Switch,
    agent::{Pricing, Visibility},
    catalog::{AgentDraft, Catalog, InMemoryCatalog},
};
use orch_planner::{
    AutoPlanner, Goal, GoalLimits, LlmOptions, LlmPlanner, MeteredModel, TokenPrice,
    catalog_planner::CatalogPlanner,
};
use serde_json::{Map, Value, json};

use super::{chance::Chance, talker::Talker};
use crate::house::caller;

/// A parameter of a task: its name, and whether it is required.
type Parameter = (&'static str, bool);

/// What agents of these worlds do: the task's name, what it does, what it takes and what it answers.
const TRADES: [(&str, &str, &[Parameter], &str); 6] = [
    (
        "read_path",
        "Reads the file at a path.",
        &[("path", true)],
        "text",
    ),
    (
        "summarize",
        "Makes a short summary of a text.",
        &[("text", true), ("count", false)],
        "summary",
    ),
    (
        "translate",
        "Translates a text to another language.",
        &[("text", true), ("to", false)],
        "text",
    ),
    (
        "count_words",
        "Counts the words of a text.",
        &[("text", true)],
        "count",
    ),
    (
        "tell_weather",
        "Tells the weather of a city.",
        &[("city", true)],
        "weather",
    ),
    ("list_news", "Lists the news of today.", &[], "news"),
];

const WISHES: [&str; 12] = [
    "read a.csv",
    "summarize 'one two three'",
    "the summary of a.csv",
    "translate 'good day'",
    "count the words of a.csv",
    "the weather of Paris",
    "list the news",
    "summary and word count of notes.txt",
    "fly to the moon",
    "translate a.csv",
    "news",
    "count the words of 'a b c' and translate it",
];

/// A random catalog, and all planners over it.
pub(super) struct World {
    pub(super) catalog: Catalog,
    pub(super) invoker: Invoker,
    pub(super) catalog_planner: CatalogPlanner,
    pub(super) llm_planner: LlmPlanner,
    pub(super) auto_planner: AutoPlanner,
    pub(super) talker: Arc<Talker>,
    /// Each agent's slug, with its trade and its price.
    agents: Vec<(String, usize, i64, Currency)>,
}

impl World {
    pub(super) async fn make(chance: &mut Chance) -> Self {
        let clock = Arc::new(ManualClock::default());
        let entropy = Arc::new(SeededEntropy::default());
        let catalog = Catalog::new(
            Arc::new(InMemoryCatalog::default()),
            clock.clone(),
            entropy.clone(),
        );
        let owner = Caller::host("owner".parse::<AccountId>().unwrap());
        let mut all = Vec::new();
        for number in 0..2 + chance.below(9) {
            let (trade, minor) = (
                chance.below(TRADES.len()),
                *chance.one_of(&[0, 1_000, 1_000, 7_000]),
            );
            let currency = if chance.once_in(12) {
                Currency::Usd
            } else {
                Currency::Algo
            };
            let name = format!("agent{number}");
            let offer = offer(&name, trade, Amount::new(minor, currency).unwrap());
            catalog.register(&owner, offer).await.unwrap();
            all.push((name, trade, minor, currency));
        }
        let mut hidden = offer("hidden", 0, Amount::zero(Currency::Algo));
        hidden.visibility = Visibility::Private;
        catalog.register(&owner, hidden).await.unwrap();
        let ledger = Arc::new(InMemoryLedger::default());
        let billing = Billing::new(ledger.clone(), clock.clone(), BasisPoints::default());
        let credits = Amount::new(1_000_000_000_000, Currency::Algo).unwrap();
        billing
            .grant(caller().account(), credits, "credits")
            .await
            .unwrap();
        let parts = InvokerParts {
            catalog: catalog.clone(),
            billing: billing.clone(),
            metering: Metering::new(ledger, clock.clone()),
            clock: clock.clone(),
            entropy: entropy.clone(),
            transports: Transports::default(),
            gate: Arc::new(OpenGate),
            switch: Switch::new(Arc::new(InMemorySwitch::default()), clock.clone()),
        };
        let invoker = Invoker::new(parts, InvokerLimits::default());
        let algo = |minor| Amount::new(minor, Currency::Algo).unwrap();
        let price = TokenPrice::per_million(algo(100_000), algo(400_000)).unwrap();
        let talker = Talker::new(Chance::new(chance.below(1 << 30) as u64), clock.clone());
        let talker = Arc::new(talker);
        let model = MeteredModel::new(talker.clone(), price, billing, clock, entropy);
        let llm_planner = LlmPlanner::new(model, catalog.clone(), invoker.clone(), LlmOptions::default());
        let catalog_planner = CatalogPlanner::new(catalog.clone());
        let auto_planner = AutoPlanner::new(llm_planner.clone(), Arc::new(catalog_planner.clone()));
        Self {
            catalog,
            invoker,
            catalog_planner,
            llm_planner,
            auto_planner,
            talker,
            agents: all,
        }
    }

    /// Something that someone may want here, within some limits.
    pub(super) fn goal(&self, chance: &mut Chance) -> Goal {
        let wishes: Vec<&str> = (0..1 + chance.below(3))
            .map(|_| *chance.one_of(&WISHES))
            .collect();
        let mut goal = Goal::new(wishes.join(" and then ")).unwrap();
        if chance.once_in(3) {
            goal.context = Some("A text of no great length.".to_owned());
        }
        let named = |times: usize| -> Vec<String> {
            let mut names = Vec::new();
            for (slug, ..) in &self.agents {
                if chance.once_in(times) {
                    names.push(if chance.once_in(2) {
                        slug.clone()
                    } else {
                        format!("acme/{slug}")
                    });
                }
            }
            names
        };
        let excluded = named(4);
        let mut preferred = named(4);
        let slug = |name: &String| name.trim_start_matches("acme/").to_owned();
        let out: Vec<String> = excluded.iter().map(slug).collect();
        preferred.retain(|name| !out.contains(&slug(name)));
        goal.limits = GoalLimits {
            max_agents: 1 + u32::try_from(chance.below(4)).unwrap(),
            budget: (!chance.once_in(3)).then(|| {
                let currency = if chance.once_in(10) {
                    Currency::Usd
                } else {
                    Currency::Algo
                };
                Amount::new(
                    *chance.one_of(&[1, 500, 1_000, 3_000, 6_000, 9_000, 30_000]),
                    currency,
                )
                .unwrap()
            }),
            timeout: Duration::from_secs(1 + chance.below(3600) as u64),
            preferred,
            excluded,
        };
        goal.check().unwrap();
        goal
    }

    /// The names of all agents that do the same for the same as this one.
    pub(super) fn twins<'w>(&'w self, slug: &'w str) -> impl Iterator<Item = String> + 'w {
        let own = self.agents.iter().find(|(other, ..)| other == slug);
        let twins = self.agents.iter().filter(move |(other, trade, minor, currency)| {
            other != slug && own.is_some_and(|own| (own.1, own.2, own.3) == (*trade, *minor, *currency))
        });
        twins.flat_map(|(slug, ..)| [slug.clone(), format!("acme/{slug}")])
    }
}

/// An agent of a trade.
fn offer(agent: &str, trade: usize, price: Amount) -> AgentDraft {
    let (name, description, parameters, answer) = TRADES[trade];
    let mut offer = draft(agent, &[name], Pricing::per_request(price)).unwrap();
    let kind = |name: &str| if name == "count" { "integer" } else { "string" };
    let properties: Map<String, Value> = parameters
        .iter()
        .map(|(name, _)| ((*name).to_owned(), json!({"type": kind(name)})))
        .collect();
    let required = parameters.iter().filter(|(_, is_required)| *is_required);
    let required: Vec<&str> = required.map(|(name, _)| *name).collect();
    offer.version.title = name.to_owned();
    let task = &mut offer.version.tasks[0];
    task.description = description.to_owned();
    task.parameters = json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    });
    task.returns = json!({
        "type": "object", "properties": {answer: {"type": kind(answer)}}, "required": [answer],
    });
    offer
}
