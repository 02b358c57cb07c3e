//! Calls stand in the order of the text, and so do their values.

use std::collections::BTreeSet;

use crate::catalog_planner::reading::{fill::Filled, mention::ReadGoal};

/// Puts calls into the order in which a goal says what is new in them: `said` is what each says that it does not take from
/// those before it, and `renewed` what all but the first say, together. Where all of them say the same anew, the first value
/// of each kind belongs to the first call, and so on.
pub(super) fn in_order(
    goal: &ReadGoal,
    mut calls: Vec<Filled>,
    said: &[BTreeSet<usize>],
    renewed: &BTreeSet<usize>,
) -> Vec<Filled> {
    let is_mention = |slot: &usize| calls.iter().all(|call| call.mentions.contains_key(slot));
    let are_whole = said.iter().all(|own| own.is_superset(renewed)) && renewed.iter().all(is_mention);
    if are_whole {
        for &slot in renewed {
            dealt(goal, &mut calls, slot);
        }
        return calls;
    }
    let start = |call: &Filled, own: &BTreeSet<usize>| {
        let places = own
            .intersection(renewed)
            .filter_map(|&slot| call.place(goal, slot));
        places.map(|place| place.start).min()
    };
    let mut placed: Vec<(Option<usize>, Filled)> = calls
        .into_iter()
        .zip(said)
        .map(|(call, own)| (start(&call, own), call))
        .collect();
    placed.sort_by_key(|(start, _)| *start);
    placed.into_iter().map(|(_, call)| call).collect()
}

/// Deals the values of a slot to the calls in the order of the text.
fn dealt(goal: &ReadGoal, calls: &mut [Filled], slot: usize) {
    let given = calls.iter().filter_map(|call| {
        let mention = *call.mentions.get(&slot)?;
        Some((mention, call.values.get(&slot)?.clone()))
    });
    let mut given: Vec<_> = given.collect();
    given.sort_by_key(|(mention, _)| goal.mentions[*mention].range.start);
    for (call, (mention, value)) in calls.iter_mut().zip(given) {
        call.mentions.insert(slot, mention);
        call.values.insert(slot, value);
    }
}
