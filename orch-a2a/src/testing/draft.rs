use orch_core::{
    Task,
    agent::{Endpoint, NameError, Pricing, Slug},
    catalog::{AgentDraft, VersionDraft},
};
use serde_json::json;

/// An in-process agent of the organization `acme` whose tasks take any object and may answer anything.
///
/// # Errors
/// The name is no [`Slug`].
pub fn draft(name: &str, tasks: &[&str], pricing: Pricing) -> Result<AgentDraft, NameError> {
    let task = |name: &&str| Task {
        name: (*name).to_owned(),
        description: format!("Does {name}"),
        parameters: json!({ "type": "object" }),
        returns: json!({}),
        examples: Vec::new(),
        repeatable: true,
        timeout: None,
    };
    let tasks = tasks.iter().map(task).collect();
    let organization: Slug = "acme".parse()?;
    Ok(AgentDraft::new(
        organization,
        name.parse()?,
        VersionDraft::new(name, tasks, pricing, Endpoint::InProcess),
    ))
}
