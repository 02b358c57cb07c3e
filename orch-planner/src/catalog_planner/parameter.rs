//! What a task takes and what it gives, read from its schemas.

use std::{
    collections::{BTreeSet, HashSet},
    sync::LazyLock,
};

use serde_json::Value;

use super::{
    literal::LiteralKind,
    shape::{Shape, followed},
    stem::stem,
    word::{stems, words},
};

/// The most parameters of a task, and the most members of an answer, that are looked at.
const MAX_MEMBERS: usize = 64;

/// One argument that a task takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    /// Its name.
    pub(super) name: String,
    /// The stems of its name.
    pub(super) name_stems: Vec<String>,
    /// The stems of its description.
    pub(super) about: BTreeSet<String>,
    /// What it takes.
    pub(super) shape: Shape,
    /// Whether the task cannot do without.
    pub(super) is_required: bool,
    /// Whether it is what the task works on (a text, rows) rather than how it works or what it looks up.
    pub(super) is_material: bool,
    /// Which literals it takes before all others, if it is made for some.
    pub(super) made_for: Option<LiteralKind>,
    /// The least number, if there is a bound.
    minimum: Option<f64>,
    /// The greatest number, if there is a bound.
    maximum: Option<f64>,
}

/// A part of what a task answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    /// Where it is found: a JSON Pointer into the answer.
    pub(super) pointer: String,
    /// The stems of its name.
    pub(super) name_stems: Vec<String>,
    /// The stems of its description.
    pub(super) about: BTreeSet<String>,
    /// What it is.
    pub(super) shape: Shape,
}

/// Words for what tasks work on.
const MATERIAL: &[&str] = &[
    "article",
    "body",
    "content",
    "contents",
    "corpus",
    "data",
    "document",
    "documents",
    "html",
    "input",
    "markdown",
    "paragraph",
    "passage",
    "prose",
    "records",
    "rows",
    "source",
    "text",
    "texts",
    "transcript",
    "values",
];

/// The parameters that a task's schema declares, in the schema's order.
pub(super) fn parameters(schema: &Value) -> Vec<Parameter> {
    let root = followed(schema, schema);
    let required: Vec<&str> = root
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = root
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    properties
        .take(MAX_MEMBERS)
        .map(|(name, property)| Parameter::new(name, property, schema, required.contains(&name.as_str())))
        .collect()
}

impl Parameter {
    fn new(name: &str, property: &Value, root: &Value, is_required: bool) -> Self {
        let target = followed(property, root);
        let description = description(property, target);
        let shape = Shape::of(property, root);
        let made_for = made_for(name, &description, &shape);
        let bound = |names: [&str; 2]| {
            names
                .iter()
                .find_map(|name| target.get(name).and_then(Value::as_f64))
        };
        Self {
            name: name.to_owned(),
            name_stems: stems(name),
            about: stems(&description).into_iter().collect(),
            is_material: made_for.is_none() && is_material(name, &description, &shape),
            shape,
            is_required,
            made_for,
            minimum: bound(["minimum", "exclusiveMinimum"]),
            maximum: bound(["maximum", "exclusiveMaximum"]),
        }
    }

    /// Why it does not take the number, if it does not.
    pub(super) fn refusal(&self, number: &serde_json::Number) -> Option<String> {
        let value = number.as_f64()?;
        let is_whole = number.is_i64() || number.is_u64();
        if *self.shape.item() == Shape::Integer && !is_whole {
            return Some("it is not a whole number".to_owned());
        }
        match (self.minimum, self.maximum) {
            (Some(minimum), _) if value < minimum => Some(format!("it is less than {minimum}")),
            (_, Some(maximum)) if value > maximum => Some(format!("it is more than {maximum}")),
            _ => None,
        }
    }

    /// Whether a text in quotation marks can go into it.
    pub(super) fn takes_text(&self) -> bool {
        matches!(self.shape.item(), Shape::Text(None) | Shape::Any)
    }
}

/// The parts of what a task answers, those of objects within included.
pub(super) fn members(schema: &Value) -> Vec<Member> {
    let mut members = Vec::new();
    let root = followed(schema, schema);
    match Shape::of(root, schema) {
        Shape::Object => collect(root, schema, "", 2, &mut members),
        shape => members.push(Member {
            pointer: String::new(),
            name_stems: Vec::new(),
            about: stems(&description(root, root)).into_iter().collect(),
            shape,
        }),
    }
    members
}

fn collect(schema: &Value, root: &Value, prefix: &str, depth: usize, members: &mut Vec<Member>) {
    for (name, property) in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if members.len() >= MAX_MEMBERS {
            return;
        }
        let target = followed(property, root);
        let pointer = format!("{prefix}/{}", name.replace('~', "~0").replace('/', "~1"));
        let shape = Shape::of(property, root);
        let is_object = shape == Shape::Object;
        members.push(Member {
            pointer: pointer.clone(),
            name_stems: stems(name),
            about: stems(&description(property, target)).into_iter().collect(),
            shape,
        });
        if is_object && depth > 1 {
            collect(target, root, &pointer, depth - 1, members);
        }
    }
}

