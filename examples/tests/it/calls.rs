//! `plan --tasks`: calls over the tasks of a file, without a database.

#![cfg(test)]

use serde_json::{Value, json};

use crate::command::Place;

const TASKS: &str = r#"{"tools": [{"type": "function", "function": {"name": "tides.next", "description": "Tells the next high tide at a harbor",
    "parameters": {"type": "dict", "properties": {"harbor": {"type": "str"}, "date": {"type": "string", "description": "YYYY-MM-DD"}},
    "required": ["harbor"]}}}]}"#;

/// Plans over the tasks; what is printed, and what is said beside it.
fn planned(options: &[&str]) -> (i32, String, String) {
    let place = Place::new();
    let file = place.path("tasks.json");
    std::fs::write(&file, TASKS).unwrap();
    let file = file.display().to_string();
    let mut arguments = vec!["plan", "--tasks", &file];
    arguments.extend(options);
    let ran = place.run(&arguments);
    assert!(!place.path("orch.db").exists());
    (ran.code(), ran.out(), ran.error())
}

#[test]
fn calls_are_printed_as_json() {
    let (code, out, error) = planned(&[
        "--json",
        "When is the next high tide in Galway and in Cork on 2025-03-01?",
    ]);
    let calls: Value = serde_json::from_str(&out).unwrap();
    let call =
        |harbor: &str| json!({"task": "tides.next", "arguments": {"harbor": harbor, "date": "2025-03-01"}});
    assert_eq!(calls, json!([call("Galway"), call("Cork")]));
    assert_eq!((code, error.as_str()), (0, ""));
}

#[test]
fn a_refusal_is_an_empty_list_and_its_reason() {
    for (goal, reason) in [
        ("Knit me a scarf", "no agent fits"),
        ("When is the next high tide?", "\"harbor\""),
    ] {
        let (code, out, error) = planned(&["--json", goal]);
        assert_eq!((code, out.as_str()), (0, "[]\n"), "{goal}");
        assert!(error.contains(reason), "{error}");
        assert_eq!(planned(&[goal]).0, 1);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let ran = Place::new().run(&["plan", "--tasks", "nowhere.json", "--json", "Knit"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.error().contains("nowhere.json"), "{}", ran.error());
}
