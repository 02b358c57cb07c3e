//! A file of tasks: an array, an object around one, a task a line, or one task alone.

use super::{Tool, ToolboxError, dialect, ordered::Json};

/// Members under which an object holds its tasks.
const LISTS: &[&str] = &[
    "tasks",
    "functions",
    "tools",
    "function_declarations",
    "functionDeclarations",
];

/// The tasks that a text describes.
pub(super) fn tools(text: &str) -> Result<Vec<Tool>, ToolboxError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut items = Vec::new();
    for document in documents(text)? {
        collect(document, &mut items);
    }
    items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            dialect::tool(item).map_err(|reason| ToolboxError::Form {
                place: format!("task {}", at + 1),
                reason,
            })
        })
        .collect()
}

/// The JSON documents of a text, one behind the other; almost always one.
fn documents(text: &str) -> Result<Vec<Json>, ToolboxError> {
    let documents: Result<Vec<Json>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    let documents = documents.map_err(|error| ToolboxError::Json {
        reason: error.to_string(),
    })?;
    if documents.is_empty() {
        return Err(ToolboxError::Json {
            reason: "it is blank".to_owned(),
        });
    }
    Ok(documents)
}

/// Takes lists apart, and the objects that hold them.
fn collect(json: Json, items: &mut Vec<Json>) {
    match json {
        Json::Array(list) => list.into_iter().for_each(|item| collect(item, items)),
        Json::Object(_) => match json.any(LISTS) {
            Some(Json::Array(list)) if json.get("name").is_none() => {
                list.iter().cloned().for_each(|item| collect(item, items));
            }
            _ => items.push(json),
        },
        Json::Plain(_) => items.push(json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let tools = tools(text).unwrap();
        tools.into_iter().map(|tool| tool.task.name).collect()
    }

    #[test]
    fn every_form_of_a_file_is_read() {
        for text in [
            r#"[{"name": "a"}, {"name": "b"}]"#,
            r#"{"tasks": [{"name": "a"}, {"name": "b"}]}"#,
            r#"{"functions": [{"name": "a"}, {"name": "b"}], "version": 1}"#,
            r#"{"tools": [{"type": "function", "function": {"name": "a"}}, {"function_declarations": [{"name": "b"}]}]}"#,
            "{\"name\": \"a\"}\n{\"name\": \"b\"}\n",
            "[[{\"name\": \"a\"}], [{\"name\": \"b\"}]]",
        ] {
            assert_eq!(names(text), ["a", "b"], "{text}");
        }
        assert_eq!(names(r#"{"name": "a", "parameters": {}}"#), ["a"]);
        assert_eq!(names("[]"), [""; 0]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, reason) in [
            ("", "it is not JSON: it is blank"),
            ("[{}, 7]", "task 1: it has no name"),
            (r#"[{"name": "a"}, 7]"#, "task 2: it is no object"),
            (
                r#"[{"name": "a", "parameters": "{\"type\": \"object\"}"}]"#,
                "task 1: its parameters are no schema",
            ),
        ] {
            assert_eq!(tools(text).unwrap_err().to_string(), reason);
        }
        assert!(
            tools("{")
                .unwrap_err()
                .to_string()
                .starts_with("it is not JSON: EOF")
        );
    }
}
