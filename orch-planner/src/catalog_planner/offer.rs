//! The tasks that a plan may be made of, and how well each fits what is said.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, OnceLock},
};

use orch_core::{Agent, Amount, Task};

use super::{
    parameter::{Member, Parameter, members, parameters},
    reading::known::Known,
    shape::Shape,
    stem::likeness,
    word::stems,
};

/// A task that an agent offers, read for planning.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    agent: Arc<Agent>,
    task: usize,
    /// The most that it costs.
    pub(super) price: Amount,
    /// Whether the goal prefers its agent.
    pub(super) is_preferred: bool,
    /// How the catalog ranks it for the goal: 1.0 is the best, 0.0 where it is not ranked.
    pub(super) rank: f64,
    /// What it takes.
    pub(super) parameters: Vec<Parameter>,
    /// What it answers.
    pub(super) members: Vec<Member>,
    /// The stems of the task's name, without what it works on.
    pub(super) name_stems: Vec<String>,
    /// How strongly the offer says each stem: 1.0 in its name, less in its descriptions.
    vocabulary: HashMap<String, f64>,
    /// Stems that stand side by side in the name of a part of the answer.
    pairs: HashSet<(String, String)>,
    /// How goals are read for it, made when it is first of use.
    known: OnceLock<Known>,
}

/// How strongly something is said that names the task or its agent.
pub(super) const NAMED: f64 = 0.9;
/// From here on, a stem is what the offer is about rather than what it mentions.
pub(super) const STRONG: f64 = 0.75;

impl Offer {
    /// Reads a task; `None` if its price exceeds what an amount can hold or there is no such task.
    pub(super) fn new(agent: Arc<Agent>, task: usize) -> Option<Self> {
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
            is_preferred: false,
            rank: 0.0,
            parameters,
            members,
            vocabulary: vocabulary.0,
            agent,
            task,
        })
    }

    /// The agent that offers it.
    pub(super) fn agent(&self) -> &Agent {
        &self.agent
    }

    /// The task.
    pub(super) fn task(&self) -> &Task {
        &self.agent.latest.tasks[self.task]
    }

    /// How goals are read for it.
    pub(super) fn known(&self) -> &Known {
        self.known
            .get_or_init(|| Known::new(self.task(), &self.agent.latest.tags).unbounded())
    }

    /// `agent/task`, for people to read; unique in a catalog.
    pub(super) fn title(&self) -> String {
        format!("{}/{}", self.agent.slug, self.task().name)
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
}

impl Offer {
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

/// All offers that a plan may be made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    /// The offers, in an order that depends on nothing but them.
    pub(super) offers: Vec<Offer>,
    sayers: BTreeMap<String, usize>,
}

impl Pool {
    /// A pool of these offers.
    pub(super) fn new(mut offers: Vec<Offer>) -> Self {
        offers.sort_by_cached_key(|offer| (offer.title(), offer.agent.id));
        offers.dedup_by_key(|offer| (offer.agent.id, offer.task));
        let mut sayers: BTreeMap<String, usize> = BTreeMap::new();
        for offer in &offers {
            for (stem, _) in offer.vocabulary.iter().filter(|(_, strength)| **strength >= 0.5) {
                *sayers.entry(stem.clone()).or_default() += 1;
            }
        }
        Self { offers, sayers }
    }

    /// How much it tells that an offer says a stem: 1.0 if hardly another does, 0.2 if all do; `None` if none does.
    pub(super) fn rarity(&self, stem: &str) -> Option<f64> {
        let sayers = self.sayers.get(stem).copied().unwrap_or_default();
        if sayers == 0 {
            let is_said = self.offers.iter().any(|offer| offer.says(stem) > 0.0);
            return is_said.then_some(1.0);
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a pool has thousands of offers at most"
        )]
        let (sayers, total) = (sayers as f64, self.offers.len() as f64);
        let rarity = ((total - sayers + 0.5) / (sayers + 0.5)).ln_1p() / total.ln_1p();
        Some(rarity.clamp(0.2, 1.0))
    }
}
