use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::{Map, Value};

use crate::known::{Known, PartlyKnown};

/// Says nothing of what a value must be.
const SILENT: [&str; 9] = [
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$comment",
    "format",
];
/// The one version of JSON Schema whose keywords are told apart here.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A schema whose parts can be judged one by one, so that what is known of a value is checked without the rest.
///
/// It only ever says yes for sure. Whatever it doubts, the whole schema judges.
#[derive(Debug)]
pub(super) struct Shape {
    whole: Validator,
    parts: Parts,
}

#[derive(Debug)]
enum Parts {
    /// Its keywords concern the value as a whole.
    None,
    Items(Box<Shape>),
    Members(Members),
}

/// The members of an object, each with its own shape, and nothing else that the schema asks.
#[derive(Debug)]
pub(super) struct Members {
    named: BTreeMap<String, Shape>,
    required: Vec<String>,
    takes_others: bool,
}

impl Members {
    /// The shape of arguments; `None` where the parts of their schema cannot be told apart.
    pub(super) fn of_arguments(parameters: &Value) -> Option<Self> {
        let draft = parameters.get("$schema");
        if draft.is_some_and(|draft| draft != DRAFT) || refers(parameters) {
            return None;
        }
        Self::of(parameters.as_object()?)
    }

    fn of(schema: &Map<String, Value>) -> Option<Self> {
        if !has_only(
            schema,
            &[
                "type",
                "properties",
                "required",
                "additionalProperties",
                "$schema",
            ],
        ) || schema.get("type")? != "object"
        {
            return None;
        }
        let takes_others = match schema.get("additionalProperties") {
            None => true,
            Some(others) => others.as_bool()?,
        };
        let required = schema.get("required").map(Value::as_array);
        let required = required.map_or(Some(Vec::new()), |names| {
            names?
                .iter()
                .map(|name| Some(name.as_str()?.to_owned()))
                .collect()
        })?;
        let named = schema.get("properties").map(Value::as_object);
        let named = named.map_or(Some(BTreeMap::new()), |members| {
            members?
                .iter()
                .map(|(name, schema)| Some((name.clone(), Shape::of(schema)?)))
                .collect()
        })?;
        Some(Self {
            named,
            required,
            takes_others,
        })
    }

    /// Whether the members satisfy the schema for sure, whatever is not known of them will be. Those that are absent and
    /// have a default count as there.
    pub(super) fn take<P: PartlyKnown>(
        &self,
        members: &BTreeMap<String, P>,
        defaults: &[(String, Value)],
    ) -> bool {
        let is_default = |name: &String| defaults.iter().any(|(default, _)| default == name);
        let mut required = self.required.iter();
        let mut given = members.iter();
        required.all(|name| members.contains_key(name) || is_default(name))
            && given.all(|(name, member)| match self.named.get(name) {
                Some(shape) => shape.takes(member),
                None => self.takes_others,
            })
            && defaults.iter().all(|(name, default)| {
                members.contains_key(name) || self.named.get(name).is_some_and(|shape| shape.takes(default))
            })
    }
}

impl Shape {
    fn of(schema: &Value) -> Option<Self> {
        let whole = super::compile(schema).ok()?;
        let parts = schema
            .as_object()
            .map_or(Some(Parts::None), |schema| match schema.get("type") {
                Some(Value::String(kind)) if kind == "array" && has_only(schema, &["type", "items"]) => {
                    let items = schema.get("items").filter(|items| !items.is_array());
                    Some(items.map_or(Parts::None, |items| {
                        Self::of(items).map_or(Parts::None, |shape| Parts::Items(Box::new(shape)))
                    }))
                }
                _ => Some(Members::of(schema).map_or(Parts::None, Parts::Members)),
            })?;
        Some(Self { whole, parts })
    }

    fn takes<P: PartlyKnown>(&self, value: &P) -> bool {
        match (value.known(), &self.parts) {
            (Known::Value(value), _) => self.whole.is_valid(value),
            (Known::Nothing, _) => true,
            (Known::Items(items), Parts::Items(shape)) => items.iter().all(|item| shape.takes(item)),
            (Known::Members(members), Parts::Members(shape)) => shape.take(members, &[]),
            _ => false,
        }
    }
}

