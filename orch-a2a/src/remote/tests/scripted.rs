use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use orch_auth::{AgentKey, AgentSigner};
use orch_core::ManualClock;
use tokio::sync::watch;

use super::*;

/// What a directory does when it is asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Says {
    Body(String),
    Nothing,
    Fails,
    Hangs,
}

impl Says {
    pub(super) fn body(body: impl Into<String>) -> Self {
        Self::Body(body.into())
    }
}

/// A directory that does as it is told: of ids that it was told nothing of, what it says to all.
#[derive(Debug)]
pub(super) struct Scripted {
    says: Mutex<HashMap<String, Says>>,
    to_all: Mutex<Says>,
    asked: Mutex<Vec<String>>,
    is_open: watch::Sender<bool>,
}

impl Scripted {
    pub(super) fn says(&self, id: &str, says: Says) {
        self.says.lock().unwrap().insert(id.to_owned(), says);
    }

    /// Forgets what it was told of single ids.
    pub(super) fn says_to_all(&self, says: Says) {
        self.says.lock().unwrap().clear();
        *self.to_all.lock().unwrap() = says;
    }

    /// Whoever asks waits until it opens.
    pub(super) fn close(&self) {
        self.is_open.send_replace(false);
    }

    pub(super) fn open(&self) {
        self.is_open.send_replace(true);
    }

    fn asked(&self) -> MutexGuard<'_, Vec<String>> {
        self.asked.lock().unwrap()
    }

    pub(super) fn n_asked(&self) -> usize {
        self.asked().len()
    }

    /// The path that was asked for last.
    pub(super) fn last_asked(&self) -> String {
        self.asked().last().unwrap().clone()
    }
}

#[async_trait]
impl DirectorySource for Scripted {
    async fn look_up(&self, lookup: &Lookup<'_>) -> Result<Option<Vec<u8>>, Cause> {
        self.asked().push(lookup.path());
        let mut is_open = self.is_open.subscribe();
        is_open.wait_for(|is_open| *is_open).await?;
        let says = self.says.lock().unwrap().get(lookup.id()).cloned();
        let says = says.unwrap_or_else(|| self.to_all.lock().unwrap().clone());
        match says {
            Says::Body(body) => Ok(Some(body.into_bytes())),
            Says::Nothing => Ok(None),
            Says::Fails => Err("it fails".into()),
            Says::Hangs => std::future::pending().await,
        }
    }
}

pub(super) struct House {
    pub(super) remote: RemoteDirectory,
    pub(super) source: Arc<Scripted>,
    pub(super) clock: Arc<ManualClock>,
}

/// Another directory, in which there is nothing.
pub(super) fn house() -> House {
    let source = Arc::new(Scripted {
        says: Mutex::default(),
        to_all: Mutex::new(Says::Nothing),
        asked: Mutex::default(),
        is_open: watch::Sender::new(true),
    });
    let clock = Arc::new(ManualClock::default());
    House {
        remote: RemoteDirectory::new(source.clone(), clock.clone()),
        source,
        clock,
    }
}

impl House {
    /// Lets everything go on that can.
    pub(super) async fn settle(&self) {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    /// Lets the time pass that an answer is waited for, if none comes.
    pub(super) async fn be_patient(&self, says: &Says) {
        if *says == Says::Hangs {
            self.settle().await;
            self.clock.advance(RemoteDirectory::PATIENCE);
        }
    }
}

pub(super) fn name(id: &str) -> PartyId {
    id.parse().unwrap()
}

pub(super) fn signer(number: u8) -> AgentSigner {
    AgentSigner::from_seed(&[number; 32])
}

pub(super) fn key_of(number: u8) -> AgentKey {
    signer(number).key()
}

/// The published answer to a lookup.
pub(super) fn agent_record(id: &str, number: u8, status: &str) -> String {
    let pem = key_of(number).to_pem();
    let metadata = serde_json::json!({ "name": id, "api_endpoint": format!("https://{id}.example") });
    serde_json::json!({ "agent_id": id, "status": status, "public_key": pem, "metadata": metadata })
        .to_string()
}

pub(super) fn service_record(id: &str, provider: &str) -> String {
    format!(
        r#"{{"service_id":"{id}","provider_agent_id":"{provider}","metadata":{{"service_path_template":"/{id}"}}}}"#
    )
}
