//! Schemas as people write them, made into JSON Schema: types of programming languages, lists of parameters, and
//! `required` where it does not belong.

use serde_json::{Map, Value, json};

use super::ordered::Json;

/// How deep schemas nest before the rest is left out.
const MAX_DEPTH: usize = 12;

/// Keywords of an object's schema; where there is none of them, the members are the parameters themselves.
const KEYWORDS: &[&str] = &["properties", "$ref", "allOf", "anyOf", "oneOf"];

/// The schema of a task's arguments: its root is an object. `propertyOrdering` keeps the order of its properties.
pub(super) fn of_arguments(written: &Json) -> Value {
    let schema = match written {
        Json::Array(list) => of_list(list),
        Json::Object(members) if !is_schema(written) => of_properties(
            members.iter().map(|(name, member)| (name.as_str(), member)),
            MAX_DEPTH,
        ),
        _ => within(written, MAX_DEPTH),
    };
    match schema {
        Value::Object(mut members) => {
            members.insert("type".to_owned(), json!("object"));
            Value::Object(members)
        }
        _ => json!({ "type": "object" }),
    }
}

/// The schema of any value.
pub(super) fn of_value(written: &Json) -> Value {
    within(written, MAX_DEPTH)
}

fn is_schema(written: &Json) -> bool {
    let is_type = written.get("type").is_some_and(|kind| kind.text().is_some());
    is_type || KEYWORDS.iter().any(|keyword| written.get(keyword).is_some()) || written.members().is_empty()
}

/// Parameters as a list of objects with a name each.
fn of_list(list: &[Json]) -> Value {
    let named = list
        .iter()
        .filter_map(|item| Some((item.get("name")?.text()?, item)));
    of_properties(named, MAX_DEPTH)
}

fn of_properties<'j>(properties: impl Iterator<Item = (&'j str, &'j Json)>, depth: usize) -> Value {
    let (mut read, mut order, mut required) = (Map::new(), Vec::new(), Vec::new());
    for (name, property) in properties {
        if property.get("required") == Some(&Json::Plain(true.into())) {
            required.push(json!(name));
        }
        order.push(json!(name));
        read.insert(name.to_owned(), within(property, depth));
    }
    json!({"type": "object", "properties": read, "required": required, "propertyOrdering": order})
}

fn within(written: &Json, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else {
        return json!({});
    };
    let members = match written {
        Json::Object(members) => members,
        // A type alone, as in {"x": "string"}.
        Json::Plain(Value::String(name)) => return type_of(name),
        other => return other.value(),
    };
    let mut schema = Map::new();
    for (name, member) in members {
        match (name.as_str(), member) {
            ("type", Json::Plain(Value::String(kind))) => merge(&mut schema, type_of(kind)),
            ("type", Json::Array(kinds)) => merge(&mut schema, type_of_several(kinds)),
            ("properties", Json::Object(properties)) => {
                let named = properties.iter().map(|(name, member)| (name.as_str(), member));
                merge(&mut schema, of_properties(named, depth));
            }
            ("properties", _) => {}
            ("items", Json::Array(items)) => {
                let first = items.first().map_or(json!({}), |item| within(item, depth));
                schema.insert("items".to_owned(), first);
            }
            ("items" | "additionalProperties", member) => {
                schema.insert(name.clone(), within(member, depth));
            }
            ("anyOf" | "oneOf" | "allOf", Json::Array(alternatives)) => {
                let read = alternatives.iter().map(|alternative| within(alternative, depth));
                schema.insert(name.clone(), read.collect());
            }
            ("$defs" | "definitions", Json::Object(definitions)) => {
                let read = definitions
                    .iter()
                    .map(|(name, one)| (name.clone(), within(one, depth)));
                schema.insert(name.clone(), Value::Object(read.collect()));
            }
            ("enum", Json::Array(values)) => {
                schema.insert("enum".to_owned(), values.iter().map(Json::value).collect());
            }
            // "required": true beside a type is read where the property is; the rest is an author's slip.
            ("required", Json::Array(names)) => {
                let said = names.iter().filter_map(Json::text).map(|name| json!(name));
                schema.insert("required".to_owned(), said.collect());
            }
            ("required" | "enum", _) => {}
            (_, member) => {
                schema.insert(name.clone(), member.value());
            }
        }
    }
    Value::Object(schema)
}

