//! The agents that are called, and what they cost.

use std::convert::Infallible;

use orch::{
    Agent, AgentFunction, Amount, Context, Currency, LocalAgent, Plan,
    agent::{BillingModel, Pricing},
};
use serde_json::{Map, Value, json};

/// What is held for a call: the most that it can cost.
pub(crate) const HOLD: i64 = 1_000_000;
/// What an answer costs.
pub(crate) const COST: i64 = 400_000;
/// What there is, which no number of answers uses up exactly.
pub(crate) const CREDITS: i64 = 5_300_000;
/// How many answers can be paid: each was started while there was enough for a hold.
pub(crate) const FIT: i64 = (CREDITS - HOLD) / COST + 1;

const UNIT: i64 = 100_000;

pub(crate) fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

/// A call is held for ten units and answered for four.
fn pricing() -> Pricing {
    let maximum = (HOLD / UNIT).unsigned_abs();
    let model = BillingModel::PerUnit {
        unit: "word".into(),
        maximum,
    };
    Pricing {
        base: algo(UNIT),
        model,
        volume_discounts: Vec::new(),
    }
}

pub(crate) fn all() -> [LocalAgent; 3] {
    let answers = |_: Map<String, Value>, context: Context| async move {
        context.set_units((COST / UNIT).unsigned_abs());
        // Others come in between.
        tokio::task::yield_now().await;
        Ok::<_, Infallible>(Value::Null)
    };
    let fails = |_: Map<String, Value>| async { Err::<Value, _>("told to fail") };
    let hangs = |_: Map<String, Value>| std::future::pending::<Result<Value, Infallible>>();
    [
        Agent::function_with_context::<Map<String, Value>, Value>("answering", "do", answers),
        Agent::function::<Map<String, Value>, Value>("failing", "do", fails),
        Agent::function::<Map<String, Value>, Value>("hanging", "do", hangs),
    ]
    .map(|agent| agent.price(pricing()).cooperative())
}

pub(crate) fn plan(agent: &str) -> Plan {
    Plan::from_value(json!({ "steps": [{ "id": "a", "agent": agent, "task": "do" }] })).unwrap()
}
