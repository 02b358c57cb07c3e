use std::{
    fmt,
    hash::Hash,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_util::future::{Either, select};
use orch_auth::DirectoryAway;
use orch_core::{Cause, Clock, turns::Turns};

use super::{
    RemoteDirectory,
    memory::{Look, Memory, Said},
};

/// For how many ids the directory is asked at once that it said nothing of lately. Whoever names more of them at once learns
/// nothing, and keeps nobody from asking again for what is known.
const MOST_UNKNOWN: usize = 16;
/// For how many ids at all.
const MOST: usize = 32;

/// The things of one kind that a directory knows.
#[derive(Debug)]
pub(super) struct Shelf<I: Eq + Hash, R> {
    memory: Mutex<Memory<I, R>>,
    turns: Turns<I>,
}

impl<I: Clone + Eq + fmt::Display + Hash, R: Clone> Shelf<I, R> {
    pub(super) fn new(weigh: fn(&R) -> usize) -> Self {
        Self {
            memory: Mutex::new(Memory::new(weigh)),
            turns: Turns::default(),
        }
    }

    /// What is known of an id, by asking where that must be: once, whoever else wants it at the same time.
    pub(super) async fn find(
        &self,
        id: &I,
        clock: &dyn Clock,
        asking: impl Future<Output = Result<Said<R>, Cause>>,
    ) -> Result<Option<R>, DirectoryAway> {
        let now = clock.now();
        let (look, is_known) = {
            let memory = self.lock();
            (memory.look(id, now), memory.stale(id, now).is_some())
        };
        if let Some(found) = found(look) {
            return found;
        }
        let most = if is_known { MOST } else { MOST_UNKNOWN };
        let Some(place) = self.turns.stand(id, most) else {
            tracing::warn!(%id, "too much is asked of the other directory at once");
            return Err(DirectoryAway);
        };
        let patience = clock.sleep(RemoteDirectory::PATIENCE);
        let turn = match select(pin!(place.turn()), patience).await {
            Either::Left((turn, _)) => turn,
            Either::Right(_) => return self.lock().stale(id, clock.now()).map(Some).ok_or(DirectoryAway),
        };
        // Whoever had the turn before may know by now.
        let asked_at = clock.now();
        let look = self.lock().look(id, asked_at);
        if let Some(found) = found(look) {
            return found;
        }
        let patience = clock.sleep(RemoteDirectory::PATIENCE);
        let said = match select(pin!(asking), patience).await {
            Either::Left((said, _)) => said,
            Either::Right(_) => Err("it does not answer in time".into()),
        };
        let mut memory = self.lock();
        let found = match said {
            Ok(said) => {
                memory.hear(id, said.clone(), asked_at);
                match said {
                    Said::Yes(record) => Ok(Some(record)),
                    Said::No(record) => Ok(record),
                }
            }
            Err(error) => {
                let now = clock.now();
                memory.fail(id, now);
                let stale = memory.stale(id, now);
                let error = &*error as &dyn std::error::Error;
                tracing::warn!(%id, error, is_stale = stale.is_some(), "the other directory failed");
                stale.map(Some).ok_or(DirectoryAway)
            }
        };
        drop(memory);
        drop(turn);
        found
    }

    fn lock(&self) -> MutexGuard<'_, Memory<I, R>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was found without asking, if that is something.
fn found<R>(look: Look<R>) -> Option<Result<Option<R>, DirectoryAway>> {
    match look {
        Look::Told(told) => Some(Ok(told)),
        Look::Failed => Some(Err(DirectoryAway)),
        Look::Ask => None,
    }
}
