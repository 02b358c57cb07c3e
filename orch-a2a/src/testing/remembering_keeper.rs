use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use orch_core::StoreError;

use crate::{Answer, Keeper, Kept, Progress};

/// A keeper that remembers all it is given, and says of answers what it is told to say.
#[derive(Debug)]
pub struct RememberingKeeper(Mutex<Memory>);

#[derive(Debug)]
struct Memory {
    says: Option<Kept>,
    answers: Vec<Answer>,
    progress: Vec<Progress>,
}

impl RememberingKeeper {
    /// Says this of every answer.
    pub fn new(says: Kept) -> Self {
        Self(Mutex::new(Memory {
            says: Some(says),
            answers: Vec::new(),
            progress: Vec::new(),
        }))
    }

    /// Cannot store any answer.
    pub fn failing() -> Self {
        let keeper = Self::new(Kept::Accepted);
        keeper.memory().says = None;
        keeper
    }

    /// The answers that it was to keep, in order.
    pub fn answers(&self) -> Vec<Answer> {
        self.memory().answers.clone()
    }

    /// The progress that it heard of, in order.
    pub fn progress(&self) -> Vec<Progress> {
        self.memory().progress.clone()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for RememberingKeeper {
    fn default() -> Self {
        Self::new(Kept::Accepted)
    }
}

#[async_trait]
impl Keeper for RememberingKeeper {
    async fn keep(&self, answer: &Answer) -> Result<Kept, StoreError> {
        let mut memory = self.memory();
        memory.answers.push(answer.clone());
        memory
            .says
            .ok_or_else(|| StoreError::Unavailable("told to fail".into()))
    }

    fn progressed(&self, progress: Progress) {
        self.memory().progress.push(progress);
    }
}
