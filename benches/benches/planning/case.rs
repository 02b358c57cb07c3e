//! The cases: JSON files of tasks and of goals with the calls that are right for them.

use std::path::Path;

use orch_benches::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

/// A field: its tasks and the goals for them.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Field {
    /// The tasks.
    pub(crate) tasks: Vec<Box<RawValue>>,
    /// The goals.
    pub(crate) cases: Vec<Case>,
}

/// A goal with the calls that are right for it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Case {
    /// The goal.
    pub(crate) goal: String,
    /// The same, said otherwise.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// The calls; none where it is to be refused.
    pub(crate) calls: Vec<Expected>,
    /// Why it is to be refused: `irrelevant` to its field's tasks, or something is `missing`.
    #[serde(default)]
    pub(crate) why: Option<String>,
}

/// A call that is right.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Expected {
    /// The task.
    pub(crate) task: String,
    /// The arguments; `{"$any": [...]}` where several values are right.
    pub(crate) arguments: Map<String, Value>,
}

impl Case {
    /// The tasks that its calls need; each is text, since the order of its parameters matters.
    pub(crate) fn needed(&self, tasks: &[String]) -> Vec<String> {
        let is_needed = |task: &&String| self.calls.iter().any(|call| name(task) == call.task);
        tasks.iter().filter(is_needed).cloned().collect()
    }

    /// All tasks, of these names, without those of other fields that do the same as the ones its calls need; `None` if there
    /// are no such.
    pub(crate) fn without_twins(
        &self,
        all: &[String],
        names: &[String],
        own: &[String],
        twins: &[Vec<String>],
    ) -> Option<Vec<String>> {
        let is_twin = |name: &String| {
            let pairs = |call: &Expected| {
                let both = |group: &Vec<String>| group.contains(name) && group.contains(&call.task);
                call.task == *name || twins.iter().any(both)
            };
            self.calls.iter().any(pairs)
        };
        let tasks = all.iter().zip(names);
        let kept = tasks.filter(|(task, name)| !is_twin(name) || own.contains(task));
        let kept: Vec<String> = kept.map(|(task, _)| task.clone()).collect();
        (kept.len() < all.len()).then_some(kept)
    }
}

/// Groups of tasks of several fields that do the same, so that no goal tells which of them is meant.
pub(crate) fn twins() -> Outcome<Vec<Vec<String>>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/planning/twins.json");
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

/// The name of a task.
pub(crate) fn name(task: &str) -> String {
    let read: Value = serde_json::from_str(task).unwrap_or_default();
    read["name"].as_str().unwrap_or_default().to_owned()
}

/// The fields of a split, in the order of their names.
pub(crate) fn fields(split: &str) -> Outcome<Vec<Field>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("planning").join(split);
    let files: Result<Vec<_>, _> = std::fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    let mut files = files?;
    files.sort();
    let read = |file: &std::path::PathBuf| -> Outcome<Field> {
        Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
    };
    files.iter().map(read).collect()
}