fn has_only(schema: &Map<String, Value>, keywords: &[&str]) -> bool {
    let known = |keyword: &String| keywords.contains(&&**keyword) || SILENT.contains(&&**keyword);
    schema.keys().all(known)
}

/// Whether a part of the schema stands elsewhere, or a keyword has a meaning that depends on where it stands.
fn refers(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members
            .iter()
            .any(|(keyword, member)| (keyword.starts_with('$') && keyword != "$schema") || refers(member)),
        Value::Array(items) => items.iter().any(refers),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{known::sketch, schema::tests::schema};

    /// A value with nothing known where it is null.
    #[derive(Debug)]
    enum Part {
        Value(Value),
        Nothing,
        Items(Vec<Part>),
        Members(BTreeMap<String, Part>),
    }

    impl PartlyKnown for Part {
        fn known(&self) -> Known<'_, Self> {
            match self {
                Self::Value(value) => Known::Value(value),
                Self::Nothing => Known::Nothing,
                Self::Items(items) => Known::Items(items),
                Self::Members(members) => Known::Members(members),
            }
        }
    }

    fn part(value: Value) -> Part {
        match value {
            Value::Null => Part::Nothing,
            Value::Array(items) => Part::Items(items.into_iter().map(part).collect()),
            Value::Object(members) => Part::Members(parts(members)),
            value => Part::Value(value),
        }
    }

    fn parts(members: Map<String, Value>) -> BTreeMap<String, Part> {
        members
            .into_iter()
            .map(|(name, member)| (name, part(member)))
            .collect()
    }

    fn arguments(value: Value) -> BTreeMap<String, Part> {
        match value {
            Value::Object(members) => parts(members),
            _ => BTreeMap::new(),
        }
    }

    fn any_schema() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!({ "type": "string", "minLength": 1 })),
            Just(json!({ "type": "integer", "minimum": 1, "default": 0 })),
            Just(json!({ "type": ["integer", "null"], "default": 3 })),
            Just(json!({ "enum": ["a", 1] })),
            Just(json!(true)),
            Just(json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 })),
        ];
        let nested = leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                inner
                    .clone()
                    .prop_map(|items| json!({ "type": "array", "items": items })),
                object(inner),
            ]
        });
        object(nested)
    }

    fn object(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
        let members = proptest::collection::btree_map("[ab]", inner, 0..3);
        let required = proptest::sample::subsequence(vec!["a", "b"], 0..=2);
        (members, required, any::<bool>()).prop_map(|(members, required, is_open)| {
            json!({
                "type": "object", "properties": members, "required": required, "additionalProperties": is_open,
            })
        })
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            Just(json!("")),
            Just(json!("a")),
            Just(json!(0)),
            Just(json!(1)),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map("[abc]", inner, 0..3).prop_map(|members| json!(members)),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_yes_is_the_whole_schemas_too(parameters in any_schema(), value in any_value()) {
            let (schema, arguments) = (schema(parameters.clone()), arguments(value));
            let shape = Members::of_arguments(&parameters).unwrap();
            if shape.take(&arguments, &schema.defaults) {
                let (sketch, holes) = sketch(&arguments);
                prop_assert_eq!(schema.check_known(&schema.complete(sketch), &holes), Ok(()));
            }
        }
    }

    #[test]
    fn what_is_plain_is_taken_at_once() {
        let schema = json!({
            "$schema": DRAFT,
            "type": "object",
            "properties": {
                "of": { "type": "array", "items": { "type": "integer", "minimum": 0 } },
                "text": { "type": "string", "description": "a text" },
            },
            "required": ["text"],
        });
        let shape = Members::of_arguments(&schema).unwrap();
        let takes = |value| shape.take(&arguments(value), &[]);
        assert!(takes(json!({ "of": [null, 1], "text": "a" })));
        assert!(!takes(json!({ "of": [null, -1], "text": "a" })));
        assert!(!takes(json!({ "of": [null] })));
        assert!(takes(json!({ "of": null, "text": null })));
    }

    #[test]
    fn what_refers_elsewhere_is_left_to_the_whole() {
        for schema in [
            json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/b" } }, "$defs": { "b": true } }),
            json!({ "type": "object", "$schema": "http://json-schema.org/draft-04/schema#" }),
            json!({ "type": "object", "minProperties": 1 }),
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        ] {
            assert!(Members::of_arguments(&schema).is_none(), "{schema}");
        }
    }
}
