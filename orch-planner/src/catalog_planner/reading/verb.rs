//! Verbs with which people ask.

use std::{collections::HashSet, sync::LazyLock};

use crate::catalog_planner::word::{is_action, is_maker, is_request};

/// Verbs that open an order, besides those that the planner knows by what they ask for.
static OPENERS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "abridge access activate adjust allocate analyse apply arrange assist attach authenticate authorize balance block boil bring \
     browse calculate capture categorize choose classify clear combine complete condense conduct confirm configure connect consult contact \
     control cook cover cut decide decode define deposit design discover dispatch divide dock download encode \
     enroll enter evaluate exchange execute explore express factor factorize fill flip forget fund gather grab graph grant group \
     hash highlight hold identify implement increase initiate inquire inspect integrate invest invert issue join keep label leave \
     learn light limit link locate lock log lower lookup map mark match maximize message minimize mix \
     mute multiply name navigate open operate optimize organize pause perform pick pin plan prepare prescribe print \
     process program project provide purchase push put query quote raise randomize rate reach record reduce refill \
     refresh release reload remind rent repeat reschedule reset resolve respond restore resume reverse review roll round \
     route sample select separate set setup shorten shuffle sign simulate sketch skip solve specify spell start stream \
     study subtract suggest sum supply suppose switch take tell test text toggle track trace trade transform trim trigger turn \
     type unlock unmute use value visualize vote wake warm weigh wire wrap"
        .split_whitespace()
        .collect()
});

/// Words that open a question.
const QUESTIONS: &[&str] = &["what", "which", "who", "whose", "when", "where", "why", "how"];

/// Verbs that open a question that yes or no answers.
const AUXILIARIES: &[&str] = &[
    "are", "can", "could", "did", "do", "does", "has", "have", "is", "should", "was", "were", "will", "would",
];

/// Whether a lower-case word can open an order.
pub(super) fn opens_order(word: &str) -> bool {
    OPENERS.contains(word) || is_request(word) || is_plain(word, is_maker) || is_plain(word, is_action)
}

/// A verb as it stands in an order, without an ending.
fn is_plain(word: &str, is_verb: fn(&str) -> bool) -> bool {
    is_verb(word) && !word.ends_with("ing") && !word.ends_with("ed")
}

/// Whether a lower-case word opens a question.
pub(super) fn opens_question(word: &str) -> bool {
    QUESTIONS.contains(&word)
}

/// Whether a lower-case word opens a question that yes or no answers.
pub(super) fn is_auxiliary(word: &str) -> bool {
    AUXILIARIES.contains(&word)
}

/// Words that lead to a wish and say nothing of it.
const SMALL_TALK: &[&str] = &[
    "able",
    "actually",
    "currently",
    "curious",
    "exactly",
    "going",
    "help",
    "interested",
    "look",
    "looking",
    "love",
    "maybe",
    "moment",
    "need",
    "now",
    "planning",
    "possible",
    "quickly",
    "right",
    "someone",
    "something",
    "thing",
    "things",
    "thinking",
    "trying",
    "wonder",
    "wondering",
    "given",
    "following",
    "based",
    "using",
    "called",
    "named",
    "suppose",
];

/// Whether a lower-case word leads to a wish and says nothing of it.
pub(super) fn is_small_talk(word: &str) -> bool {
    SMALL_TALK.contains(&word)
}

/// What a question asks for, by the words that open it.
const ASKED: &[(&[&str], &[&str])] = &[
    (&["when"], &["date", "time", "day"]),
    (&["where"], &["location", "place", "address", "find"]),
    (&["who"], &["person", "name", "player", "author", "winner"]),
    (&["how", "many"], &["count", "number", "quantity"]),
    (&["how", "much"], &["price", "cost", "amount"]),
    (&["how", "far"], &["distance"]),
    (&["how", "long"], &["duration", "time", "length"]),
    (&["how", "old"], &["age"]),
    (&["how", "tall"], &["height"]),
    (&["how", "hot"], &["temperature"]),
    (&["how", "fast"], &["speed", "velocity"]),
];

/// What a question with these lower-case words in it asks for: words for the answer.
pub(super) fn asked(words: &[&str]) -> Vec<&'static str> {
    let is_said =
        |opening: &&(&[&str], &[&'static str])| words.windows(opening.0.len()).any(|run| run == opening.0);
    ASKED
        .iter()
        .filter(is_said)
        .flat_map(|(_, answers)| answers.iter().copied())
        .collect()
}
