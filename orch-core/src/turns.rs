//! Lines in which what must not happen twice at once waits.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Lets one at a time do something for an id, and for so many ids at once, within this process.
#[derive(Debug)]
pub struct Turns<I: Eq + Hash>(Mutex<HashMap<I, Line>>);

/// Those who want the turn of an id.
#[derive(Debug, Default)]
struct Line {
    turn: Arc<tokio::sync::Mutex<()>>,
    n_waiting: usize,
}

/// A place in the line of an id, until it is dropped.
#[derive(Debug)]
pub struct Place<'t, I: Eq + Hash> {
    turns: &'t Turns<I>,
    id: I,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl<I: Eq + Hash> Default for Turns<I> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<I: Clone + Eq + Hash> Turns<I> {
    /// A place in the line of an id; `None` where it would be one of more ids than these.
    pub fn stand(&self, id: &I, most: usize) -> Option<Place<'_, I>> {
        let mut lines = self.lock();
        if lines.len() >= most && !lines.contains_key(id) {
            return None;
        }
        let line = lines.entry(id.clone()).or_default();
        line.n_waiting += 1;
        Some(Place {
            turns: self,
            id: id.clone(),
            turn: line.turn.clone(),
        })
    }
}

impl<I: Eq + Hash> Turns<I> {
    fn lock(&self) -> MutexGuard<'_, HashMap<I, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I: Eq + Hash> Place<'_, I> {
    /// Waits for the turn, which lasts until it is dropped.
    pub async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }
}

impl<I: Eq + Hash> Drop for Place<'_, I> {
    fn drop(&mut self) {
        let mut lines = self.turns.lock();
        if let Some(line) = lines.get_mut(&self.id) {
            line.n_waiting -= 1;
            if line.n_waiting == 0 {
                lines.remove(&self.id);
            }
        }
    }
}
