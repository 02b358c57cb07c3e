//! The catalog as its callers meet it.

mod at_hand;
mod caching;
mod changing;
mod finding;
mod ranking;
mod refusing;
mod watched;

use std::{sync::Arc, time::Duration};

use orch_core::{
    Agent, Amount, Caller, Catalog, CatalogStore, Currency, InMemoryCatalog, ManualClock, SeededEntropy,
    Task,
    agent::{Endpoint, Pricing, Visibility},
    catalog::{AgentDraft, VersionDraft},
};

use watched::Watched;

/// A catalog on a clock of its own.
#[derive(Debug)]
struct House {
    catalog: Catalog,
    clock: Arc<ManualClock>,
}

impl Default for House {
    fn default() -> Self {
        Self::on(Arc::new(InMemoryCatalog::default()))
    }
}

impl House {
    fn on(store: Arc<dyn CatalogStore>) -> Self {
        let clock = Arc::new(ManualClock::default());
        Self {
            catalog: Catalog::new(store, clock.clone(), Arc::new(SeededEntropy::default())),
            clock,
        }
    }

    async fn register(&self, draft: AgentDraft) -> Arc<Agent> {
        self.clock.advance(Duration::from_millis(1));
        self.catalog.register(&owner(), draft).await.unwrap()
    }
}

fn caller(name: &str) -> Caller {
    Caller::host(name.parse().unwrap())
}

fn owner() -> Caller {
    caller("owner")
}

fn stranger() -> Caller {
    caller("stranger")
}

fn version(title: &str) -> VersionDraft {
    let pricing = Pricing::per_request(Amount::new(100_000, Currency::Algo).unwrap());
    let tasks = vec![Task::new(
        "read_table",
        "Reads the rows of a table from a CSV file",
    )];
    VersionDraft::new(title, tasks, pricing, Endpoint::InProcess)
}

fn public(name: &str) -> AgentDraft {
    AgentDraft::new(
        "acme".parse().unwrap(),
        name.parse().unwrap(),
        version("Table reader"),
    )
}

fn private(name: &str) -> AgentDraft {
    AgentDraft {
        visibility: Visibility::Private,
        ..public(name)
    }
}
