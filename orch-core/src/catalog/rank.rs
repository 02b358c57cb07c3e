use std::sync::Arc;

use super::{Candidates, weight, weight::rarity};
use crate::Agent;

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

/// The tasks of the candidates that say something about one of the words, best first: Okapi BM25 over weighted fields,
/// summed up from the word that tells most to the one that tells least.
///
/// The one score of the house. What is equal is ordered by the agent's id, then as the agent lists its tasks.
pub(super) fn rank(words: &[String], candidates: Candidates, limit: usize) -> Vec<RankedTask> {
    let mut rarities: Vec<(&String, f64)> = words
        .iter()
        .zip(&candidates.frequencies)
        .map(|(word, &frequency)| (word, rarity(frequency, candidates.total)))
        .collect();
    rarities.sort_by(|left, right| right.1.total_cmp(&left.1));
    let mut ranked = Vec::new();
    for agent in candidates.agents {
        let agent = Arc::new(agent);
        for (task, meant) in weight::tasks(&agent.latest).iter().enumerate() {
            let said = rarities
                .iter()
                .filter_map(|(word, rarity)| Some(rarity * meant.get(*word)?));
            let score: f64 = said.sum();
            if score > 0.0 {
                let agent = agent.clone();
                ranked.push(RankedTask { agent, task, score });
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
