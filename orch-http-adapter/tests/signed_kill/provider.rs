//! The provider, which does something outside of the database: one line in a file for each execution, before it answers.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use orch::{
    Clock, SystemClock,
    a2a::{AgentTransport, Call, Exchange, ProgressSink, Reply, TransportError},
};
use serde_json::{Value, json};

use crate::{Fallible, workload::Label};

/// Something that the provider did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Effect {
    pub(crate) label: Label,
    /// The transaction that it was done for.
    pub(crate) transaction: String,
}

#[derive(Debug)]
pub(crate) struct Provider {
    effects: File,
    /// Whom it could not be reached by once.
    turned_away: Mutex<HashSet<Label>>,
    n_calls: AtomicU32,
}

impl Provider {
    pub(crate) fn open(effects: &Path) -> io::Result<Self> {
        Ok(Self {
            effects: OpenOptions::new().create(true).append(true).open(effects)?,
            turned_away: Mutex::default(),
            n_calls: AtomicU32::new(0),
        })
    }

    /// Whether it is reached only when it is asked again.
    fn turns_away(&self, label: Label) -> bool {
        let mut turned_away = self.turned_away.lock().unwrap_or_else(PoisonError::into_inner);
        label.number.is_multiple_of(7) && turned_away.insert(label)
    }

    async fn serve(&self, exchange: &Exchange) -> Fallible<Option<(u16, String)>> {
        let body: Value = serde_json::from_slice(&exchange.body)?;
        let label: Label = body["data"]["label"].as_str().ok_or("no label")?.parse()?;
        if self.turns_away(label) {
            return Ok(None);
        }
        let mut headers = exchange.headers.iter();
        let (_, transaction) = headers
            .find(|(name, _)| *name == "x-amorce-transaction-id")
            .ok_or("no transaction")?;
        // One call of the operating system has the line wholly or not at all when the process is killed.
        (&self.effects).write_all(format!("{label} {transaction}\n").as_bytes())?;
        SystemClock
            .sleep(Duration::from_millis(u64::from(label.number % 5) * 4))
            .await;
        // No two answers are the same.
        let answer = [std::process::id(), self.n_calls.fetch_add(1, Ordering::Relaxed)];
        let status = if label.number.is_multiple_of(11) { 422 } else { 200 };
        Ok(Some((status, json!({ "answer": answer }).to_string())))
    }
}

#[async_trait]
impl AgentTransport for Provider {
    async fn send(&self, call: Call, _: &ProgressSink) -> Result<Reply, TransportError> {
        let exchange = call
            .exchange
            .ok_or_else(|| TransportError::failed("nothing is relayed"))?;
        match self.serve(&exchange).await {
            Ok(Some((status, body))) => exchange.answer(status, Some(body.as_bytes())),
            Ok(None) => Err(TransportError::unreachable("it sleeps")),
            Err(error) => Err(TransportError::failed(error)),
        }
    }
}

/// Reads the file; nothing where nothing was done yet.
pub(crate) fn read(effects: &Path) -> Fallible<Vec<Effect>> {
    let text = match std::fs::read_to_string(effects) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let effect = |line: &str| {
        let (label, transaction) = line.split_once(' ').ok_or("no effect")?;
        Ok(Effect {
            label: label.parse()?,
            transaction: transaction.to_owned(),
        })
    };
    text.lines().map(effect).collect()
}
