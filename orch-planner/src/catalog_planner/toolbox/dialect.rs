//! One task, in the dialect of whoever wrote it.

use orch_core::{Task, agent::Example};
use serde_json::{Value, json};

use super::{Tool, ordered::Json, schema};

/// Members that hold the schema of the arguments: ours, then those of function-calling APIs and MCP.
const PARAMETERS: &[&str] = &["parameters", "input_schema", "inputSchema", "arguments", "args"];
/// Members that hold the schema of the answer.
const RETURNS: &[&str] = &["returns", "output_schema", "outputSchema", "response"];

/// The task that an item of a file describes; the error says what is wrong with it.
pub(super) fn tool(item: &Json) -> Result<Tool, String> {
    if !matches!(item, Json::Object(_)) {
        return Err("it is no object".to_owned());
    }
    let item = item
        .get("function")
        .filter(|inner| !inner.members().is_empty())
        .unwrap_or(item);
    let text = |names: &[&str]| item.any(names).and_then(Json::text).map(str::trim);
    let name = text(&["name", "title"])
        .filter(|name| !name.is_empty())
        .ok_or("it has no name")?;
    let parameters = match item.any(PARAMETERS) {
        // Such as a schema written as text: what it asks for would be passed over.
        Some(Json::Plain(Value::String(_) | Value::Number(_))) => {
            return Err("its parameters are no schema".to_owned());
        }
        Some(written) => schema::of_arguments(written),
        None => json!({ "type": "object" }),
    };
    let returns = match item.any(RETURNS) {
        Some(written @ Json::Object(_)) => schema::of_value(written),
        _ => json!({}),
    };
    let mut task = Task::new(name, text(&["description", "summary"]).unwrap_or_default());
    (task.parameters, task.returns, task.examples) = (parameters, returns, examples(item));
    let tags = match item.get("tags") {
        Some(Json::Array(tags)) => tags.iter().filter_map(Json::text).map(str::to_owned).collect(),
        Some(tag) => tag.text().map(str::to_owned).into_iter().collect(),
        None => Vec::new(),
    };
    Ok(Tool { task, tags })
}

/// Calls of the task: `input` and `output`, or arguments alone, or goals in words.
fn examples(item: &Json) -> Vec<Example> {
    let Some(Json::Array(examples)) = item.any(&["examples", "input_examples"]) else {
        return Vec::new();
    };
    let read = |example: &Json| Example {
        input: example.any(&["input", "arguments"]).unwrap_or(example).value(),
        output: example
            .any(&["output", "result"])
            .map_or(Value::Null, Json::value),
    };
    examples.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Tool {
        tool(&serde_json::from_str(text).unwrap()).unwrap()
    }

    #[test]
    fn every_dialect_says_the_same() {
        let schema = r#"{"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}"#;
        let ours = read(&format!(
            r#"{{"name": "a", "description": "b", "parameters": {schema}}}"#
        ));
        for other in [
            format!(
                r#"{{"type": "function", "function": {{"name": "a", "description": "b", "parameters": {schema}}}}}"#
            ),
            format!(r#"{{"name": "a", "description": "b", "input_schema": {schema}}}"#),
            format!(r#"{{"name": "a", "description": " b ", "inputSchema": {schema}, "annotations": {{}}}}"#),
        ] {
            assert_eq!(read(&other), ours, "{other}");
        }
    }

    #[test]
    fn examples_and_tags_are_kept() {
        let tool =
            read(r#"{"name": "a", "tags": ["x"], "examples": [{"input": {"k": 1}, "output": 2}, {"k": 3}]}"#);
        assert_eq!(tool.tags, ["x"]);
        let inputs: Vec<Value> = tool
            .task
            .examples
            .into_iter()
            .map(|example| example.input)
            .collect();
        assert_eq!(inputs, [json!({"k": 1}), json!({"k": 3})]);
    }
}
