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
    "accommodation hotel lodging room stay",
    "add append put insert include",
    "adult guest passenger people person traveler",
    "age old",
    "airplane flight fly plane",
    "altitude elevation",
    "alarm alert notify reminder",
    "appointment event meeting",
    "article post story",
    "assess evaluate judge rate",
    "attitude emotion feeling mood opinion think tone",
    "apartment flat",
    "average mean",
    "back return",
    "begin launch start",
    "bill invoice",
    "birthday born birth",
    "book reserve reservation",
    "borrow lend loan mortgage",
    "bug defect error fault mistake",
    "bought buy order purchase",
    "calculate compute determine",
    "bike bicycle cycling",
    "car automobile vehicle suv",
    "categorize classify label",
    "change edit modify update",
    "chart diagram graph plot visualize",
    "check validate verify",
    "client customer",
    "climate forecast weather rain umbrella sunny",
    "cold hot temperature warm",
    "color colour",
    "combine join merge",
    "convert transform exchange change turn",
    "cook dish food meal recipe",
    "cost expensive fee price worth",
    "count number tally total",
    "create generate make",
    "creator author writer",
    "currency money dollar euro",
    "deep depth",
    "define definition meaning",
    "degree temperature",
    "delete erase remove",
    "deliver delivery ship shipping shipment",
    "detect identify recognize",
    "departure depart leave",
    "direction navigate route",
    "divide separate split",
    "distance far",
    "doctor physician",
    "document paper",
    "drive driving road",
    "drug medication medicine pill",
    "eat diet food",
    "earn income salary wage",
    "download fetch retrieve",
    "email mail",
    "employee staff worker",
    "energy power",
    "event happening occasion",
    "equity share stock",
    "film movie",
    "fast speed velocity",
    "find locate look lookup search seek",
    "flight plane",
    "game match",
    "genre kind type category",
    "heat warm",
    "heavy mass weigh weight",
    "height high tall",
    "hire rent rental lease",
    "image photo picture",
    "inhabitant live people population resident",
    "initial start",
    "import load open read",
    "invest investment",
    "job position vacancy work career",
    "journey travel trip",
    "kid child children",
    "latest newest recent last current",
    "length long",
    "lawsuit case court",
    "maximum most max highest upper",
    "memo note",
    "minimum least min lowest lower",
    "mobile phone telephone",
    "nation country",
    "music song track",
    "near nearby close around",
    "number amount quantity",
    "open opening hours",
    "pay payment paid",
    "place location",
    "player athlete",
    "probability chance likelihood odds",
    "order rank sort",
    "phrase term word",
    "repair fix",
    "restaurant eat dining dine",
    "result outcome score",
    "root solution",
    "sale sell sold",
    "send deliver forward",
    "shop store",
    "sms text message",
    "spend expense",
    "sun sunrise sunset",
    "subject theme topic",
    "sum total",
    "tank reservoir",
    "team club",
    "town city",
    "video clip",
    "wide width broad",
    "win winner won champion",
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
