//! The agents of these tests, each for one ALGO a call.

use std::{
    convert::Infallible,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use orch::{Agent, AgentFunction, LocalAgent, Plan, agent::Pricing};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::engine::amount;

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub(crate) struct Text {
    pub(crate) text: String,
}

/// Says what it is told.
pub(crate) fn echo() -> LocalAgent {
    Agent::function::<Text, String>(
        "echo",
        "say",
        |input| async move { Ok::<_, Infallible>(input.text) },
    )
    .price(Pricing::per_request(amount("1 ALGO")))
    .repeatable()
    .cooperative()
}

/// A plan of one step.
pub(crate) fn one_step(agent: &str) -> Plan {
    plan(&json!([step("a", agent)]))
}

pub(crate) fn step(id: &str, agent: &str) -> Value {
    json!({ "id": id, "agent": agent, "task": "say", "arguments": { "text": id } })
}

pub(crate) fn plan(steps: &Value) -> Plan {
    Plan::from_value(json!({ "steps": steps })).unwrap()
}

/// Holds the agent `gated` back, which awaits it, or `blocked`, which blocks its thread meanwhile.
#[derive(Clone)]
pub(crate) struct Barrier {
    is_open: Arc<watch::Sender<bool>>,
    blocking: Arc<(Mutex<bool>, Condvar)>,
    n_calls: Arc<AtomicUsize>,
}

impl Barrier {
    pub(crate) fn new() -> Self {
        Self {
            is_open: Arc::new(watch::Sender::new(false)),
            blocking: Arc::default(),
            n_calls: Arc::default(),
        }
    }

    /// Lets all who wait, and all who come, pass.
    pub(crate) fn open(&self) {
        self.is_open.send_replace(true);
        *self.blocking.0.lock().unwrap() = true;
        self.blocking.1.notify_all();
    }

    /// How many calls have come so far.
    pub(crate) fn n_calls(&self) -> usize {
        self.n_calls.load(Ordering::SeqCst)
    }

    pub(crate) fn gated(&self) -> LocalAgent {
        let barrier = self.clone();
        Agent::function::<Text, String>("gated", "say", move |input| {
            let barrier = barrier.clone();
            async move {
                barrier.n_calls.fetch_add(1, Ordering::SeqCst);
                let _ = barrier.is_open.subscribe().wait_for(|is_open| *is_open).await;
                Ok::<_, Infallible>(input.text)
            }
        })
        .price(Pricing::per_request(amount("1 ALGO")))
        .repeatable()
        .cooperative()
    }

    pub(crate) fn blocked(&self) -> LocalAgent {
        let barrier = self.clone();
        Agent::function::<Text, String>("blocked", "say", move |input| {
            let barrier = barrier.clone();
            async move {
                barrier.n_calls.fetch_add(1, Ordering::SeqCst);
                let (is_open, opened) = &*barrier.blocking;
                drop(
                    opened
                        .wait_while(is_open.lock().unwrap(), |is_open| !*is_open)
                        .unwrap(),
                );
                Ok::<_, Infallible>(input.text)
            }
        })
        .price(Pricing::per_request(amount("1 ALGO")))
    }
}

/// A thread that blocks would keep the test from ending where it fails.
impl Drop for Barrier {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.open();
        }
    }
}

/// Panics with its text.
pub(crate) fn panicking(slug: &str) -> LocalAgent {
    Agent::function::<Text, String>(slug, "say", |input: Text| async move {
        let text = input.text;
        if !text.is_empty() {
            panic!("{text}");
        }
        Ok::<_, Infallible>(text)
    })
    .price(Pricing::per_request(amount("1 ALGO")))
}
