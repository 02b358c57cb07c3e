//! Answers about agents as they were written last.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use orch::{Agent, AgentId, billing::RecentActivity};

use super::detail::Detail;

/// Answers that were written before. Each is given again only for exactly what it was written of, so that nothing need be
/// forgotten when an agent changes.
#[derive(Debug, Default)]
pub(in crate::market) struct Shown(Mutex<Answers>);

#[derive(Debug, Default)]
struct Answers {
    of: HashMap<AgentId, Written>,
    /// What their texts take together.
    bytes: usize,
}

/// An answer, and all that it was written of.
#[derive(Debug)]
struct Written {
    agent: Arc<Agent>,
    n_agents: u64,
    activity: RecentActivity,
    text: Bytes,
}

/// An answer about an agent, as JSON text.
#[derive(Clone, Debug)]
pub(in crate::market) struct Text(Bytes);

impl IntoResponse for Text {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

impl Shown {
    /// The most that the texts take; when they take more, all are forgotten.
    const MOST_BYTES: usize = 4 * 1024 * 1024;

    /// The answer about an agent whose developer has so many that the caller may see.
    pub(super) fn text(
        &self,
        agent: &Arc<Agent>,
        n_agents: u64,
        activity: RecentActivity,
    ) -> Result<Text, serde_json::Error> {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(written) = answers.of.get_mut(&agent.id)
            && (written.n_agents, written.activity) == (n_agents, activity)
            && (Arc::ptr_eq(&written.agent, agent) || written.agent == *agent)
        {
            // Next time they are the same at first sight.
            written.agent = agent.clone();
            return Ok(Text(written.text.clone()));
        }
        drop(answers);
        let text = Bytes::from(serde_json::to_vec(&Detail::new(agent, n_agents, activity))?);
        let written = Written {
            agent: agent.clone(),
            n_agents,
            activity,
            text: text.clone(),
        };
        self.keep(written);
        Ok(Text(text))
    }

    fn keep(&self, written: Written) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.bytes + written.text.len() > Self::MOST_BYTES {
            *answers = Answers::default();
        }
        answers.bytes += written.text.len();
        if let Some(before) = answers.of.insert(written.agent.id, written) {
            answers.bytes -= before.text.len();
        }
    }
}
