//! What a task takes and returns, compiled once and checked at every call.

mod cache;
mod fault;
mod shape;

pub(crate) use cache::Schemas;
pub(crate) use fault::SchemaFault;

use std::{collections::BTreeMap, sync::OnceLock};

use jsonschema::{PatternOptions, Validator};
use orch_core::Task;
use serde_json::{Map, Value};

use crate::known::PartlyKnown;
use shape::Members;

/// The most bytes that one compiled pattern of a schema takes.
const MAX_PATTERN_BYTES: usize = 1024 * 1024;

/// The compiled schemas of a task.
#[derive(Debug)]
pub(crate) struct TaskSchema {
    parameters: Validator,
    returns: Validator,
    defaults: Vec<(String, Value)>,
    /// Made when a plan first asks.
    shape: OnceLock<Option<Members>>,
}

impl TaskSchema {
    /// Compiles a task's schemas; the error says what is wrong with them.
    pub(crate) fn compile(task: &Task) -> Result<Self, String> {
        let parameters = compile(&task.parameters).map_err(|reason| format!("its parameters: {reason}"))?;
        let returns = compile(&task.returns).map_err(|reason| format!("what it returns: {reason}"))?;
        Ok(Self {
            parameters,
            returns,
            defaults: defaults(&task.parameters),
            shape: OnceLock::new(),
        })
    }

    /// Whether the arguments satisfy their schema for sure, whatever is not known of them will be. `parameters` is the
    /// schema that was compiled. A no says nothing: then [`check_known`](Self::check_known) judges.
    pub(crate) fn surely_takes<P: PartlyKnown>(
        &self,
        parameters: &Value,
        arguments: &BTreeMap<String, P>,
    ) -> bool {
        let shape = self.shape.get_or_init(|| Members::of_arguments(parameters));
        shape
            .as_ref()
            .is_some_and(|shape| shape.take(arguments, &self.defaults))
    }

    /// The arguments with the defaults of those that are absent. Defaults of nested members are not filled in.
    pub(crate) fn complete(&self, mut arguments: Map<String, Value>) -> Value {
        for (name, default) in &self.defaults {
            if !arguments.contains_key(name) {
                arguments.insert(name.clone(), default.clone());
            }
        }
        Value::Object(arguments)
    }

    /// Checks complete arguments.
    pub(crate) fn check_arguments(&self, arguments: &Value) -> Result<(), SchemaFault> {
        self.parameters.validate(arguments).map_err(SchemaFault::from)
    }

    /// Checks as much of complete arguments as is known while the values at `holes`, sorted JSON Pointers, are not.
    pub(crate) fn check_known(&self, arguments: &Value, holes: &[String]) -> Result<(), SchemaFault> {
        let mut faults = self.parameters.iter_errors(arguments);
        let known = faults.find(|fault| fault::is_known(fault, holes));
        known.map_or(Ok(()), |fault| Err(fault.into()))
    }

    /// Checks an answer.
    pub(crate) fn check_result(&self, result: &Value) -> Result<(), SchemaFault> {
        self.returns.validate(result).map_err(SchemaFault::from)
    }
}

/// Schemas come from whoever registers an agent: they refer to nothing outside themselves, and their patterns are those
/// that match in linear time.
fn compile(schema: &Value) -> Result<Validator, String> {
    let patterns = PatternOptions::regex().size_limit(MAX_PATTERN_BYTES);
    let options = jsonschema::options().offline().with_pattern_options(patterns);
    options
        .build(schema)
        .map_err(|error| crate::bounds::cut(error.to_string(), 300))
}

