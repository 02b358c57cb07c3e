//! The agents: repeatable and not, on threads and cooperative, free and priced, quick and slow, reliable and not.

use std::{sync::Arc, time::Duration};

use orch::{
    Agent, AgentFunction, Amount, Clock, Context, Currency, LocalAgent, MoneyError, SystemClock,
    a2a::schemars::JsonSchema,
    agent::{BillingModel, Pricing},
};
use orch_core::BasisPoints;
use serde::{Deserialize, Serialize};

use crate::{effects::Effects, workload::hash};

/// What all is paid in.
pub(crate) const CURRENCY: Currency = Currency::Algo;

/// The share of every payment, in hundredths of a percent, that the platform keeps.
const FEE: u16 = 250;

/// An agent with one task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trade {
    pub(crate) agent: &'static str,
    pub(crate) task: &'static str,
    is_repeatable: bool,
    is_cooperative: bool,
    /// How many minor units a call costs, or a unit of work where a call takes several.
    price: i64,
    max_units: Option<u64>,
    /// How long the work takes; its effect comes in the middle.
    takes: Duration,
    /// Whether one call in six fails, after its effect.
    fails: bool,
}

pub(crate) const TRADES: [Trade; 5] = [
    Trade {
        price: 3,
        takes: Duration::ZERO,
        is_cooperative: true,
        ..trade("clerk", "note", true)
    },
    Trade {
        price: 10,
        takes: Duration::from_millis(3),
        ..trade("courier", "deliver", false)
    },
    Trade {
        price: 2,
        max_units: Some(9),
        takes: Duration::from_millis(2),
        ..trade("scale", "weigh", true)
    },
    Trade {
        price: 7,
        is_cooperative: true,
        fails: true,
        ..trade("gambler", "bet", false)
    },
    Trade {
        takes: Duration::from_millis(4),
        is_cooperative: true,
        ..trade("herald", "announce", true)
    },
];

const fn trade(agent: &'static str, task: &'static str, is_repeatable: bool) -> Trade {
    let takes = Duration::from_millis(1);
    Trade {
        agent,
        task,
        is_repeatable,
        is_cooperative: false,
        price: 0,
        max_units: None,
        takes,
        fails: false,
    }
}

/// The platform's share of every payment.
pub(crate) fn fee() -> Result<BasisPoints, MoneyError> {
    BasisPoints::new(FEE)
}

/// What a task is called with: which step of which run it is, and what came of the steps before.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "orch::schemars")]
struct Errand {
    label: String,
    step: String,
    #[expect(dead_code, reason = "it is there so that steps take the results of others")]
    before: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "orch::schemars")]
struct Receipt {
    receipt: String,
}

impl Trade {
    /// The agent, which leaves its effects in the file.
    pub(crate) fn enroll(self, effects: Arc<Effects>) -> Result<LocalAgent, MoneyError> {
        let agent =
            Agent::function_with_context::<Errand, Receipt>(self.agent, self.task, move |errand, context| {
                let effects = effects.clone();
                async move { self.work(errand, context, &effects).await }
            });
        let agent = agent.price(self.pricing()?);
        let agent = if self.is_repeatable {
            agent.repeatable()
        } else {
            agent
        };
        Ok(if self.is_cooperative {
            agent.cooperative()
        } else {
            agent
        })
    }

    fn pricing(self) -> Result<Pricing, MoneyError> {
        let base = Amount::new(self.price, CURRENCY)?;
        let model = match self.max_units {
            Some(maximum) => BillingModel::PerUnit {
                unit: "pound".to_owned(),
                maximum,
            },
            None => BillingModel::PerRequest,
        };
        Ok(Pricing {
            model,
            ..Pricing::per_request(base)
        })
    }

    async fn work(self, errand: Errand, context: Context, effects: &Effects) -> Result<Receipt, String> {
        let Errand { label, step, .. } = errand;
        self.pause().await;
        effects
            .add(context.idempotency_key(), self.task, &label, &step)
            .map_err(|error| format!("the effect cannot be written: {error}"))?;
        self.pause().await;
        let luck = hash(&[&label, &step]);
        if let Some(maximum) = self.max_units {
            context.set_units(luck % (maximum + 1));
        }
        if self.fails && luck.is_multiple_of(6) {
            return Err("the bet was lost".to_owned());
        }
        Ok(Receipt {
            receipt: format!("{} of {label}", self.task),
        })
    }

    /// Half of the work.
    async fn pause(self) {
        let half = self.takes / 2;
        if self.is_cooperative {
            SystemClock.sleep(half).await;
        } else {
            std::thread::sleep(half);
        }
    }
}
