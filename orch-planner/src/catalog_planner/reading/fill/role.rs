//! Prepositions, and what stands after them.

use crate::catalog_planner::reading::slot::{Slot, sense::Sense};

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
        &["max", "maximum", "budget", "upper", "limit"],
    ),
    (&["over", "above"], &["min", "minimum", "lower", "threshold"]),
    (&["for"], &["for", "purpose", "occasion"]),
    (&["because", "due"], &["reason", "cause"]),
    (
        &["from", "at", "of"],
        &["company", "organization", "employer", "team", "brand"],
    ),
];

/// Whether the preposition before a value speaks for a slot (above zero) or against it (below).
pub(super) fn role(preposition: &str, slot: &Slot) -> f64 {
    let is_said = |names: &[&str]| slot.is_called(names);
    let mut score: f64 = 0.0;
    for (prepositions, names) in ROLES {
        if is_said(names) && prepositions.contains(&preposition) {
            score = score.max(1.2);
        }
    }
    // "From" and "to" tell pairs apart: what goes with the one does not go with the other.
    let [from, to] = [&ROLES[0], &ROLES[1]];
    if (is_said(from.1) && !is_said(to.1) && to.0.contains(&preposition))
        || (is_said(to.1) && !is_said(from.1) && from.0.contains(&preposition))
    {
        return -1.2;
    }
    if score > 0.0 {
        return score;
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
