//! A task as it is known for reading goals: its slots, and how strongly it says each word.

use std::collections::{BTreeMap, BTreeSet};

use super::slot::{Slot, slots};
use crate::catalog_planner::{
    shape::Shape,
    stem::stem,
    toolbox::Tool,
    word::{is_function_word, is_request, words},
};

/// The longest description that is read, in characters.
const MAX_DESCRIPTION: usize = 2_000;

/// A task with what it is known by.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Its name.
    pub(super) name: String,
    /// Its slots, in the author's order.
    pub(super) slots: Vec<Slot>,
    /// The stems of its name that say something, in order.
    pub(super) titles: Vec<String>,
    /// The stems of what its description says first, in order.
    pub(super) opening: Vec<String>,
    /// How strongly it says each stem: 1.0 in its name, less elsewhere.
    pub(super) vocabulary: BTreeMap<String, f64>,
    /// How many words its texts have.
    pub(super) length: usize,
}

impl Known {
    /// Reads a task.
    pub(super) fn new(tool: &Tool) -> Self {
        let slots = slots(&tool.task.parameters);
        let mut known = Self {
            name: tool.task.name.clone(),
            titles: titles(&tool.task.name),
            opening: Vec::new(),
            slots: Vec::new(),
            vocabulary: BTreeMap::new(),
            length: 0,
        };
        known.say(&tool.task.name, 1.0);
        tool.tags.iter().for_each(|tag| known.say(tag, 0.9));
        let description: String = tool.task.description.chars().take(MAX_DESCRIPTION).collect();
        let (first, rest) = description.split_once(['.', '\n']).unwrap_or((&description, ""));
        known.say(first, 0.8);
        known.opening = titles(first);
        known.opening.truncate(12);
        known.say(rest, 0.55);
        for example in tool.task.examples.iter().take(20) {
            known.say(&example.input.to_string(), 0.4);
        }
        for slot in slots
            .iter()
            .flat_map(|slot| std::iter::once(slot).chain(&slot.fields))
        {
            known.say(&slot.path.join(" "), 0.5);
            known.say(&slot.description, 0.3);
            if let Shape::Choice(values) = slot.shape.item() {
                let texts = values.iter().take(100).filter_map(|value| value.as_str());
                texts.for_each(|value| known.say(value, 0.45));
            }
        }
        known.slots = slots;
        known
    }

    /// A stem counts as strongly as where it is said most strongly.
    fn say(&mut self, text: &str, strength: f64) {
        for word in words(text) {
            self.length += 1;
            if is_function_word(&word) {
                continue;
            }
            let said = self.vocabulary.entry(stem(&word)).or_default();
            *said = said.max(strength);
        }
    }

    /// The slots that there is no call without.
    pub(super) fn required(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.is_required)
    }
}

/// The stems of a name that say what the task does; verbs that only ask are left out unless there is nothing else.
fn titles(name: &str) -> Vec<String> {
    let said: Vec<String> = words(name)
        .into_iter()
        .filter(|word| !is_function_word(word))
        .collect();
    let telling: Vec<&String> = said.iter().filter(|word| !is_request(word)).collect();
    let kept: Vec<&String> = if telling.is_empty() {
        said.iter().collect()
    } else {
        telling
    };
    let mut seen = BTreeSet::new();
    let stems = kept.into_iter().map(|word| stem(word));
    stems.filter(|stem| seen.insert(stem.clone())).collect()
}