fn defaults(parameters: &Value) -> Vec<(String, Value)> {
    let properties = parameters
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let with_default =
        properties.filter_map(|(name, schema)| Some((name.clone(), schema.get("default")?.clone())));
    with_default.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    pub(super) fn schema(parameters: Value) -> TaskSchema {
        compiled(parameters).unwrap()
    }

    fn compiled(parameters: Value) -> Result<TaskSchema, String> {
        TaskSchema::compile(&Task {
            name: "extract".into(),
            description: "Finds words".into(),
            parameters,
            returns: json!({ "type": "array" }),
            examples: Vec::new(),
            repeatable: true,
            timeout: None,
        })
    }

    fn keywords() -> TaskSchema {
        schema(json!({
            "type": "object",
            "properties": {
                "text": { "type": "string", "minLength": 1 },
                "count": { "type": "integer", "minimum": 1, "default": 5 },
                "rows": { "type": "array", "maxItems": 2, "items": { "type": "string" } },
            },
            "required": ["text"],
            "additionalProperties": false,
        }))
    }

    fn fault(arguments: &Value) -> (String, String) {
        let keywords = keywords();
        let arguments = keywords.complete(arguments.as_object().unwrap().clone());
        let SchemaFault { field, reason } = keywords.check_arguments(&arguments).unwrap_err();
        (field, reason)
    }

    #[test]
    fn absent_arguments_take_their_default_and_no_others() {
        let complete = |arguments: Value| keywords().complete(arguments.as_object().unwrap().clone());
        assert_eq!(
            complete(json!({ "text": "a" })),
            json!({ "text": "a", "count": 5 })
        );
        assert_eq!(complete(json!({ "count": null })), json!({ "count": null }));
    }

    #[test]
    fn a_fault_names_the_field_and_not_its_value() {
        let secret = "x".repeat(2000);
        for (arguments, field, reason) in [
            (json!({}), "/text", "is required"),
            (
                json!({ "text": "a", "size": secret }),
                "/size",
                "is not a known name",
            ),
            (
                json!({ "text": "a", "count": secret }),
                "/count",
                "it is not of type \"integer\"",
            ),
            (
                json!({ "text": "a", "count": 0 }),
                "/count",
                "it is less than the minimum of 1",
            ),
            (
                json!({ "text": "a", "rows": ["b", 7] }),
                "/rows/1",
                "it is not of type \"string\"",
            ),
        ] {
            assert_eq!(fault(&arguments), (field.to_owned(), reason.to_owned()));
        }
    }

    #[test]
    fn what_is_not_known_yet_is_not_judged() {
        let check = |arguments: Value, holes: &[&str]| {
            let holes: Vec<String> = holes.iter().map(ToString::to_string).collect();
            keywords()
                .check_known(&arguments, &holes)
                .map_err(|fault| fault.field)
        };
        assert_eq!(check(json!({ "text": null }), &["/text"]), Ok(()));
        assert_eq!(
            check(json!({ "text": "a", "rows": [null, "b"] }), &["/rows/0"]),
            Ok(())
        );
        assert_eq!(
            check(json!({ "text": null, "count": "b" }), &["/text"]),
            Err("/count".into())
        );
        assert_eq!(check(json!({ "rows": null }), &["/rows"]), Err("/text".into()));
        assert_eq!(
            check(json!({ "text": "a", "rows": [null, 1] }), &["/rows/0"]),
            Err("/rows/1".into())
        );
        assert_eq!(
            check(json!({ "text": "a", "rows": [null, "b", "c"] }), &["/rows/0"]),
            Err("/rows".into())
        );
    }

    #[test]
    fn a_hole_in_one_field_hides_nothing_of_another_whose_name_begins_alike() {
        let keywords = schema(json!({ "properties": { "ab": { "type": "string" } } }));
        assert!(
            keywords
                .check_known(&json!({ "a": null, "ab": 1 }), &["/a".to_owned()])
                .is_err()
        );
    }

    #[test]
    fn a_schema_reaches_for_nothing_outside_itself() {
        for reference in ["https://example.com/schema.json", "file:///etc/schema.json"] {
            assert!(compiled(json!({ "$ref": reference })).is_err(), "{reference}");
        }
    }

    #[test]
    fn a_pattern_that_may_take_for_ever_is_refused() {
        let refused = compiled(json!({ "properties": { "a": { "pattern": "(a)\\1" } } })).unwrap_err();
        assert!(refused.starts_with("its parameters: "), "{refused}");
        let evil = schema(json!({ "properties": { "a": { "pattern": "^(a+)+$" } } }));
        assert!(
            evil.check_arguments(&json!({ "a": format!("{}!", "a".repeat(100_000)) }))
                .is_err()
        );
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let endless = schema(json!({ "$ref": "#" }));
        assert!(endless.check_arguments(&json!({})).is_ok());
    }
}
