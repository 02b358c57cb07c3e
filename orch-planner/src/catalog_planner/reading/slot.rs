//! Slots: the places of a call that values go into, read from a task's schema. The members of objects are slots too.

pub(super) mod sense;
pub(super) mod unit;

use std::collections::BTreeSet;

use serde_json::Value;

use sense::Sense;
use unit::Dimension;

use crate::catalog_planner::{
    shape::{Shape, followed},
    stem::{is_stem_of, stem},
    word::{is_function_word, words},
};

/// The most slots of a task.
const MAX_SLOTS: usize = 40;
/// How deep objects within objects are looked into.
const MAX_DEPTH: usize = 3;

/// A place that a value goes into.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::catalog_planner) struct Slot {
    /// The names on the way to it; one, unless it is within an object.
    pub(in crate::catalog_planner) path: Vec<String>,
    /// The stems of its name, function words included: `from` says much.
    pub(super) name: Vec<String>,
    /// The stems of its description.
    pub(super) about: BTreeSet<String>,
    /// Its description in lower case.
    pub(super) description: String,
    /// What it takes.
    pub(super) shape: Shape,
    /// What kind of thing it holds.
    pub(super) sense: Sense,
    /// What it measures, if it takes a number.
    pub(super) dimension: Option<Dimension>,
    /// Whether there is no call without it.
    pub(super) is_required: bool,
    /// What is taken where nothing is said.
    pub(super) default: Option<Value>,
    /// The values that its description shows as examples or in quotation marks, as they are written there.
    pub(super) shown: Vec<String>,
    /// The fields of the objects of a list.
    pub(super) fields: Vec<Slot>,
    minimum: Option<f64>,
    maximum: Option<f64>,
}

/// The slots of a schema whose root is an object, in the author's order.
pub(super) fn slots(schema: &Value) -> Vec<Slot> {
    let mut found = Vec::new();
    collect(followed(schema, schema), schema, &[], true, MAX_DEPTH, &mut found);
    found
}

fn collect(
    object: &Value,
    root: &Value,
    path: &[String],
    is_required: bool,
    depth: usize,
    found: &mut Vec<Slot>,
) {
    let names = |keyword: &str| -> Vec<&str> {
        let listed = object.get(keyword).and_then(Value::as_array);
        listed.into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let (required, ordering) = (names("required"), names("propertyOrdering"));
    let Some(properties) = object.get("properties").and_then(Value::as_object) else {
        return;
    };
    // The author's order where it is told, then that in which the required ones are listed, then the alphabet.
    let place = |name: &str| {
        let of = |list: &[&str]| {
            list.iter()
                .position(|listed| *listed == name)
                .unwrap_or(list.len())
        };
        (of(&ordering), of(&required))
    };
    let mut properties: Vec<(&String, &Value)> = properties.iter().collect();
    properties.sort_by_key(|(name, _)| place(name));
    for (name, property) in properties {
        if found.len() >= MAX_SLOTS {
            return;
        }
        let mut path = path.to_vec();
        path.push(name.clone());
        let is_required = is_required && required.contains(&name.as_str());
        let target = followed(property, root);
        let has_members = target
            .get("properties")
            .and_then(Value::as_object)
            .is_some_and(|members| !members.is_empty());
        if has_members && depth > 1 {
            collect(target, root, &path, is_required, depth - 1, found);
        } else {
            found.push(Slot::new(path, property, target, root, is_required));
        }
    }
}

impl Slot {
    fn new(path: Vec<String>, property: &Value, target: &Value, root: &Value, is_required: bool) -> Self {
        let text = |schema: &Value| {
            schema
                .get("description")
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let written = text(property).or_else(|| text(target)).unwrap_or_default();
        let written: String = written.chars().take(1_000).collect();
        let name = path.last().cloned().unwrap_or_default();
        let shape = Shape::of(property, root);
        let name_words = words(&name);
        let number = |names: [&str; 2]| {
            names
                .iter()
                .find_map(|name| target.get(name).and_then(Value::as_f64))
        };
        let mut fields = Vec::new();
        if matches!(&shape, Shape::List(item) if **item == Shape::Object)
            && let Some(items) = target.get("items")
        {
            collect(followed(items, root), root, &[], true, 1, &mut fields);
        }
        let description = written.to_lowercase();
        let about = words(&description)
            .into_iter()
            .filter(|word| !is_function_word(word));
        Self {
            sense: sense::of(&name_words, &description, &shape),
            dimension: unit::of_slot(&name_words, &description, &shape),
            name: name_words.iter().map(|word| stem(word)).collect(),
            about: about.map(|word| stem(&word)).collect(),
            default: target
                .get("default")
                .filter(|default| !default.is_null())
                .cloned(),
            shown: Some(shown(&written))
                .filter(|shown| !shown.is_empty())
                .unwrap_or_else(|| exemplified(&written)),
            minimum: number(["minimum", "exclusiveMinimum"]),
            maximum: number(["maximum", "exclusiveMaximum"]),
            description,
            path,
            shape,
            is_required,
            fields,
        }
    }

    /// Its name.
    pub(super) fn title(&self) -> String {
        self.path.join(".")
    }

    /// Takes numbers of any size from now on.
    pub(super) fn unbound(&mut self) {
        (self.minimum, self.maximum) = (None, None);
    }

    /// Whether a number is within its bounds.
    pub(super) fn bounds(&self, value: f64) -> bool {
        self.minimum.is_none_or(|minimum| value >= minimum)
            && self.maximum.is_none_or(|maximum| value <= maximum)
    }

    /// Whether its name says one of these words.
    pub(super) fn is_called(&self, words: &[&str]) -> bool {
        words
            .iter()
            .any(|word| self.name.iter().any(|own| is_stem_of(own, word)))
    }

    /// Whether its description or name says one of these stems or phrases.
    pub(super) fn tells(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.description.contains(phrase))
    }

    /// Whether it takes many values.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.shape, Shape::List(_))
    }
}