fn description(property: &Value, target: &Value) -> String {
    let texts = [property, target].map(|schema| schema.get("description").and_then(Value::as_str));
    texts
        .into_iter()
        .flatten()
        .next()
        .unwrap_or_default()
        .chars()
        .take(1_000)
        .collect()
}

/// Which literals a parameter is made for, by its shape, its format, its name or how its description begins.
fn made_for(name: &str, description: &str, shape: &Shape) -> Option<LiteralKind> {
    let format = match shape.item() {
        Shape::Integer | Shape::Number => return Some(LiteralKind::Number),
        Shape::Text(format) => format.as_deref(),
        _ => return None,
    };
    match format {
        Some("path" | "file" | "file-path" | "filepath" | "filename" | "directory") => {
            return Some(LiteralKind::Path);
        }
        Some("uri" | "url" | "iri" | "uri-reference" | "iri-reference") => return Some(LiteralKind::Url),
        Some("email" | "idn-email") => return Some(LiteralKind::Email),
        Some("date" | "date-time") => return Some(LiteralKind::Date),
        _ => {}
    }
    let by = |words: Vec<String>| {
        words.iter().rev().find_map(|word| match word.as_str() {
            "path" | "file" | "filename" | "filepath" | "folder" | "directory" | "dir" => {
                Some(LiteralKind::Path)
            }
            "url" | "uri" | "link" | "website" | "webpage" | "urls" => Some(LiteralKind::Url),
            "email" | "mail" | "recipient" | "recipients" => Some(LiteralKind::Email),
            "date" | "day" | "datetime" | "deadline" => Some(LiteralKind::Date),
            _ => None,
        })
    };
    let opening = || words(description).into_iter().take(3).collect();
    if words(name).iter().any(|word| MATERIAL.contains(&word.as_str())) {
        None
    } else {
        by(words(name)).or_else(|| by(opening()))
    }
}

/// Whether a parameter is what its task works on.
fn is_material(name: &str, description: &str, shape: &Shape) -> bool {
    let names_it = |words: &[String]| words.iter().any(|word| MATERIAL.contains(&word.as_str()));
    match shape.item() {
        Shape::Text(None) | Shape::Any | Shape::Object => {
            // "The text to judge" is material, "The language of the text" is not.
            let opening = || -> Vec<String> {
                let words = words(description).into_iter();
                let before = words.take_while(|word| word != "of" && word != "in");
                before.take(5).collect()
            };
            let looks_up = || stems(name).iter().any(|stem| LOOKED_UP.contains(stem));
            names_it(&words(name)) || (names_it(&opening()) && !looks_up())
        }
        _ => false,
    }
}

/// Stems of words for what tasks look up or go by, whatever their description mentions.
static LOOKED_UP: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let words =
        "column field format id key keyword language name pattern query question subject term title topic";
    words.split(' ').map(stem).collect()
});

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_are_told_apart() {
        let schema = json!({"required": ["path", "text"], "properties": {
            "path": {"type": "string"}, "text": {"type": "string"}, "prose": {"type": "string"},
            "column": {"type": ["string", "null"], "description": "Name of the column whose text is wanted"},
            "language": {"type": "string", "description": "The language of the text"},
            "note": {"type": "string", "description": "The text to judge"},
            "to": {"type": "string", "description": "E-mail of who gets it", "format": "email"},
            "count": {"type": "integer", "minimum": 1, "maximum": 9},
        }});
        let parameters = parameters(&schema);
        let parameter = |name: &str| {
            parameters
                .iter()
                .find(|parameter| parameter.name == name)
                .unwrap()
        };
        let material: BTreeSet<&str> = parameters
            .iter()
            .filter(|parameter| parameter.is_material)
            .map(|p| p.name.as_str())
            .collect();
        assert_eq!(material, BTreeSet::from(["text", "prose", "note"]));
        assert_eq!(parameter("path").made_for, Some(LiteralKind::Path));
        assert_eq!(parameter("to").made_for, Some(LiteralKind::Email));
        assert!(parameter("path").is_required && !parameter("count").is_required);
        assert_eq!(
            parameter("count").refusal(&10.into()).unwrap(),
            "it is more than 9"
        );
        assert_eq!(parameter("count").refusal(&9.into()), None);
        assert!(
            parameter("count")
                .refusal(&serde_json::Number::from_f64(1.5).unwrap())
                .is_some()
        );
    }

    #[test]
    fn members_within_members_are_found() {
        let schema = json!({"type": "object", "properties": {
            "a/b": {"type": "string"}, "c": {"type": "object", "properties": {"d": {"type": "integer"}}},
        }});
        let pointers: Vec<String> = members(&schema)
            .into_iter()
            .map(|member| member.pointer)
            .collect();
        assert_eq!(pointers, ["/a~1b", "/c", "/c/d"]);
        assert_eq!(members(&json!({"type": "string"}))[0].pointer, "");
        assert_eq!(members(&json!(true))[0].shape, Shape::Any);
    }
}
