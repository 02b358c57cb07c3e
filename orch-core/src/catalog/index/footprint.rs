//! About how much memory agents take.

use serde_json::Value;

use crate::Agent;

/// What an allocation takes beside what is in it.
const OVERHEAD: usize = 16;
/// A node of an object's tree, which has room for eleven members.
const NODE: usize = 640;

/// About how many bytes an agent takes with its latest version.
pub(super) fn of(agent: &Agent) -> usize {
    let version = &agent.latest;
    let texts = [
        agent.organization.as_str(),
        agent.name.as_str(),
        agent.slug.as_str(),
        agent.owner.as_str(),
        &agent.developer.name,
        &version.title,
        &version.description,
        &version.category,
    ];
    let advice = agent.deprecations.iter().map(|advice| 64 + text(&advice.message));
    let tags = version.tags.iter().map(|tag| size_of::<String>() + text(tag));
    let tasks = version.tasks.iter().map(|task| {
        let examples = task
            .examples
            .iter()
            .map(|example| 2 * size_of::<Value>() + value(&example.input) + value(&example.output));
        size_of_val(task)
            + text(&task.name)
            + text(&task.description)
            + value(&task.parameters)
            + value(&task.returns)
            + examples.sum::<usize>()
    });
    size_of_val(agent)
        + size_of_val(&**version)
        + 2 * OVERHEAD
        + texts.into_iter().map(text).sum::<usize>()
        + advice.sum::<usize>()
        + tags.sum::<usize>()
        + tasks.sum::<usize>()
}

fn text(text: &str) -> usize {
    text.len() + OVERHEAD
}

/// What a value takes beside itself.
fn value(json: &Value) -> usize {
    match json {
        Value::String(string) => text(string),
        Value::Array(items) => {
            let within = items.iter().map(|item| size_of::<Value>() + value(item));
            OVERHEAD + within.sum::<usize>()
        }
        Value::Object(members) => {
            let within = members.iter().map(|(name, member)| text(name) + value(member));
            // Nodes are two thirds full as they grow.
            members.len().div_ceil(8) * NODE + within.sum::<usize>()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}
