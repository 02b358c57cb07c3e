//! Tasks in this surface's own words for schemas.

use std::collections::BTreeMap;

use orch::agent::Example;
use serde::Serialize;
use serde_json::{Map, Value};

/// A task as agents show it.
#[derive(Debug, Serialize)]
pub(super) struct Task {
    name: String,
    description: String,
    parameters: BTreeMap<String, Parameter>,
    returns: BTreeMap<String, &'static str>,
    examples: Vec<Shown>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Parameter {
    #[serde(rename = "type")]
    kind: &'static str,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

#[derive(Debug, Serialize)]
struct Shown {
    input: Value,
    output: Value,
}

impl Task {
    pub(super) fn new(task: &orch::Task) -> Self {
        Self {
            name: task.name.clone(),
            description: task.description.clone(),
            parameters: parameters(&task.parameters),
            returns: returns(&task.returns),
            examples: task.examples.iter().map(Shown::new).collect(),
        }
    }
}

impl Shown {
    fn new(example: &Example) -> Self {
        Self {
            input: example.input.clone(),
            output: example.output.clone(),
        }
    }
}

fn parameters(schema: &Value) -> BTreeMap<String, Parameter> {
    let required: Vec<&str> = names(schema.get("required")).collect();
    let parameter = |(name, schema): (&String, &Value)| {
        let parameter = Parameter {
            kind: kind(schema),
            required: required.contains(&name.as_str()),
            default: schema.get("default").cloned(),
            options: schema.get("enum").and_then(Value::as_array).cloned(),
            description: schema
                .get("description")
                .and_then(Value::as_str)
                .map(str::to_owned),
        };
        (name.clone(), parameter)
    };
    properties(schema).into_iter().flatten().map(parameter).collect()
}

/// The members of an answer that is an object; an answer of another kind is called `result`.
fn returns(schema: &Value) -> BTreeMap<String, &'static str> {
    match properties(schema) {
        Some(members) => members
            .iter()
            .map(|(name, schema)| (name.clone(), kind(schema)))
            .collect(),
        None => BTreeMap::from([("result".to_owned(), kind(schema))]),
    }
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}

fn names(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// One of the six types that this surface knows: that of the schema, of its first alternative that is not null, or of its
/// options; an object where nothing is said.
fn kind(schema: &Value) -> &'static str {
    let said = match schema.get("type") {
        Some(Value::String(kind)) => Some(kind.as_str()),
        kinds @ Some(Value::Array(_)) => names(kinds).find(|kind| *kind != "null"),
        _ => None,
    };
    match said {
        Some("string") => "string",
        Some("integer") => "integer",
        Some("number") => "float",
        Some("boolean") => "boolean",
        Some("array") => "array",
        Some(_) => "object",
        None => implied(schema),
    }
}

fn implied(schema: &Value) -> &'static str {
    let alternatives = ["anyOf", "oneOf", "allOf"]
        .into_iter()
        .find_map(|word| schema.get(word)?.as_array());
    let first = alternatives.and_then(|all| all.iter().find(|schema| schema["type"] != "null"));
    if let Some(first) = first {
        return kind(first);
    }
    let options = schema.get("enum").and_then(Value::as_array);
    match options.and_then(|options| options.first()) {
        Some(Value::String(_)) => "string",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(number)) if number.is_f64() => "float",
        Some(Value::Number(_)) => "integer",
        Some(Value::Array(_)) => "array",
        _ => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_have_one_of_six_types() {
        for (schema, expected) in [
            (json!({"type": "number"}), "float"),
            (json!({"type": ["null", "integer"]}), "integer"),
            (json!({"anyOf": [{"type": "null"}, {"type": "string"}]}), "string"),
            (json!({"enum": ["a", "b"]}), "string"),
            (json!({"$ref": "#/$defs/Row"}), "object"),
            (json!({}), "object"),
            (json!(true), "object"),
        ] {
            assert_eq!(kind(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn an_answer_that_is_no_object_has_a_name() {
        assert_eq!(
            returns(&json!({"type": "string"})),
            BTreeMap::from([("result".into(), "string")])
        );
        assert_eq!(parameters(&json!({"type": "object"})), BTreeMap::new());
    }
}
