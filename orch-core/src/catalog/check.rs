//! What an agent must be to enter the catalog. Every bound is here, and every refusal names the member at fault.

mod task;
mod terms;

use std::collections::HashSet;

use super::{AgentDraft, CatalogError, VersionDraft};
use crate::{AgentId, AgentVersion, text::fold};

const MAX_TITLE: usize = 200;
const MAX_DESCRIPTION: usize = 10_000;
const MAX_CATEGORY: usize = 100;
const MAX_TAG: usize = 64;
const MAX_TAGS: usize = 50;
const MAX_TASKS: usize = 64;
const MAX_DEVELOPER: usize = 200;
const MAX_MESSAGE: usize = 1_000;
/// The largest version, in bytes of JSON.
const MAX_SIZE: usize = 512 * 1024;

pub(super) fn agent(draft: &AgentDraft) -> Result<(), CatalogError> {
    if draft.organization.is_reserved() {
        let reason = format!("{} is reserved", draft.organization);
        return Err(CatalogError::invalid("organization", reason));
    }
    let slug = draft.slug.as_ref().unwrap_or(&draft.name);
    if slug.as_str().parse::<AgentId>().is_ok() {
        return Err(CatalogError::invalid("slug", "must not look like an agent's id"));
    }
    text("developer.name", &draft.developer.name, MAX_DEVELOPER)?;
    let wallet = draft.developer.wallet_address.as_deref().unwrap_or_default();
    text("developer.wallet_address", wallet, MAX_DEVELOPER)?;
    if draft
        .developer
        .reputation_hundredths
        .is_some_and(|reputation| reputation > 500)
    {
        return Err(CatalogError::invalid(
            "developer.reputation_hundredths",
            "must be at most 500",
        ));
    }
    version(&draft.version)
}

pub(super) fn version(draft: &VersionDraft) -> Result<(), CatalogError> {
    filled("title", &draft.title, MAX_TITLE)?;
    text("description", &draft.description, MAX_DESCRIPTION)?;
    text("category", &draft.category, MAX_CATEGORY)?;
    if draft.tags.len() > MAX_TAGS {
        return Err(CatalogError::invalid(
            "tags",
            format!("must be at most {MAX_TAGS}"),
        ));
    }
    let mut tags = HashSet::new();
    for (place, tag) in draft.tags.iter().enumerate() {
        let field = format!("tags[{place}]");
        filled(&field, tag, MAX_TAG)?;
        if !tags.insert(fold(tag)) {
            return Err(CatalogError::invalid(field, format!("{tag:?} is there twice")));
        }
    }
    if !(1..=MAX_TASKS).contains(&draft.tasks.len()) {
        return Err(CatalogError::invalid(
            "tasks",
            format!("must be 1 to {MAX_TASKS}"),
        ));
    }
    let mut names = HashSet::new();
    for (place, task) in draft.tasks.iter().enumerate() {
        let field = format!("tasks[{place}]");
        task::check(&field, task)?;
        if !names.insert(&task.name) {
            return Err(CatalogError::invalid(
                format!("{field}.name"),
                format!("{:?} is there twice", task.name),
            ));
        }
    }
    terms::pricing(&draft.pricing)?;
    terms::endpoint(&draft.endpoint)
}

pub(super) fn deprecation(message: &str) -> Result<(), CatalogError> {
    filled("message", message, MAX_MESSAGE)
}

pub(super) fn size(version: &AgentVersion) -> Result<(), CatalogError> {
    let json = serde_json::to_vec(version).map_err(|error| CatalogError::invalid("", error.to_string()))?;
    if json.len() > MAX_SIZE {
        let reason = format!("the agent takes {} bytes of at most {MAX_SIZE}", json.len());
        return Err(CatalogError::invalid("", reason));
    }
    Ok(())
}

/// Text that people read: of bounded length, without control characters but line breaks and tabs.
fn text(field: &str, text: &str, most: usize) -> Result<(), CatalogError> {
    if text.chars().nth(most).is_some() {
        return Err(CatalogError::invalid(
            field,
            format!("must be at most {most} characters"),
        ));
    }
    if text
        .chars()
        .any(|char| char.is_control() && !matches!(char, '\n' | '\r' | '\t'))
    {
        return Err(CatalogError::invalid(field, "must not have control characters"));
    }
    Ok(())
}

/// Text that is not blank.
fn filled(field: &str, filled: &str, most: usize) -> Result<(), CatalogError> {
    if filled.trim().is_empty() {
        return Err(CatalogError::invalid(field, "must not be blank"));
    }
    text(field, filled, most)
}
