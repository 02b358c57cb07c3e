//! What a life does that is to be killed: it serves the market.

use std::{num::NonZeroU32, sync::Arc};

use orch::{
    Builder, Caller, Goal, Plan,
    auth::{KeyDraft, KeyForm},
    planner::{PlanError, Planner},
};
use orch_http_adapter::market::{Market, MarketOptions, Rate, Rates};
use tokio::net::TcpListener;

use crate::{
    Fallible,
    door::Door,
    host::{ACCOUNT, Host},
    life::Life,
    workload::Label,
};

/// Looks the plan of a goal up: the goal is a label.
#[derive(Debug)]
struct ByLabel;

#[async_trait::async_trait]
impl Planner for ByLabel {
    async fn plan(&self, _: &Caller, goal: &Goal) -> Result<Plan, PlanError> {
        let unknown = || PlanError::NothingFits {
            wish: goal.text.clone(),
        };
        let (life, number) = goal.text.split_once('/').ok_or_else(unknown)?;
        let label = match (life.parse(), number.parse()) {
            (Ok(life), Ok(number)) => Label { life, number },
            _ => return Err(unknown()),
        };
        label.plan().map_err(|_| unknown())
    }
}

/// Plans by labels.
pub(crate) fn configure(builder: Builder, _: &Life) -> Builder {
    builder.planner(Arc::new(ByLabel))
}

/// Serves whoever comes, without end.
pub(crate) async fn work(host: &Host, life: &Life) -> Fallible<()> {
    let caller = Caller::host(ACCOUNT.parse()?);
    let draft = KeyDraft::new(KeyForm::Market, "kill test");
    let minted = host.orchestrator().api_keys().create(&caller, draft).await?;
    let options = MarketOptions {
        rates: boundless(),
        ..MarketOptions::default()
    };
    let market = Market::new(host.orchestrator().clone(), options);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let door = Door {
        life: life.number,
        port: listener.local_addr()?.port(),
        key: minted.token.expose().to_owned(),
    };
    door.open(&life.files)?;
    axum::serve(listener, market.surface().router()).await?;
    Ok(())
}

/// What is tested here is not how often one may ask.
fn boundless() -> Rates {
    let rate = Rate {
        per_minute: NonZeroU32::MAX,
        burst: NonZeroU32::MAX,
    };
    Rates {
        orchestrate: rate,
        hire: rate,
        agents: rate,
        agent: rate,
        usage: rate,
    }
}
