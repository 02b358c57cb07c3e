//! What everybody begins with: Okapi BM25 over the words of name, description and parameters, as they are.

use std::collections::HashMap;

use serde_json::Value;

const K1: f64 = 1.2;
const B: f64 = 0.75;

/// An index of tasks.
pub(crate) struct Bm25 {
    tasks: Vec<(String, HashMap<String, f64>, f64)>,
    frequencies: HashMap<String, f64>,
    mean: f64,
}

impl Bm25 {
    /// An index of these tasks.
    pub(crate) fn new(tasks: &[String]) -> Self {
        let mut read = Vec::new();
        let mut frequencies: HashMap<String, f64> = HashMap::new();
        for task in tasks {
            let task: Value = serde_json::from_str(task).unwrap_or_default();
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let mut words = words(&format!("{} {}", text(&task["name"]), text(&task["description"])));
            for (name, property) in task["parameters"]["properties"].as_object().into_iter().flatten() {
                words.extend(self::words(&format!("{name} {}", text(&property["description"]))));
            }
            let mut counts: HashMap<String, f64> = HashMap::new();
            words
                .iter()
                .for_each(|word| *counts.entry(word.clone()).or_default() += 1.0);
            counts
                .keys()
                .for_each(|word| *frequencies.entry(word.clone()).or_default() += 1.0);
            read.push((
                text(&task["name"]),
                counts,
                f64::from(u32::try_from(words.len()).unwrap_or(1)),
            ));
        }
        let total: f64 = read.iter().map(|(.., length)| length).sum();
        let mean = total / f64::from(u32::try_from(read.len().max(1)).unwrap_or(1));
        Self {
            tasks: read,
            frequencies,
            mean,
        }
    }

    /// The name of the task that ranks first.
    pub(crate) fn best(&self, goal: &str) -> Option<&str> {
        let total = f64::from(u32::try_from(self.tasks.len()).unwrap_or(1));
        let asked = words(goal);
        let score = |counts: &HashMap<String, f64>, length: f64| -> f64 {
            let one = |word: &String| {
                let count = counts.get(word).copied().unwrap_or_default();
                let frequency = self.frequencies.get(word).copied().unwrap_or_default();
                let rarity = ((total - frequency + 0.5) / (frequency + 0.5)).ln_1p();
                rarity * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / self.mean))
            };
            asked.iter().map(one).sum()
        };
        let scored = self
            .tasks
            .iter()
            .map(|(name, counts, length)| (score(counts, *length), name));
        scored
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .map(|(_, name)| name.as_str())
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|char: char| !char.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
