//! Prepositions, and what stands after them.

use std::{collections::HashSet, sync::LazyLock};

use crate::catalog_planner::{
    reading::slot::{Slot, sense::Sense},
    stem::stem,
};

/// Prepositions, with the names of what stands after them.
const ROLES: &[(&[&str], &[&str])] = &[
    (
        &["from", "since", "starting", "leaving", "departing", "between"],
        &[
            "from",
            "origin",
            "source",
            "start",
            "begin",
            "beginning",
            "departure",
            "base",
            "initial",
            "sender",
            "first",
            "old",
            "lower",
            "min",
            "since",
            "after",
            "minimum",
            "current",
        ],
    ),
    (
        &["to", "until", "till", "into", "towards", "ending", "through"],
        &[
            "to",
            "destination",
            "target",
            "end",
            "arrival",
            "final",
            "recipient",
            "dest",
            "receiver",
            "last",
            "until",
            "output",
            "new",
            "direction",
            "upper",
            "max",
            "second",
            "before",
            "maximum",
            "desired",
        ],
    ),
    (
        &["by"],
        &[
            "by",
            "author",
            "artist",
            "director",
            "composer",
            "creator",
            "painter",
            "writer",
            "deadline",
            "increment",
        ],
    ),
    (
        &["with"],
        &[
            "with",
            "attendee",
            "participant",
            "ingredient",
            "guest",
            "attendees",
            "participants",
            "other",
        ],
    ),
    (
        &["about", "on", "regarding", "concerning"],
        &["topic", "subject", "query", "keyword", "about", "platform"],
    ),
    (
        &["under", "below"],
        &["max", "maximum", "budget", "upper", "limit", "below"],
    ),
    (
        &["over", "above"],
        &["min", "minimum", "lower", "threshold", "above"],
    ),
    (&["for"], &["for", "purpose", "occasion"]),
    (&["because", "due"], &["reason", "cause"]),
    (
        &["from", "at", "of"],
        &["company", "organization", "employer", "team", "brand"],
    ),
];

/// The stems of these names, role by role: each preposition before a value asks for them.
static NAMES: LazyLock<Vec<HashSet<String>>> = LazyLock::new(|| {
    let stems = |names: &&[&str]| names.iter().map(|name| stem(name)).collect();
    ROLES.iter().map(|(_, names)| stems(names)).collect()
});

/// Whether the preposition before a value speaks for a slot (above zero) or against it (below).
pub(super) fn role(preposition: &str, slot: &Slot) -> f64 {
    let is_named = |role: usize| slot.name.iter().any(|own| NAMES[role].contains(own));
    let stands = |role: usize| ROLES[role].0.contains(&preposition);
    // "From" and "to" tell pairs apart: what goes with the one does not go with the other.
    let (from, to) = (0, 1);
    let is_other = |own, other| stands(other) && is_named(own) && !is_named(other);
    if is_other(from, to) || is_other(to, from) {
        return -1.2;
    }
    if (0..ROLES.len()).any(|role| stands(role) && is_named(role)) {
        return 1.2;
    }
    match (preposition, slot.sense) {
        (
            "in" | "at" | "near" | "around" | "within" | "across",
            Sense::Place | Sense::Country | Sense::State,
        ) => 0.7,
        ("for" | "of" | "over" | "to" | "from", Sense::Place) => 0.3,
        ("on" | "by", Sense::Date) | ("at", Sense::Time) | ("in" | "into" | "to", Sense::Language) => 0.5,
        ("by" | "with" | "of" | "for" | "to", Sense::Person) => 0.4,
        ("in" | "to" | "into", Sense::Currency | Sense::Unit) => 0.4,
        ("in" | "at", Sense::Person | Sense::Name) => -0.3,
        ("to", Sense::Email | Sense::Phone) => 0.5,
        ("of" | "for" | "called" | "named" | "titled", Sense::Name | Sense::Topic | Sense::Id) => 0.4,
        _ => 0.0,
    }
}

/// Words that say where something stands or goes.
pub(super) fn is_preposition(word: &str) -> bool {
    const OTHERS: &[&str] = &[
        "in", "at", "near", "around", "within", "across", "of", "called", "named", "titled", "as", "than",
        "per", "during", "worth",
    ];
    OTHERS.contains(&word) || ROLES.iter().any(|(prepositions, _)| prepositions.contains(&word))
}
