//! The same tasks under other names: a planner that leans on spelling loses here.

use serde_json::Value;

use crate::case::{Case, Expected};

/// Words of names, with what another author might have written.
const OTHERS: &[(&str, &str)] = &[
    ("calculate", "compute"),
    ("compute", "calculate"),
    ("find", "lookup"),
    ("search", "find"),
    ("get", "fetch"),
    ("city", "town"),
    ("number", "n"),
    ("date", "day"),
    ("location", "place"),
    ("book", "reserve"),
    ("price", "cost"),
    ("amount", "sum"),
    ("order", "purchase"),
    ("weight", "mass"),
    ("company", "firm"),
    ("language", "lang"),
    ("movies", "films"),
    ("song", "track"),
    ("tickets", "seats"),
    ("query", "term"),
    ("rent", "hire"),
    ("estimate", "predict"),
    ("unit", "measure"),
    ("team", "club"),
    ("message", "note"),
    ("email", "mail"),
];

/// A name as another author might have written it: other words, in camel case.
fn renamed(name: &str) -> String {
    let spaced: String = name
        .chars()
        .flat_map(|char| {
            let split = if char.is_uppercase() { Some('_') } else { None };
            split.into_iter().chain(char.to_lowercase())
        })
        .collect();
    let words = spaced.split(['_', '.']).filter(|word| !word.is_empty());
    let other = |word: &str| {
        OTHERS
            .iter()
            .find(|(own, _)| *own == word)
            .map_or(word, |(_, other)| other)
            .to_owned()
    };
    let mut made = String::new();
    for (at, word) in words.enumerate() {
        let word = other(word);
        let (first, rest) = word.split_at(1);
        made.push_str(&if at == 0 {
            first.to_owned()
        } else {
            first.to_uppercase()
        });
        made.push_str(rest);
    }
    made
}

/// Names that are keywords of a schema too, and stay.
const KEYWORDS: &[&str] = &[
    "name",
    "type",
    "description",
    "title",
    "format",
    "items",
    "enum",
    "default",
    "function",
];

/// A parameter's name, renamed unless it is a keyword.
fn parameter(name: &str) -> String {
    if KEYWORDS.contains(&name) {
        name.to_owned()
    } else {
        renamed(name)
    }
}

/// The tasks under other names, their parameters too; their order stays.
pub(crate) fn tasks(tasks: &[String]) -> Vec<String> {
    let rename = |text: &String| {
        let task: Value = serde_json::from_str(text).unwrap_or_default();
        let own = task["name"].as_str().unwrap_or_default();
        let mut made = text.replacen(&format!("\"{own}\""), &format!("\"{}\"", renamed(own)), 1);
        for (name, _) in task["parameters"]["properties"].as_object().into_iter().flatten() {
            made = made.replace(&format!("\"{name}\""), &format!("\"{}\"", parameter(name)));
        }
        made
    };
    tasks.iter().map(rename).collect()
}

/// A case for the renamed tasks.
pub(crate) fn case(case: &Case) -> Case {
    let rename = |call: &Expected| Expected {
        task: renamed(&call.task),
        arguments: call
            .arguments
            .iter()
            .map(|(name, value)| (parameter(name), value.clone()))
            .collect(),
    };
    Case {
        calls: case.calls.iter().map(rename).collect(),
        ..case.clone()
    }
}
