//! Starts under one key take turns.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use orch_core::AccountId;
use tokio::sync::OwnedMutexGuard;

/// The keys under which something is being started in this process.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<Keys>);

#[derive(Debug, Default)]
struct Keys {
    turns: HashMap<(AccountId, String), Weak<tokio::sync::Mutex<()>>>,
    /// At how many entries those that nobody waits for are cleared away next.
    clear_at: usize,
}

/// The right to start something under a key, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _guard: OwnedMutexGuard<()>,
}

impl Turns {
    /// Returns once nobody else here is starting something under this key of the account.
    pub(super) async fn next(&self, account: &AccountId, key: &str) -> Turn {
        let turn = self.of(account, key);
        Turn {
            _guard: turn.lock_owned().await,
        }
    }

    fn of(&self, account: &AccountId, key: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (account.clone(), key.to_owned());
        if let Some(turn) = keys.turns.get(&name).and_then(Weak::upgrade) {
            return turn;
        }
        if keys.turns.len() >= keys.clear_at {
            keys.turns.retain(|_, turn| turn.strong_count() > 0);
            keys.clear_at = (keys.turns.len() * 2).max(64);
        }
        let turn = Arc::default();
        keys.turns.insert(name, Arc::downgrade(&turn));
        turn
    }
}