/// Adds what a type comes to; what was said in so many words stays.
fn merge(schema: &mut Map<String, Value>, more: Value) {
    let Value::Object(more) = more else { return };
    for (name, value) in more {
        let is_told = name == "properties" || name == "propertyOrdering";
        if is_told || !schema.contains_key(&name) {
            schema.insert(name, value);
        }
    }
}

fn type_of_several(kinds: &[Json]) -> Value {
    let read = kinds.iter().filter_map(Json::text).map(type_of);
    let names: Vec<Value> = read.filter_map(|schema| schema.get("type").cloned()).collect();
    if names.is_empty() {
        json!({})
    } else {
        json!({ "type": names })
    }
}

/// The schema that a type's name comes to, in JSON Schema or in a programming language: `dict`, `List[int]`, `float`.
fn type_of(name: &str) -> Value {
    let name = name.trim().to_ascii_lowercase();
    if let Some((first, _)) = name.split_once(['|', ',']).filter(|_| !name.contains(['[', '<'])) {
        return type_of(first);
    }
    if let Some(item) = name.strip_suffix("[]") {
        return json!({"type": "array", "items": type_of(item)});
    }
    if let Some((outer, inner)) = name.split_once(['[', '<', '(']) {
        let inner = inner.trim_end_matches([']', '>', ')']);
        return match outer.trim() {
            "optional" => type_of(inner),
            "dict" | "map" | "record" | "hashmap" | "mapping" | "union" | "literal" => type_of(outer),
            "list" | "array" | "tuple" | "set" | "arraylist" | "sequence" | "vec" | "vector" | "iterable" => {
                let item = inner.split(',').next().unwrap_or_default();
                json!({"type": "array", "items": type_of(item)})
            }
            other => type_of(other),
        };
    }
    let known = match name.as_str() {
        "string" | "str" | "text" | "char" | "character" | "varchar" | "uuid" => "string",
        "integer" | "int" | "long" | "short" | "byte" | "int32" | "int64" | "uint" | "bigint" => "integer",
        "number" | "float" | "double" | "decimal" | "real" | "numeric" | "float32" | "float64" => "number",
        "boolean" | "bool" => "boolean",
        "array" | "list" | "tuple" | "set" | "arraylist" | "sequence" => "array",
        "object" | "dict" | "dictionary" | "map" | "hashmap" | "hashtable" | "record" | "struct" => "object",
        "null" | "none" => "null",
        "date" => return json!({"type": "string", "format": "date"}),
        "datetime" | "date-time" | "timestamp" => return json!({"type": "string", "format": "date-time"}),
        _ => return json!({}),
    };
    json!({ "type": known })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Value {
        of_arguments(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn types_of_programming_languages_are_read() {
        let schema = arguments(
            r#"{"type": "dict", "properties": {"b": {"type": "float"}, "a": {"type": "List[int]"}, "c": {"type": "any"},
                "d": {"type": "tuple", "items": [{"type": "str"}]}, "e": "bool", "f": {"type": ["int", "null"]}},
                "required": ["b"]}"#,
        );
        assert_eq!(
            schema,
            json!({"type": "object", "required": ["b"], "propertyOrdering": ["b", "a", "c", "d", "e", "f"],
            "properties": {
                "b": {"type": "number"}, "a": {"type": "array", "items": {"type": "integer"}}, "c": {},
                "d": {"type": "array", "items": {"type": "string"}}, "e": {"type": "boolean"},
                "f": {"type": ["integer", "null"]},
            }})
        );
    }

    #[test]
    fn every_way_of_listing_parameters_is_read() {
        let wanted = json!({"type": "object", "required": ["y"], "propertyOrdering": ["y", "x"],
            "properties": {"y": {"type": "string"}, "x": {"type": "integer"}}});
        for text in [
            r#"{"properties": {"y": {"type": "string"}, "x": {"type": "integer"}}, "required": ["y"]}"#,
            r#"{"y": {"type": "string", "required": true}, "x": {"type": "int", "required": false}}"#,
        ] {
            assert_eq!(arguments(text), wanted, "{text}");
        }
        let listed =
            arguments(r#"[{"name": "y", "type": "str", "required": true}, {"name": "x", "type": "int"}]"#);
        assert_eq!(listed["required"], json!(["y"]));
        assert_eq!(listed["properties"]["x"]["type"], "integer");
        assert_eq!(arguments("{}"), json!({"type": "object"}));
        assert_eq!(arguments("7"), json!({"type": "object"}));
    }
}
