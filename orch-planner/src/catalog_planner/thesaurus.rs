//! Words that people use for each other, where a catalog describes its tasks in one and a goal asks in the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use super::stem::stem;

/// How much a synonym counts beside the word itself.
pub(super) const SYNONYM: f64 = 0.75;

/// Groups of everyday English words with much the same meaning.
const GROUPS: &[&str] = &[
    "abridge condense shorten summarize",
    "abstract digest gist outline overview recap summary synopsis",
    "accommodation hotel lodging",
    "alarm alert notify reminder",
    "appointment event meeting",
    "article post story",
    "assess evaluate judge rate",
    "attitude emotion feeling mood opinion think tone",
    "average mean",
    "begin launch start",
    "book reserve reservation",
    "bug defect error fault mistake",
    "buy order purchase",
    "calculate compute determine",
    "car automobile vehicle",
    "categorize classify label",
    "change edit modify update",
    "chart diagram graph plot visualize",
    "check validate verify",
    "client customer",
    "climate forecast weather",
    "combine join merge",
    "convert transform",
    "cost fee price",
    "count number tally total",
    "create generate make",
    "currency money",
    "define definition meaning",
    "delete erase remove",
    "detect identify recognize",
    "direction navigate route",
    "divide separate split",
    "document paper",
    "download fetch retrieve",
    "email mail",
    "employee staff worker",
    "equity share stock",
    "film movie",
    "find locate search",
    "flight plane",
    "image photo picture",
    "import load open read",
    "job position vacancy",
    "journey travel trip",
    "memo note",
    "mobile phone telephone",
    "music song track",
    "order rank sort",
    "phrase term word",
    "send deliver forward",
    "subject theme topic",
    "video clip",
];

static SYNONYMS: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let mut synonyms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for group in GROUPS {
        let stems: BTreeSet<String> = group.split(' ').map(stem).collect();
        for own in &stems {
            let others = stems.iter().filter(|other| *other != own).cloned();
            synonyms.entry(own.clone()).or_default().extend(others);
        }
    }
    synonyms
});

/// The stems of words that others mean the same as.
pub(super) fn stems_with_synonyms() -> impl Iterator<Item = &'static str> {
    SYNONYMS.keys().map(String::as_str)
}

/// The stems of words with much the same meaning as this stem's.
pub(super) fn synonyms(stem: &str) -> impl Iterator<Item = &'static str> {
    SYNONYMS.get(stem).into_iter().flatten().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synonyms_are_mutual_and_never_the_word_itself() {
        let all = |word: &str| synonyms(&stem(word)).collect::<Vec<_>>();
        assert!(all("photos").contains(&"pictur") && all("pictures").contains(&"photo"));
        assert!(all("orders").contains(&"buy") && all("orders").contains(&"sort"));
        assert!(
            SYNONYMS
                .iter()
                .all(|(own, others)| !others.contains(own) && !others.is_empty())
        );
        assert!(all("zebra").is_empty());
    }
}
