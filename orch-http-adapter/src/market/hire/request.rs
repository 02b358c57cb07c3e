use orch::planner::{Hire, store::RunHandle};
use serde_json::{Map, Value, json};

use super::callback;
use crate::market::{error::ApiError, extract::Members};

/// The kind of a job's handle.
pub(super) const KIND: &str = "market.hire";

/// What a caller asks for.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) hire: Hire,
    priority: String,
    callback_url: Option<String>,
}

impl Request {
    pub(super) fn read(members: &Members, private_callbacks: bool) -> Result<Self, ApiError> {
        let agent = members.required("agent_id", "a text")?;
        let task = members.required("task", "a text")?;
        let arguments: Map<String, Value> = members.required("parameters", "an object")?;
        let method = word(members, "payment_method", &["api_credit", "wallet"])?;
        let priority = word(members, "priority", &["normal", "low", "high"])?;
        let callback_url: Option<String> = members.optional("callback_url", "a text")?;
        if let Some(url) = &callback_url {
            callback::check(url, private_callbacks)?;
        }
        if method == "wallet" {
            return Err(ApiError::invalid(
                "payment_method",
                "wallet is not offered by this server",
            ));
        }
        Ok(Self {
            hire: Hire {
                agent,
                task,
                arguments,
            },
            priority,
            callback_url,
        })
    }

    /// What is kept of the request with its run.
    pub(super) fn handle(&self, id: String) -> RunHandle {
        RunHandle {
            name: id,
            kind: KIND.to_owned(),
            notes: json!({ "v": 1, "priority": self.priority, "callback_url": self.callback_url }),
        }
    }
}

/// One of a few words, of which the first is the default.
fn word(members: &Members, name: &str, words: &[&str]) -> Result<String, ApiError> {
    let kind = format!("one of {}", words.join(", "));
    let given: Option<String> = members.optional(name, &kind)?;
    match given {
        Some(given) if !words.contains(&given.as_str()) => {
            Err(ApiError::invalid(name, format!("is not {kind}")))
        }
        Some(given) => Ok(given),
        None => Ok(words.first().copied().unwrap_or_default().to_owned()),
    }
}
