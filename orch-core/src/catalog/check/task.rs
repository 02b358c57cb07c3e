use std::time::Duration;

use serde_json::Value;

use super::{CatalogError, MAX_DESCRIPTION, text};
use crate::Task;

const MAX_NAME: usize = 64;
const MAX_EXAMPLES: usize = 20;
/// How deep a schema or an example may nest.
const MAX_DEPTH: usize = 32;
/// The largest schema or example, in bytes of JSON.
const MAX_SIZE: usize = 64 * 1024;
/// The longest that a call may take.
const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn check(field: &str, task: &Task) -> Result<(), CatalogError> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if !(1..=MAX_NAME).contains(&task.name.len()) || !task.name.bytes().all(is_word) {
        let reason = format!("must be 1 to {MAX_NAME} of A-Z, a-z, 0-9, _, . and -");
        return Err(CatalogError::invalid(format!("{field}.name"), reason));
    }
    text(
        &format!("{field}.description"),
        &task.description,
        MAX_DESCRIPTION,
    )?;
    schema(&format!("{field}.parameters"), &task.parameters)?;
    if task.parameters.get("type") != Some(&Value::from("object")) {
        let field = format!("{field}.parameters.type");
        return Err(CatalogError::invalid(
            field,
            "must be \"object\": arguments have names",
        ));
    }
    schema(&format!("{field}.returns"), &task.returns)?;
    if task.examples.len() > MAX_EXAMPLES {
        let reason = format!("must be at most {MAX_EXAMPLES}");
        return Err(CatalogError::invalid(format!("{field}.examples"), reason));
    }
    for (place, example) in task.examples.iter().enumerate() {
        bounded(&format!("{field}.examples[{place}].input"), &example.input)?;
        bounded(&format!("{field}.examples[{place}].output"), &example.output)?;
    }
    match task.timeout {
        Some(timeout) if timeout.is_zero() || timeout > MAX_TIMEOUT => {
            let field = format!("{field}.timeout");
            Err(CatalogError::invalid(
                field,
                "must be above zero and at most a day",
            ))
        }
        _ => Ok(()),
    }
}

/// A JSON Schema as far as the catalog cares; whoever checks values against it compiles it.
fn schema(field: &str, schema: &Value) -> Result<(), CatalogError> {
    if !schema.is_object() {
        return Err(CatalogError::invalid(field, "must be a JSON Schema: an object"));
    }
    bounded(field, schema)
}

fn bounded(field: &str, value: &Value) -> Result<(), CatalogError> {
    if depth(value) > MAX_DEPTH {
        return Err(CatalogError::invalid(
            field,
            format!("must nest at most {MAX_DEPTH} deep"),
        ));
    }
    let size = value.to_string().len();
    if size > MAX_SIZE {
        return Err(CatalogError::invalid(
            field,
            format!("takes {size} bytes of at most {MAX_SIZE}"),
        ));
    }
    Ok(())
}

/// How deep a value nests; a number or a text is 1 deep. Bounded work for a value of any depth: the way down is a list.
fn depth(value: &Value) -> usize {
    let mut deepest = 0;
    let mut rest = vec![(value, 1)];
    while let Some((value, depth)) = rest.pop() {
        deepest = deepest.max(depth);
        match value {
            Value::Array(items) => rest.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => rest.extend(members.values().map(|member| (member, depth + 1))),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn depth_counts_the_way_down() {
        assert_eq!(depth(&json!(1)), 1);
        assert_eq!(depth(&json!({ "a": [{ "b": 1 }], "c": 2 })), 4);
    }
}
