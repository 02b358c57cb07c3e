//! How much an agent says about each word.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use crate::{AgentVersion, Task, text::words};

/// How much an agent says about a word, for a store to find candidates by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The word.
    pub word: String,
    /// Its weight in the task that says most about it: 1 to 1000.
    pub weight: u32,
}

/// How strongly each word is meant: above 0.0 and below 1.0.
pub(super) type Meant = HashMap<String, f64>;

/// A part of what is said about a task: how much a word in it counts, how many words are usual, how many are read.
#[derive(Clone, Copy, Debug)]
struct Field {
    weight: f64,
    usual_words: f64,
    most_words: usize,
}

const TASK_NAME: Field = Field {
    weight: 4.0,
    usual_words: 2.0,
    most_words: 32,
};
const TASK_DESCRIPTION: Field = Field {
    weight: 2.0,
    usual_words: 12.0,
    most_words: 500,
};
const TASK_EXAMPLES: Field = Field {
    weight: 1.0,
    usual_words: 20.0,
    most_words: 200,
};
const TASK_PARAMETERS: Field = Field {
    weight: 0.5,
    usual_words: 4.0,
    most_words: 100,
};
const AGENT_TITLE: Field = Field {
    weight: 1.0,
    usual_words: 3.0,
    most_words: 50,
};
const AGENT_TAGS: Field = Field {
    weight: 1.0,
    usual_words: 4.0,
    most_words: 100,
};
const AGENT_DESCRIPTION: Field = Field {
    weight: 0.5,
    usual_words: 20.0,
    most_words: 500,
};

/// How much the length of a field matters, of 0.0 to 1.0.
const LENGTH_MATTERS: f64 = 0.5;
/// How soon saying a word again adds little.
const SATURATION: f64 = 1.2;
/// The most postings of an agent: those of the greatest weight.
const MAX_POSTINGS: usize = 2_000;

/// How much is said about each word.
#[derive(Clone, Debug, Default)]
struct Weights(HashMap<String, f64>);

impl Weights {
    fn add(&mut self, field: Field, text: &str) {
        let words: Vec<String> = words(text).take(field.most_words).collect();
        #[expect(clippy::cast_precision_loss, reason = "at most 500")]
        let length = words.len() as f64 / field.usual_words;
        let weight = field.weight / (1.0 - LENGTH_MATTERS + LENGTH_MATTERS * length);
        for word in words {
            *self.0.entry(word).or_default() += weight;
        }
    }

    /// What the agent says of itself, which holds for each of its tasks.
    fn of_agent(version: &AgentVersion) -> Self {
        let mut weights = Self::default();
        weights.add(AGENT_TITLE, &version.title);
        weights.add(AGENT_TAGS, &version.tags.join(" "));
        weights.add(
            AGENT_DESCRIPTION,
            &format!("{} {}", version.category, version.description),
        );
        weights
    }

    /// What is said of one task.
    fn with_task(&self, task: &Task) -> Self {
        let mut weights = self.clone();
        weights.add(TASK_NAME, &task.name);
        weights.add(TASK_DESCRIPTION, &task.description);
        let examples: Vec<String> = task
            .examples
            .iter()
            .map(|example| example.input.to_string())
            .collect();
        weights.add(TASK_EXAMPLES, &examples.join(" "));
        let properties = task
            .parameters
            .get("properties")
            .and_then(|properties| properties.as_object());
        let names: Vec<&str> = properties
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        weights.add(TASK_PARAMETERS, &names.join(" "));
        weights
    }

    fn saturated(self) -> Meant {
        let of = |(word, weight)| (word, weight / (SATURATION + weight));
        self.0.into_iter().map(of).collect()
    }
}

/// What each task of a version says, of the words that count: at most [`MAX_POSTINGS`], those of the greatest weight.
pub(super) fn tasks(version: &AgentVersion) -> Vec<Meant> {
    let agent = Weights::of_agent(version);
    let tasks = version.tasks.iter();
    let mut tasks: Vec<Meant> = tasks.map(|task| agent.with_task(task).saturated()).collect();
    let at_most: usize = tasks.iter().map(HashMap::len).sum();
    if at_most > MAX_POSTINGS {
        let mut best = best(&tasks);
        best.sort_by_key(|posting| Reverse(posting.weight));
        best.truncate(MAX_POSTINGS);
        let counting: HashSet<String> = best.into_iter().map(|posting| posting.word).collect();
        for task in &mut tasks {
            task.retain(|word, _| counting.contains(word));
        }
    }
    tasks
}

/// The weight of each word in the task that says most about it; words in order.
fn best(tasks: &[Meant]) -> Vec<Posting> {
    let mut best: HashMap<&str, f64> = HashMap::new();
    for (word, weight) in tasks.iter().flatten() {
        let most = best.entry(word).or_default();
        *most = weight.max(*most);
    }
    let posting = |(word, weight): (&str, f64)| Posting {
        word: word.to_owned(),
        weight: thousandths(weight),
    };
    let mut postings: Vec<Posting> = best.into_iter().map(posting).collect();
    postings.sort_by(|one, other| one.word.cmp(&other.word));
    postings
}

/// What a store finds the agent by: words of its latest version, in order.
pub(super) fn postings(version: &AgentVersion) -> Vec<Posting> {
    best(&tasks(version))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of 1, so 1 to 1000"
)]
fn thousandths(share: f64) -> u32 {
    (share * 1000.0).ceil() as u32
}

/// How much finding a word tells, when it is said by `frequency` of `total` agents: above 0.0.
pub fn rarity(frequency: u64, total: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "stores count to 10,000 at most")]
    let (frequency, total) = (frequency.min(total) as f64, total as f64);
    (1.0 + (total - frequency + 0.5) / (frequency + 0.5)).ln()
}
