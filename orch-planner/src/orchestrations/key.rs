use orch_core::hex;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::StartOptions;
use crate::{OrchestrationError, store::RunKey};

/// The longest key.
const MAX_KEY_CHARS: usize = 200;

/// The key with a fingerprint of all that makes two starts the same.
pub(super) fn run_key(
    options: &StartOptions,
    wanted: &impl Serialize,
) -> Result<Option<RunKey>, OrchestrationError> {
    let Some(key) = options.key.clone() else {
        return Ok(None);
    };
    let is_bounded = (1..=MAX_KEY_CHARS).contains(&key.chars().count());
    if !is_bounded || key.chars().any(char::is_control) {
        let reason = format!("is not 1 to {MAX_KEY_CHARS} characters without control characters");
        return Err(OrchestrationError::Option { field: "key", reason });
    }
    let StartOptions {
        goal,
        budget,
        timeout,
        max_agents,
        handle,
        ..
    } = options;
    let timeout = timeout.map(|timeout| timeout.as_millis());
    // The name is a new one with every request; the rest of the handle is part of what is asked for.
    let handle = handle.as_ref().map(|handle| (&handle.kind, &handle.notes));
    let content = match handle {
        None => serde_json::to_vec(&(wanted, goal, budget, timeout, max_agents)),
        Some(handle) => serde_json::to_vec(&(wanted, goal, budget, timeout, max_agents, handle)),
    };
    let content = content.map_err(|error| OrchestrationError::Option {
        field: "plan",
        reason: format!("cannot be written: {error}"),
    })?;
    let fingerprint = hex::encode(&Sha256::digest(content));
    Ok(Some(RunKey { key, fingerprint }))
}
