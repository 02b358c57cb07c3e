//! The shapes that JSON Schemas allow, as far as they matter for deciding what goes where.

use serde_json::Value;

/// How deep references and nested schemas are followed.
const MAX_DEPTH: usize = 8;

/// What values a schema allows, roughly.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Text, perhaps of a certain format (`path`, `uri`, `date`), in lower case.
    Text(Option<String>),
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// One of these.
    Choice(Vec<Value>),
    /// Many of one shape.
    List(Box<Shape>),
    /// Members by name.
    Object,
    /// Whatever.
    Any,
}

/// How a value is handed on to where it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handover {
    /// As it is.
    Direct,
    /// As the one item of a list.
    Wrapped,
}

impl Shape {
    /// The shape that a schema allows; references are looked up in `root`.
    pub(super) fn of(schema: &Value, root: &Value) -> Self {
        Self::within(schema, root, MAX_DEPTH)
    }

    fn within(schema: &Value, root: &Value, depth: usize) -> Self {
        let schema = followed(schema, root);
        let Some(depth) = depth.checked_sub(1) else {
            return Self::Any;
        };
        if let Some(only) = schema.get("const") {
            return Self::Choice(vec![only.clone()]);
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return Self::Choice(values.iter().filter(|value| !value.is_null()).cloned().collect());
        }
        match type_name(schema) {
            Some("string") => Self::Text(
                schema
                    .get("format")
                    .and_then(Value::as_str)
                    .map(str::to_lowercase),
            ),
            Some("integer") => Self::Integer,
            Some("number") => Self::Number,
            Some("boolean") => Self::Boolean,
            Some("object") => Self::Object,
            Some("array") => {
                let items = schema.get("items").map(|items| Self::within(items, root, depth));
                Self::List(Box::new(items.unwrap_or(Self::Any)))
            }
            _ => Self::of_alternatives(schema, root, depth),
        }
    }

    /// Of several alternatives the first that says something; those of constants alone are a choice.
    fn of_alternatives(schema: &Value, root: &Value, depth: usize) -> Self {
        let lists = ["anyOf", "oneOf", "allOf"];
        let alternatives = lists
            .iter()
            .filter_map(|name| schema.get(name).and_then(Value::as_array))
            .flatten();
        let shapes: Vec<Self> = alternatives
            .take(64)
            .filter(|alternative| type_name(followed(alternative, root)) != Some("null"))
            .map(|alternative| Self::within(alternative, root, depth))
            .collect();
        let choices = shapes.iter().map(|shape| match shape {
            Self::Choice(values) => Some(values.clone()),
            _ => None,
        });
        match choices.collect::<Option<Vec<_>>>() {
            Some(choices) if !choices.is_empty() => Self::Choice(choices.concat()),
            _ if schema.get("properties").is_some() => Self::Object,
            _ => shapes
                .into_iter()
                .find(|shape| *shape != Self::Any)
                .unwrap_or(Self::Any),
        }
    }

    /// How a value of the shape `given` can be handed on to where this one is wanted.
    pub(super) fn takes(&self, given: &Self) -> Option<Handover> {
        let direct = match (self, given) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Text(None), Self::Text(_)) => true,
            (Self::Text(Some(wanted)), Self::Text(Some(given))) => wanted == given,
            (Self::Text(Some(_)), Self::Text(None)) => true,
            (Self::Number, Self::Integer | Self::Number) | (Self::Integer, Self::Integer) => true,
            (Self::Boolean, Self::Boolean) | (Self::Object, Self::Object) => true,
            (Self::List(wanted), Self::List(given)) => wanted.takes(given) == Some(Handover::Direct),
            (Self::Choice(wanted), Self::Choice(given)) => given.iter().all(|value| wanted.contains(value)),
            _ => false,
        };
        match (direct, self) {
            (true, _) => Some(Handover::Direct),
            (false, Self::List(item)) => item
                .takes(given)
                .map(|_| Handover::Wrapped)
                .filter(|_| !matches!(given, Self::List(_))),
            (false, _) => None,
        }
    }

    /// The shape of one value: the item's, of a list.
    pub(super) fn item(&self) -> &Self {
        match self {
            Self::List(item) => item,
            other => other,
        }
    }
}

/// The schema that a reference within the document stands for.
pub(super) fn followed<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let mut schema = schema;
    for _ in 0..MAX_DEPTH {
        let pointer = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| reference.strip_prefix('#'));
        match pointer.and_then(|pointer| root.pointer(pointer)) {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

/// The type, or the first that is not null of several.
fn type_name(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape(schema: impl Into<Value>) -> Shape {
        let schema = schema.into();
        Shape::of(&schema, &schema)
    }

    #[test]
    fn schemas_are_read() {
        assert_eq!(shape(json!({"type": ["string", "null"]})), Shape::Text(None));
        assert_eq!(
            shape(json!({"type": "string", "format": "URI"})),
            Shape::Text(Some("uri".into()))
        );
        assert_eq!(
            shape(json!({"$ref": "#/$defs/a", "$defs": {"a": {"enum": ["x", null]}}})),
            Shape::Choice(vec![json!("x")])
        );
        assert_eq!(
            shape(json!({"anyOf": [{"type": "null"}, {"type": "integer"}]})),
            Shape::Integer
        );
        assert_eq!(
            shape(json!({"oneOf": [{"const": "a"}, {"const": "b"}]})),
            Shape::Choice(vec![json!("a"), json!("b")])
        );
        assert_eq!(
            shape(json!({"type": "array", "items": {"type": "string"}})),
            Shape::List(Box::new(Shape::Text(None)))
        );
        for odd in [
            json!(true),
            json!(7),
            json!({"$ref": "#"}),
            json!({"type": 3}),
            json!({"anyOf": [{"$ref": "#"}]}),
        ] {
            assert_eq!(shape(odd), Shape::Any);
        }
    }

    #[test]
    fn values_go_where_they_fit() {
        let list = |shape| Shape::List(Box::new(shape));
        assert_eq!(
            Shape::Text(None).takes(&Shape::Text(None)),
            Some(Handover::Direct)
        );
        assert_eq!(
            list(Shape::Text(None)).takes(&Shape::Text(None)),
            Some(Handover::Wrapped)
        );
        assert_eq!(Shape::Number.takes(&Shape::Integer), Some(Handover::Direct));
        assert_eq!(Shape::Integer.takes(&Shape::Number), None);
        assert_eq!(Shape::Text(None).takes(&list(Shape::Text(None))), None);
        assert_eq!(
            Shape::Text(Some("uri".into())).takes(&Shape::Text(Some("date".into()))),
            None
        );
    }
}
