//! A task as it is known for reading goals: its slots, and how strongly it says each word.

use std::collections::{BTreeMap, BTreeSet};

use orch_core::Task;

use super::{
    index::Index,
    lexeme::Lexeme,
    part::paired,
    slot::{Slot, slots},
};
use crate::catalog_planner::{
    profile::EXAMPLES,
    shape::Shape,
    stem::stem,
    word::{is_action, is_function_word, is_request, stems, words},
};

/// The longest description that is read, in characters.
const MAX_DESCRIPTION: usize = 2_000;

/// How much a word counts that only shares its stem with one of the task's.
const RELATIVE: f64 = 0.85;

/// A task with what it is known by.
#[derive(Clone, Debug)]
pub(in crate::catalog_planner) struct Known {
    /// Its name.
    pub(super) name: String,
    /// Its slots, in the author's order.
    pub(in crate::catalog_planner) slots: Vec<Slot>,
    /// The stems of its name that say something, in order.
    pub(super) titles: Vec<String>,
    /// The stems of the verbs in its name that ask for something definite.
    pub(super) deeds: Vec<String>,
    /// The stems of what its description says first, in order.
    pub(super) opening: Vec<String>,
    /// Its words as they are written, in lower case.
    surfaces: BTreeSet<String>,
    /// How strongly it says each stem: 1.0 in its name, less elsewhere.
    pub(super) vocabulary: BTreeMap<String, f64>,
    /// How often it says each stem.
    pub(super) counts: BTreeMap<String, f64>,
    /// How many words it says that say something.
    pub(super) length: f64,
    /// The stems that its name, the beginning of its description and the names of its slots say side by side.
    pub(super) pairs: BTreeSet<String>,
    /// How telling its titles and its opening are among the tasks at hand.
    pub(super) rarities: Rarities,
}

/// How telling the stems are that a task says first of itself, in their order.
#[derive(Clone, Debug, Default)]
pub(in crate::catalog_planner) struct Rarities {
    /// Those of its name.
    pub(super) titles: Vec<f64>,
    /// Those of its description.
    pub(super) opening: Vec<f64>,
}

impl Known {
    /// Reads a task.
    pub(in crate::catalog_planner) fn new(task: &Task, tags: &[String]) -> Self {
        let slots = slots(&task.parameters);
        let mut known = Self {
            name: task.name.clone(),
            titles: titles(&task.name),
            deeds: deeds(&task.name),
            opening: Vec::new(),
            slots: Vec::new(),
            surfaces: BTreeSet::new(),
            vocabulary: BTreeMap::new(),
            counts: BTreeMap::new(),
            length: 0.0,
            pairs: BTreeSet::new(),
            rarities: Rarities::default(),
        };
        known.say(&task.name, 1.0);
        tags.iter().for_each(|tag| known.say(tag, 0.9));
        let description: String = task.description.chars().take(MAX_DESCRIPTION).collect();
        let (first, rest) = description.split_once(['.', '\n']).unwrap_or((&description, ""));
        known.say(first, 0.8);
        known.opening = titles(first);
        known.opening.truncate(12);
        known.join(&task.name);
        known.join(first);
        known.say(rest, 0.55);
        for example in task.examples.iter().take(EXAMPLES) {
            known.say(&example.input.to_string(), 0.4);
        }
        for slot in slots
            .iter()
            .flat_map(|slot| std::iter::once(slot).chain(&slot.fields))
        {
            known.say(&slot.path.join(" "), 0.5);
            known.join(&slot.path.join(" "));
            known.say(&slot.description, 0.3);
            if let Shape::Choice(values) = slot.shape.item() {
                let texts = values.iter().take(100).filter_map(|value| value.as_str());
                texts.for_each(|value| known.say(value, 0.45));
            }
        }
        known.slots = slots;
        known
    }

    /// Notes what a text says side by side, words that say nothing left out.
    fn join(&mut self, text: &str) {
        let stems = stems(text);
        self.pairs
            .extend(stems.windows(2).map(|pair| paired(&pair[0], &pair[1])));
    }

    /// A stem counts as strongly as where it is said most strongly.
    fn say(&mut self, text: &str, strength: f64) {
        for word in words(text) {
            if is_function_word(&word) {
                continue;
            }
            let stem = stem(&word);
            *self.counts.entry(stem.clone()).or_default() += 1.0;
            self.length += 1.0;
            let said = self.vocabulary.entry(stem).or_default();
            *said = said.max(strength);
            self.surfaces.insert(singular(&word).to_owned());
        }
    }

    /// The same, among the tasks of an index.
    pub(super) fn weighed(mut self, index: &Index) -> Self {
        let rarities = |stems: &[String]| stems.iter().map(|stem| index.rarity(stem, stem)).collect();
        self.rarities = Rarities {
            titles: rarities(&self.titles),
            opening: rarities(&self.opening),
        };
        self
    }

    /// The same task with these slots alone, as those of the objects that it takes a list of.
    pub(super) fn within(&self, slots: Vec<Slot>) -> Self {
        Self {
            slots,
            ..self.clone()
        }
    }

    /// The same, with slots that take numbers of any size: whoever asks for them tells what is wrong with a number.
    pub(in crate::catalog_planner) fn unbounded(mut self) -> Self {
        self.slots.iter_mut().for_each(Slot::unbound);
        self
    }

    /// How far a word whose stem it says is the very word that it says: "play" is less in "player".
    pub(super) fn likeness(&self, lexeme: &Lexeme) -> f64 {
        if self.surfaces.contains(singular(&lexeme.lower)) {
            1.0
        } else {
            RELATIVE
        }
    }

    /// The slots that there is no call without.
    pub(super) fn required(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.is_required)
    }
}

/// The stems of the verbs in a name that ask for something definite.
fn deeds(name: &str) -> Vec<String> {
    let verbs = words(name).into_iter().filter(|word| is_action(word));
    verbs.map(|verb| stem(&verb)).collect()
}

/// A word without the ending of a plural or of a verb's third person.
fn singular(word: &str) -> &str {
    word.strip_suffix('s')
        .filter(|rest| rest.len() > 2)
        .unwrap_or(word)
}

/// The stems of a name that say what the task does; verbs that only ask are left out unless there is nothing else.
fn titles(name: &str) -> Vec<String> {
    let said: Vec<String> = words(name)
        .into_iter()
        .filter(|word| !is_function_word(word))
        .collect();
    let asks = |word: &&String| is_request(word) || word.strip_suffix('s').is_some_and(is_request);
    let telling: Vec<&String> = said.iter().filter(|word| !asks(word)).collect();
    let kept: Vec<&String> = if telling.is_empty() {
        said.iter().collect()
    } else {
        telling
    };
    let mut seen = BTreeSet::new();
    let stems = kept.into_iter().map(|word| stem(word));
    stems.filter(|stem| seen.insert(stem.clone())).collect()
}
