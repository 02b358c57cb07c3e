//! What there is to know of a task, whatever the goal.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use orch_core::{Agent, AgentId, Amount, Generations, Task, Version};

use super::{
    parameter::{Member, Parameter, members, parameters},
    reading::known::Known,
    shape::Shape,
    stem::likeness,
    word::stems,
};

/// How strongly something is said that names the task or its agent.
pub(super) const NAMED: f64 = 0.9;
/// From here on, a stem is what the offer is about rather than what it mentions.
pub(super) const STRONG: f64 = 0.75;

/// So many examples of a task tell words that ask for it.
pub(super) const EXAMPLES: usize = 20;

/// A task as planning reads it.
#[derive(Debug)]
pub(super) struct Profile {
    /// The most that it costs.
    pub(super) price: Amount,
    /// What it takes.
    pub(super) parameters: Vec<Parameter>,
    /// What it answers.
    pub(super) members: Vec<Member>,
    /// The stems of the task's name, without what it works on.
    pub(super) name_stems: Vec<String>,
    /// How strongly it says each stem: 1.0 in its name, less in its descriptions.
    vocabulary: HashMap<String, f64>,
    /// Stems that stand side by side in the name of a part of the answer.
    pairs: HashSet<(String, String)>,
    /// How goals are read for it, made when it is first of use.
    known: OnceLock<Known>,
}

impl Profile {
    /// Reads a task; `None` if its price exceeds what an amount can hold or there is no such task.
    fn new(agent: &Agent, task: usize) -> Option<Self> {
        let version = &agent.latest;
        let offered = version.tasks.get(task)?;
        let price = version.pricing.ceiling().ok()?;
        let (parameters, members) = (parameters(&offered.parameters), members(&offered.returns));
        let mut vocabulary = Vocabulary::default();
        vocabulary.say(&offered.name, 1.0);
        vocabulary.say(&version.tags.join(" "), 1.0);
        vocabulary.say(&format!("{} {} {}", version.title, agent.name, agent.slug), NAMED);
        let (first, rest) = offered
            .description
            .split_once(['.', '\n'])
            .unwrap_or((&offered.description, ""));
        vocabulary.say(first, 0.8);
        vocabulary.say(rest, 0.6);
        vocabulary.say(&format!("{} {}", version.category, version.description), 0.5);
        for example in offered.examples.iter().take(EXAMPLES) {
            vocabulary.say(&example.input.to_string(), 0.4);
        }
        for member in &members {
            vocabulary.say_stems(&member.name_stems, 0.6);
            vocabulary.say_stems(&member.about, 0.4);
        }
        for parameter in &parameters {
            vocabulary.say_stems(&parameter.name_stems, 0.35);
            vocabulary.say_stems(&parameter.about, 0.25);
            if let Shape::Choice(values) = parameter.shape.item() {
                values
                    .iter()
                    .take(100)
                    .filter_map(|value| value.as_str())
                    .for_each(|value| vocabulary.say(value, 0.4));
            }
        }
        // What a task works on tells little of what it does: most tasks that say "text" take one.
        let is_material = |stem: &String| {
            parameters
                .iter()
                .any(|parameter| parameter.is_material && parameter.name_stems == [stem.as_str()])
        };
        for (_, strength) in vocabulary.0.iter_mut().filter(|(stem, _)| is_material(stem)) {
            *strength = strength.min(0.3);
        }
        let pairs = members.iter().flat_map(|member| member.name_stems.windows(2));
        let pairs = pairs.map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        Some(Self {
            name_stems: stems(&offered.name)
                .into_iter()
                .filter(|stem| !is_material(stem))
                .collect(),
            pairs,
            known: OnceLock::new(),
            price,
            parameters,
            members,
            vocabulary: vocabulary.0,
        })
    }

    /// How goals are read for the task that it was made of, with the tags of its agent.
    pub(super) fn known(&self, task: &Task, tags: &[String]) -> &Known {
        self.known.get_or_init(|| Known::new(task, tags).unbounded())
    }

    /// How strongly it says a stem, or something close to it: 0.0 to 1.0.
    pub(super) fn says(&self, stem: &str) -> f64 {
        let close = || {
            self.name_stems
                .iter()
                .map(|own| likeness(own, stem))
                .fold(0.0, f64::max)
        };
        self.vocabulary.get(stem).copied().unwrap_or_else(close)
    }

    /// How strongly it says this very stem: 0.0 to 1.0.
    pub(super) fn says_exactly(&self, stem: &str) -> f64 {
        self.vocabulary.get(stem).copied().unwrap_or_default()
    }

    /// The stems that it says at least that strongly.
    pub(super) fn said_from(&self, strength: f64) -> impl Iterator<Item = &String> {
        let said = self.vocabulary.iter();
        said.filter(move |(_, said)| **said >= strength)
            .map(|(stem, _)| stem)
    }

    /// Whether the two stems stand side by side in the name of a part of the answer.
    pub(super) fn answers(&self, first: &str, second: &str) -> bool {
        self.pairs.contains(&(first.to_owned(), second.to_owned()))
    }
}

#[derive(Default)]
struct Vocabulary(HashMap<String, f64>);

impl Vocabulary {
    /// A stem counts as strongly as where it is said most strongly. Long texts are cut.
    fn say(&mut self, text: &str, strength: f64) {
        let text = text
            .char_indices()
            .nth(4_000)
            .map_or(text, |(end, _)| &text[..end]);
        self.say_stems(&stems(text), strength);
    }

    fn say_stems<'s>(&mut self, stems: impl IntoIterator<Item = &'s String>, strength: f64) {
        for stem in stems {
            let said = self.0.entry(stem.clone()).or_default();
            *said = said.max(strength);
        }
    }
}

/// Which task: its agent, the version and its place in it.
type Key = (AgentId, Version, usize);

/// Profiles of the tasks that goals were planned over lately. A version never changes, so none is ever stale.
#[derive(Debug)]
pub(super) struct Profiles(Mutex<Generations<Key, Arc<Profile>>>);

impl Profiles {
    /// How many tasks a generation holds: more than one goal brings up.
    const GENERATION: usize = 2_000;

    /// The profile of a task of an agent's latest version; `None` as for [`Profile::new`].
    pub(super) fn of(&self, agent: &Agent, task: usize) -> Option<Arc<Profile>> {
        let key = (agent.id, agent.latest.version, task);
        if let Some(profile) = self.lock().get(&key) {
            return Some(profile);
        }
        let profile = Arc::new(Profile::new(agent, task)?);
        self.lock().put(key, profile.clone());
        Some(profile)
    }

    fn lock(&self) -> MutexGuard<'_, Generations<Key, Arc<Profile>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Profiles {
    fn default() -> Self {
        Self(Mutex::new(Generations::new(Self::GENERATION)))
    }
}
