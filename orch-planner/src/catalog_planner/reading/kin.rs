//! Kin: words that are said of the same things, where a goal asks in one and a task is described in the other. Wider than
//! synonyms: "how tall" asks for a height, and "borrow" for a loan.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use crate::catalog_planner::{stem::stem, thesaurus::synonyms};

/// Groups of everyday English words that are said of the same things.
const GROUPS: &[&str] = &[
    "accommodation hotel lodging room stay",
    "add append put insert include",
    "adult guest passenger people person traveler",
    "age old",
    "airplane flight fly plane",
    "altitude elevation",
    "apartment flat",
    "back return",
    "bike bicycle cycling",
    "bill invoice",
    "birthday born birth",
    "borrow lend loan mortgage",
    "bought buy order purchase",
    "car automobile vehicle suv",
    "climate forecast weather rain umbrella sunny",
    "cold hot temperature warm",
    "color colour",
    "convert transform exchange change turn",
    "cook dish food meal recipe",
    "cost expensive fee price worth",
    "creator author writer",
    "currency money dollar euro",
    "deep depth",
    "degree temperature",
    "deliver delivery ship shipping shipment",
    "departure depart leave",
    "distance far",
    "doctor physician",
    "drive driving road",
    "drug medication medicine pill",
    "earn income salary wage",
    "eat diet food",
    "energy power",
    "event happening occasion",
    "fast speed velocity",
    "find locate look lookup search seek",
    "game match",
    "genre kind type category",
    "heat warm",
    "heavy mass weigh weight",
    "height high tall",
    "hire rent rental lease",
    "inhabitant live people population resident",
    "initial start",
    "job position vacancy work career",
    "kid child children",
    "latest newest recent last current",
    "lawsuit case court",
    "length long",
    "maximum most max highest upper",
    "minimum least min lowest lower",
    "nation country",
    "near nearby close around",
    "number amount quantity",
    "open opening hours",
    "pay payment paid",
    "place location",
    "player athlete",
    "probability chance likelihood odds",
    "repair fix",
    "restaurant eat dining dine",
    "result outcome score",
    "root solution",
    "sale sell sold",
    "shop store",
    "sms text message",
    "spend expense",
    "sum total",
    "sun sunrise sunset",
    "tank reservoir",
    "team club",
    "town city",
    "wide width broad",
    "win winner won champion",
];

static KIN: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let mut kin: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for group in GROUPS {
        let stems: BTreeSet<String> = group.split(' ').map(stem).collect();
        for own in &stems {
            let others = stems.iter().filter(|other| *other != own).cloned();
            kin.entry(own.clone()).or_default().extend(others);
        }
    }
    for (own, others) in &mut kin {
        others.extend(synonyms(own).map(str::to_owned));
    }
    kin
});

/// The stems of words that are said of the same things as this stem's word, its synonyms included.
pub(super) fn kin(stem: &str) -> impl Iterator<Item = &'static str> {
    let own = KIN.get(stem);
    let others = own.is_none().then(|| synonyms(stem));
    own.into_iter()
        .flatten()
        .map(String::as_str)
        .chain(others.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kin_is_mutual_and_includes_synonyms() {
        let all = |word: &str| kin(&stem(word)).collect::<Vec<_>>();
        assert!(all("tall").contains(&stem("height").as_str()));
        assert!(all("height").contains(&stem("tall").as_str()));
        assert!(all("photo").contains(&stem("picture").as_str()));
        assert!(all("zebra").is_empty());
        assert!(
            KIN.iter()
                .all(|(own, others)| !others.contains(own) && !others.is_empty())
        );
    }
}
