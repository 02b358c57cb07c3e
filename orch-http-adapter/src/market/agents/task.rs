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

fn parameters(root: &Value) -> BTreeMap<String, Parameter> {
    let required: Vec<&str> = names(root.get("required")).collect();
    let parameter = |(name, schema): (&String, &Value)| {
        let parameter = Parameter {
            kind: kind(schema, root),
            required: required.contains(&name.as_str()),
            default: schema.get("default").cloned(),
            options: options(schema, root),
            description: schema
                .get("description")
                .and_then(Value::as_str)
                .map(str::to_owned),
        };
        (name.clone(), parameter)
    };
    properties(root).into_iter().flatten().map(parameter).collect()
}

/// The members of an answer that is an object; an answer of another kind is called `result`.
fn returns(root: &Value) -> BTreeMap<String, &'static str> {
    match properties(root) {
        Some(members) => members
            .iter()
            .map(|(name, schema)| (name.clone(), kind(schema, root)))
            .collect(),
        None => BTreeMap::from([("result".to_owned(), kind(root, root))]),
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

/// What a schema says, or the definition in its root that it refers to.
fn resolved<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    // One definition may refer to another, and a careless one to itself.
    let mut schema = schema;
    for _ in 0..8 {
        let place = schema.get("$ref").and_then(Value::as_str);
        let place = place.and_then(|place| place.strip_prefix('#'));
        match place.and_then(|place| root.pointer(place)) {
            Some(definition) => schema = definition,
            None => break,
        }
    }
    schema
}

/// The values to choose from, where there are some.
fn options(schema: &Value, root: &Value) -> Option<Vec<Value>> {
    let schema = resolved(schema, root);
    if let Some(options) = schema.get("enum").and_then(Value::as_array) {
        return Some(options.clone());
    }
    let alternatives = alternatives(schema)?;
    alternatives
        .iter()
        .map(|schema| schema.get("const").cloned())
        .collect()
}

fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    let mut words = ["anyOf", "oneOf", "allOf"].into_iter();
    words.find_map(|word| schema.get(word)?.as_array())
}

/// One of the six types that this surface knows: that of the schema, of its first alternative that is not null, or of its
/// options; an object where nothing is said.
fn kind(schema: &Value, root: &Value) -> &'static str {
    kind_within(schema, root, 8)
}

fn kind_within(schema: &Value, root: &Value, depth: u8) -> &'static str {
    let schema = resolved(schema, root);
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
        None => implied(schema, root, depth),
    }
}

fn implied(schema: &Value, root: &Value, depth: u8) -> &'static str {
    let mut alternatives = alternatives(schema).into_iter().flatten();
    let first = alternatives.find(|schema| schema["type"] != "null");
    if let (Some(first), Some(depth)) = (first, depth.checked_sub(1)) {
        return kind_within(first, root, depth);
    }
    let options = schema.get("enum").and_then(Value::as_array);
    match schema.get("const").or_else(|| options?.first()) {
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
        let root = json!({ "$defs": {
            "Row": { "type": "object" },
            "Mood": { "oneOf": [{ "const": "glad", "type": "string" }, { "const": "sad", "type": "string" }] },
            "Alias": { "$ref": "#/$defs/Mood" },
            "Endless": { "anyOf": [{ "$ref": "#/$defs/Endless" }] },
            "Itself": { "$ref": "#/$defs/Itself" },
        } });
        for (schema, expected) in [
            (json!({"type": "number"}), "float"),
            (json!({"type": ["null", "integer"]}), "integer"),
            (json!({"anyOf": [{"type": "null"}, {"type": "string"}]}), "string"),
            (json!({"enum": ["a", "b"]}), "string"),
            (json!({"const": 1.5}), "float"),
            (json!({"$ref": "#/$defs/Row"}), "object"),
            (json!({"$ref": "#/$defs/Alias"}), "string"),
            (
                json!({"anyOf": [{"$ref": "#/$defs/Mood"}, {"type": "null"}]}),
                "string",
            ),
            (json!({"$ref": "#/$defs/Endless"}), "object"),
            (json!({"$ref": "#/$defs/Itself"}), "object"),
            (json!({"$ref": "#/$defs/None"}), "object"),
            (json!({}), "object"),
            (json!(true), "object"),
        ] {
            assert_eq!(kind(&schema, &root), expected, "{schema}");
        }
    }

    #[test]
    fn a_choice_of_values_is_shown() {
        let schema = json!({
            "properties": { "mood": { "$ref": "#/$defs/Mood" }, "size": { "oneOf": [{ "const": 1 }, { "type": "null" }] } },
            "$defs": { "Mood": { "oneOf": [{ "const": "glad" }, { "const": "sad" }] } },
        });
        let parameters = parameters(&schema);
        assert_eq!(
            parameters["mood"].options,
            Some(vec![json!("glad"), json!("sad")])
        );
        assert_eq!(
            (parameters["mood"].kind, &parameters["size"].options),
            ("string", &None)
        );
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
