use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use crate::llm::{Completion, CompletionRequest, LlmError, LlmProvider, TokenUsage};

/// What a scripted model does when it is asked.
#[derive(Debug)]
pub enum Turn {
    /// It says this, for these tokens.
    Say(String, Option<TokenUsage>),
    /// It fails.
    Fail(LlmError),
    /// It never answers.
    Hang,
}

impl Turn {
    /// It says this, for 100 tokens read and 10 written.
    pub fn say(text: impl Into<String>) -> Self {
        let usage = TokenUsage {
            input: 100,
            output: 10,
        };
        Self::Say(text.into(), Some(usage))
    }
}

/// A model that does one thing after the other as it is told, and then is unreachable.
#[derive(Debug, Default)]
pub struct ScriptedProvider {
    script: Mutex<VecDeque<Turn>>,
    asked: Mutex<Vec<CompletionRequest>>,
}

impl ScriptedProvider {
    /// A model with this script.
    pub fn new(script: impl IntoIterator<Item = Turn>) -> Self {
        Self {
            script: Mutex::new(script.into_iter().collect()),
            asked: Mutex::default(),
        }
    }

    /// What else it does, after all else.
    pub fn then(&self, turn: Turn) {
        lock(&self.script).push_back(turn);
    }

    /// What it was asked, in order.
    pub fn asked(&self) -> Vec<CompletionRequest> {
        lock(&self.asked).clone()
    }
}

#[async_trait]
impl LlmProvider for ScriptedProvider {
    fn model(&self) -> &str {
        "scripted"
    }

    async fn complete(&self, request: &CompletionRequest) -> Result<Completion, LlmError> {
        lock(&self.asked).push(request.clone());
        let turn = lock(&self.script).pop_front();
        match turn {
            Some(Turn::Say(text, usage)) => Ok(Completion { text, usage }),
            Some(Turn::Fail(error)) => Err(error),
            Some(Turn::Hang) => std::future::pending().await,
            None => Err(LlmError::Unreachable("the script is over".into())),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
