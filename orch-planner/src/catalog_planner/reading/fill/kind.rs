//! What kinds of values go into what kinds of slots.

use crate::catalog_planner::{
    reading::{
        gazetteer::{currency, is_country, is_language, is_state},
        mention::{Mention, Said},
        slot::{Slot, sense::Sense, unit::is_unit},
    },
    stem::stem,
};

/// How well JSON goes into a slot that takes just such JSON.
const WRITTEN_OUT: f64 = 2.5;

/// How well a value that is no number goes into a slot by what both are.
pub(super) fn text(mention: &Mention, slot: &Slot) -> Option<f64> {
    let name = matches!(mention.value, Said::Name(_));
    let lower = mention.text.to_lowercase();
    let has_comma = matches!(mention.value, Said::Name(Some(_)));
    let said = &mention.value;
    if matches!(said, Said::Json(_)) {
        return Some(WRITTEN_OUT);
    }
    let score = match slot.sense {
        Sense::Place => match said {
            Said::Name(_) if is_unit(&lower) || currency(&mention.text).is_some() => return None,
            Said::Name(_) if is_language(&lower) => -0.5,
            Said::Name(_) => 1.4 + if has_comma { 0.1 } else { 0.0 },
            Said::Quote => 0.8,
            Said::Code => 0.1,
            _ => return None,
        },
        Sense::Country if name => {
            if is_country(&mention.text) || (is_state(&mention.text) && slot.tells(&["state"])) {
                2.4
            } else {
                0.2
            }
        }
        Sense::State if name => {
            if is_state(&mention.text) {
                2.4
            } else {
                0.2
            }
        }
        Sense::Language if name && !is_language(&lower) => return None,
        // Currencies are looked for as words, since "US dollars" is no name.
        Sense::Currency if name => return None,
        Sense::Language if name => 2.4,
        Sense::Country | Sense::State | Sense::Language | Sense::Currency => match said {
            Said::Quote => 0.4,
            _ => return None,
        },
        Sense::Person => match said {
            Said::Name(_) if has_comma || is_country(&mention.text) || is_language(&lower) => -0.6,
            Said::Name(_) => 1.3,
            Said::Quote | Said::Email => 0.6,
            Said::Code => 0.5,
            _ => return None,
        },
        Sense::Date => match said {
            Said::Day(_) => 2.2,
            Said::Quote => 0.2,
            _ => return None,
        },
        Sense::Time => match said {
            Said::Time => 2.2,
            Said::Day(_) => 0.8,
            Said::Quote => 0.2,
            _ => return None,
        },
        Sense::Moment => match said {
            Said::Time => 1.5,
            Said::Day(_) => 1.8,
            _ => return None,
        },
        Sense::Email => match said {
            Said::Email => 2.5,
            Said::Name(_) if !slot.description.contains("address") => 0.0,
            _ => return None,
        },
        Sense::Url => match said {
            Said::Url => 2.5,
            Said::Quote => 0.1,
            _ => return None,
        },
        Sense::Path => match said {
            Said::Path => 2.5,
            Said::Quote | Said::Url => 0.8,
            Said::Code => 0.6,
            _ => return None,
        },
        Sense::Phone => match said {
            Said::Code => 1.5,
            Said::Quote | Said::Day(_) => 0.8,
            _ => return None,
        },
        Sense::Formula => match said {
            Said::Code => 2.0,
            Said::Quote => 1.6,
            _ => return None,
        },
        Sense::Id => match said {
            Said::Code => 2.0,
            Said::Quote => 1.1,
            Said::Name(_) if currency(&mention.text).is_some() => 0.1,
            Said::Name(_) if mention.text.chars().all(|char| !char.is_lowercase()) => 1.6,
            Said::Name(_) => 0.1,
            _ => return None,
        },
        Sense::Text => match said {
            Said::Quote => 2.2,
            Said::Name(_) => -0.6,
            Said::Url | Said::Path | Said::Email => return None,
            _ => -1.0,
        },
        Sense::Unit => match said {
            Said::Quote => 0.6,
            _ => return None,
        },
        Sense::Topic | Sense::Name | Sense::Other => match said {
            Said::Quote => 1.8,
            Said::Name(_) if is_language(&lower) && slot.sense != Sense::Other => 0.2,
            Said::Name(_) => {
                if slot.sense == Sense::Name {
                    1.3
                } else {
                    0.9
                }
            }
            Said::Code => 0.8,
            Said::Url | Said::Path | Said::Email => 0.0,
            Said::Day(_) | Said::Time => -0.8,
            _ => return None,
        },
    };
    // What the description shows in quotation marks is what the author has in mind.
    let is_shown = slot.shown.iter().any(|shown| shown.to_lowercase() == lower);
    let relates = slot.about.contains(&stem(&lower)) && name;
    Some(
        score
            + if is_shown {
                1.2
            } else if relates {
                0.2
            } else {
                0.0
            },
    )
}
