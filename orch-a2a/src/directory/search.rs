use orch_auth::Party;
use orch_core::text::words;
use serde_json::Value;

/// An agent that a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The agent.
    pub party: Party,
    /// How well it fits: 0 to 100.
    pub relevance: f64,
}

/// How much a word counts, by where an agent says it.
const WEIGHTS: [(&str, f64); 4] = [
    ("name", 4.0),
    ("capabilities", 3.0),
    ("category", 2.0),
    ("description", 1.0),
];

/// The agents that say any of the words, best first; all of them, in their order, where there are no words.
pub(super) fn search(agents: Vec<Party>, text: &str, category: Option<&str>, limit: usize) -> Vec<Found> {
    let asked: Vec<String> = words(text).collect();
    let found = agents.into_iter().filter_map(|party| {
        let metadata: Value = serde_json::from_str(&party.metadata).unwrap_or_default();
        let its_category = metadata
            .get("category")
            .and_then(Value::as_str)
            .unwrap_or("General");
        if category.is_some_and(|category| category.to_lowercase() != its_category.to_lowercase()) {
            return None;
        }
        let relevance = relevance(&metadata, &asked);
        (asked.is_empty() || relevance > 0.0).then_some(Found { party, relevance })
    });
    let mut found: Vec<Found> = found.collect();
    found.sort_by(|left, right| right.relevance.total_cmp(&left.relevance));
    found.truncate(limit);
    found
}

/// How well an agent fits words, from 0 to 100: of each word the best place where the agent says it.
pub fn relevance(metadata: &Value, asked: &[String]) -> f64 {
    let (_, most) = WEIGHTS[0];
    let score = |word: &String| {
        let says = |member: &str| match metadata.get(member) {
            Some(Value::String(text)) => words(text).any(|said| said == *word),
            Some(Value::Array(items)) => {
                let mut texts = items.iter().filter_map(Value::as_str);
                texts.any(|text| words(text).any(|said| said == *word))
            }
            _ => false,
        };
        let places = WEIGHTS.iter().filter(|(member, _)| says(member));
        places.map(|(_, weight)| weight / most).fold(0.0, f64::max)
    };
    let n_asked = u32::try_from(asked.len()).unwrap_or(u32::MAX);
    if n_asked == 0 {
        return 0.0;
    }
    let sum: f64 = asked.iter().map(score).sum();
    (sum / f64::from(n_asked) * 1000.0).round() / 10.0
}
