//! Schemas that are derived from the types of functions.

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::Value;

/// The schema of a task's arguments: an object that has no members but those the type names.
pub(super) fn parameters<I: JsonSchema>() -> Value {
    /// With one of these, the members are not all named in `properties`.
    const OPENING: [&str; 7] = [
        "additionalProperties",
        "unevaluatedProperties",
        "patternProperties",
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
    ];
    let generator = SchemaSettings::draft2020_12().for_deserialize().into_generator();
    let mut schema = generator.into_root_schema_for::<I>();
    let takes_anything = schema
        .as_object()
        .is_none_or(|members| !members.contains_key("type"));
    let members = schema.ensure_object();
    if takes_anything && !members.contains_key("$ref") {
        members.insert("type".into(), "object".into());
    } else if !OPENING.iter().any(|keyword| members.contains_key(*keyword)) {
        members.insert("additionalProperties".into(), false.into());
    }
    bare(schema)
}

/// The schema of a task's answer.
pub(super) fn returns<O: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    bare(generator.into_root_schema_for::<O>())
}

/// Without the name of the dialect, which is always the same.
fn bare(mut schema: Schema) -> Value {
    schema.remove("$schema");
    schema.to_value()
}