/// What is shown as an example where nothing is quoted: after "e.g." or "such as", or as the whole description, "dog or cat".
fn exemplified(description: &str) -> Vec<String> {
    let lower = description.to_ascii_lowercase();
    let openers = [
        "e.g. ",
        "e.g., ",
        "such as ",
        "for example ",
        "for example, ",
        "one of ",
        "either ",
    ];
    let opened = openers
        .iter()
        .filter_map(|opener| lower.find(opener).map(|at| at + opener.len()));
    let rest = match opened.min() {
        Some(start) => &description[start..],
        None if lower.contains(" or ") && lower.split(' ').count() <= 4 => description,
        None => return Vec::new(),
    };
    let end = rest.find(['.', ')', ';', ':']).unwrap_or(rest.len());
    let items = rest[..end].split(',').flat_map(|item| item.split(" or "));
    let items = items.map(|item| {
        item.trim()
            .trim_start_matches("or ")
            .trim_matches(['\'', '"', '`'])
    });
    let is_value = |item: &&str| !item.is_empty() && item.len() <= 30 && item.split(' ').count() <= 3;
    items.take_while(is_value).map(str::to_owned).collect()
}

/// What stands in quotation marks.
fn shown(description: &str) -> Vec<String> {
    let mut shown = Vec::new();
    let mut rest = description;
    while let Some(open) = rest.find(['\'', '"', '`', '‘', '“']) {
        let quote = rest[open..].chars().next().unwrap_or('\'');
        let inner = &rest[open + quote.len_utf8()..];
        let before = rest[..open].chars().next_back();
        let close = match quote {
            '‘' => '’',
            '“' => '”',
            other => other,
        };
        match inner.find(close) {
            Some(end) if before.is_none_or(|before| !before.is_alphanumeric()) => {
                let value = inner[..end].trim();
                if !value.is_empty() && value.len() <= 40 {
                    shown.push(value.to_owned());
                }
                rest = &inner[end + close.len_utf8()..];
            }
            _ => rest = inner,
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn examples_are_read_off_descriptions() {
        assert_eq!(exemplified("Genre, e.g. strategy, party"), ["strategy", "party"]);
        assert_eq!(exemplified("dog or cat"), ["dog", "cat"]);
        assert_eq!(
            exemplified("Kind of claim (such as personal injury) that is made"),
            ["personal injury"]
        );
        assert_eq!(exemplified("Name or id of the user that is asked for"), [""; 0]);
    }

    #[test]
    fn slots_keep_the_authors_order_and_reach_into_objects() {
        let schema = json!({"propertyOrdering": ["b", "a", "c"], "required": ["b", "c"], "properties": {
            "a": {"type": "string", "description": "Such as 'x' or \"y z\", the user's own"},
            "b": {"type": "integer", "minimum": 1},
            "c": {"type": "object", "required": ["d"], "properties": {"d": {"type": "number"}, "e": {"type": "string"}}},
        }});
        let slots = slots(&schema);
        let shown: Vec<(String, bool)> = slots
            .iter()
            .map(|slot| (slot.title(), slot.is_required))
            .collect();
        assert_eq!(
            shown,
            [
                ("b".into(), true),
                ("a".into(), false),
                ("c.d".into(), true),
                ("c.e".into(), false)
            ]
        );
        assert_eq!(slots[1].shown, ["x", "y z"]);
        assert!(slots[0].bounds(1.0) && !slots[0].bounds(0.0));
    }
}
