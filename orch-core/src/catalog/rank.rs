use std::{collections::BTreeMap, sync::Arc};

use super::Candidates;
use crate::{Agent, AgentVersion, Task, text::words};

/// A task that fits a text.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedTask {
    /// The agent that offers it.
    pub agent: Arc<Agent>,
    /// Its place in the tasks of the agent's latest version.
    pub task: usize,
    /// How well it fits: above 0.0, and comparable within one ranking only.
    pub score: f64,
}

/// How much an agent says about a word, for a store to find candidates by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The word.
    pub word: String,
    /// Its weight in the task that says most about it: 1 to 1000.
    pub weight: u32,
}

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
struct Weights(BTreeMap<String, f64>);

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

    /// How strongly the word is meant: 0.0 to 1.0.
    fn of(&self, word: &str) -> f64 {
        self.0.get(word).map_or(0.0, |&weight| saturated(weight))
    }
}

fn saturated(weight: f64) -> f64 {
    weight / (SATURATION + weight)
}

/// What a store finds the agent by: words of its latest version, in order.
pub(super) fn postings(version: &AgentVersion) -> Vec<Posting> {
    let agent = Weights::of_agent(version);
    let mut most: BTreeMap<String, f64> = BTreeMap::new();
    for task in &version.tasks {
        for (word, weight) in agent.with_task(task).0 {
            let best = most.entry(word).or_default();
            *best = best.max(saturated(weight));
        }
    }
    let mut postings: Vec<Posting> = most
        .into_iter()
        .map(|(word, weight)| Posting {
            word,
            weight: thousandths(weight),
        })
        .collect();
    if postings.len() > MAX_POSTINGS {
        postings.sort_by_key(|posting| std::cmp::Reverse(posting.weight));
        postings.truncate(MAX_POSTINGS);
        postings.sort_by(|left, right| left.word.cmp(&right.word));
    }
    postings
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

/// The tasks of the candidates that say something about one of the words, best first: Okapi BM25 over weighted fields.
///
/// The one score of the house. What is equal is ordered by the agent's id, then as the agent lists its tasks.
pub(super) fn rank(words: &[String], candidates: Candidates, limit: usize) -> Vec<RankedTask> {
    let rarities: Vec<(&String, f64)> = words
        .iter()
        .zip(&candidates.frequencies)
        .map(|(word, &frequency)| (word, rarity(frequency, candidates.total)))
        .collect();
    let mut ranked = Vec::new();
    for agent in candidates.agents {
        let agent = Arc::new(agent);
        let of_agent = Weights::of_agent(&agent.latest);
        for (place, task) in agent.latest.tasks.iter().enumerate() {
            let weights = of_agent.with_task(task);
            let score: f64 = rarities
                .iter()
                .map(|(word, rarity)| rarity * weights.of(word))
                .sum();
            if score > 0.0 {
                ranked.push(RankedTask {
                    agent: agent.clone(),
                    task: place,
                    score,
                });
            }
        }
    }
    ranked.sort_by(|left, right| {
        let by_score = right.score.total_cmp(&left.score);
        by_score.then_with(|| (left.agent.id, left.task).cmp(&(right.agent.id, right.task)))
    });
    ranked.truncate(limit);
    ranked
}
