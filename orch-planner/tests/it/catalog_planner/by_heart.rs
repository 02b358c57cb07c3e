//! The planner knows English and knows schemas; it knows no task, no agent and no goal by heart.

use std::{collections::HashSet, fs, path::Path};

use serde_json::Value;

/// Slugs of the agents that the examples bring along.
const SLUGS: &[&str] = &[
    "table-reader",
    "text-summarizer",
    "sentiment-analyzer",
    "keyword-extractor",
    "text-statistics",
];
/// So many words in a row are a phrase that nobody says by chance.
const PHRASE: usize = 4;

fn files(folder: &Path, extension: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// What the planner is made of: its code without tests and comments.
fn code() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = vec![fs::read_to_string(root.join("src/catalog_planner.rs")).unwrap()];
    files(&root.join("src/catalog_planner"), "rs", &mut sources);
    let own = sources
        .iter()
        .map(|source| source.split("#[cfg(test)]").next().unwrap_or_default());
    let lines = own
        .flat_map(str::lines)
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n").to_lowercase()
}

/// The runs of so many words, whatever marks stand between them.
fn phrases(text: &str) -> HashSet<String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split_whitespace()
        .map(|word| word.trim_matches(|char: char| !char.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect();
    words.windows(PHRASE).map(|run| run.join(" ")).collect()
}

#[test]
fn no_task_and_no_goal_is_known_by_heart() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut fields = Vec::new();
    files(&root.join("benches/planning"), "json", &mut fields);
    assert!(fields.len() >= 10, "the cases are not where they were");
    let code = code();
    let of_code: HashSet<String> = code.split('"').flat_map(phrases).collect();
    let known = |goal: &str| phrases(goal).intersection(&of_code).next().cloned();
    for field in fields {
        let field: Value = serde_json::from_str(&field).unwrap();
        for task in field["tasks"].as_array().unwrap() {
            let name = task["name"].as_str().unwrap().to_lowercase();
            assert!(!code.contains(&format!("\"{name}\"")), "{name}");
        }
        for case in field["cases"].as_array().unwrap() {
            let goal = case["goal"].as_str().unwrap();
            assert_eq!(known(goal), None, "{goal}");
        }
    }
    for slug in SLUGS {
        assert!(!code.contains(slug), "{slug}");
    }
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let goals = readme
        .lines()
        .filter_map(|line| line.split_once(" run \""))
        .filter_map(|(_, rest)| rest.split('"').next());
    for goal in goals {
        assert_eq!(known(goal), None, "{goal}");
    }
}
