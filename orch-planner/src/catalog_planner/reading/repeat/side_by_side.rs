//! Values that stand side by side belong to one call: "base 4 and height 9, and base 6 and height 2".

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::discriminant,
    ops::Range,
    rc::Rc,
};

use super::{Series, joined::only_joined};
use crate::catalog_planner::{
    reading::{
        fill::{Filled, fill},
        index::count,
        known::Known,
        mention::ReadGoal,
        wish,
    },
    shape::Shape,
};

/// How many values each part says at least that the others say too; what says but one anew is no part of its own.
const LEAST: usize = 2;
/// How many words that are no values stand at most between two parts.
const MOST_BETWEEN: usize = 3;
/// How much more parts say at least than one call does that was read from the whole goal.
const ANEW: f64 = 1.0;
/// What it costs that a further call takes values from the one before: more than a value is worth that nothing speaks for.
const PARTIAL: f64 = 2.5;
/// Less than this is no difference.
const SAME: f64 = 1e-6;

/// The calls that a goal comes to where it says one part after the other, each with all the values that are new in it;
/// `None` where it says them in no such parts, or where `whole`, which was read without looking at parts, says more.
pub(super) fn parted(
    known: &Known,
    goal: &ReadGoal,
    range: Range<usize>,
    whole: &Series,
) -> Option<Vec<Filled>> {
    let parts = Parts::best(known, goal, range.clone())?;
    let least = if whole.calls.len() > 1 { -SAME } else { ANEW };
    let gain = parts.worth() - (whole.worth - PARTIAL * count(whole.partial));
    let is_more = gain > least;
    let mut needed = whole.calls[0]
        .said()
        .filter(|slot| known.slots[*slot].is_required);
    (is_more && needed.all(|slot| parts.say(slot))).then(|| parts.joined(known, goal, range, whole))
}

/// Parts of a goal that say the same slots anew.
struct Parts {
    parts: Vec<(Range<usize>, Rc<Series>)>,
    renewed: BTreeSet<usize>,
}

impl Parts {
    /// Of all the ways to cut a goal at its joints, the one whose parts say most.
    fn best(known: &Known, goal: &ReadGoal, range: Range<usize>) -> Option<Self> {
        let joints = wish::joints(goal, range.clone());
        let mut read: BTreeMap<(usize, usize), Rc<Series>> = BTreeMap::new();
        let mut best: Option<Self> = None;
        // Each bit is a joint at which the goal is cut.
        for cuts in 1..1_usize << joints.len() {
            let cut = joints.iter().enumerate().filter(|(at, _)| cuts & (1 << at) != 0);
            let mut start = range.start;
            let mut ranges: Vec<Range<usize>> = Vec::new();
            for (_, joint) in cut {
                ranges.push(start..joint.start);
                start = joint.end;
            }
            ranges.push(start..range.end);
            let series = |range: Range<usize>| {
                let series = read.entry((range.start, range.end)).or_insert_with(|| {
                    let first = fill(known, goal, range.clone(), &BTreeSet::new());
                    Rc::new(Series::read(known, goal, range.clone(), first))
                });
                (range, Rc::clone(series))
            };
            let Some(parts) = Self::of(known, goal, ranges.into_iter().map(series).collect()) else {
                continue;
            };
            let is_better = best.as_ref().is_none_or(|best| {
                let more = parts.worth() - best.worth();
                more > SAME || (more > -SAME && parts.renewed.len() >= best.renewed.len())
            });
            if is_better {
                best = Some(parts);
            }
        }
        best
    }

    /// These parts, if they say enough that is of the same kinds, and stand beside each other.
    fn of(known: &Known, goal: &ReadGoal, parts: Vec<(Range<usize>, Rc<Series>)>) -> Option<Self> {
        let firsts: Vec<&Filled> = parts.iter().map(|(_, series)| &series.calls[0]).collect();
        let is_renewed = |slot: &usize| {
            let kind = |call: &&Filled| {
                let mention = call.mentions.get(slot);
                mention.map(|&at| discriminant(&goal.mentions[at].value))
            };
            firsts
                .iter()
                .all(|call| call.says(*slot) && kind(call) == kind(&firsts[0]))
        };
        let renewed: BTreeSet<usize> = firsts[0].said().filter(is_renewed).collect();
        let is_plain = |slot: &usize| firsts.iter().all(|call| !call.guessed.contains_key(slot));
        let are_beside = parts.windows(2).all(|pair| {
            let (former, next) = (&pair[0].1.claimed, &pair[1].1.claimed);
            match (former.last(), next.first()) {
                (Some(end), Some(start)) => only_joined(goal, end + 1..*start, MOST_BETWEEN),
                _ => false,
            }
        });
        let is_told = renewed
            .iter()
            .flat_map(|&slot| firsts.iter().filter_map(move |call| call.place(goal, slot)))
            .flatten()
            .any(|at| goal.framing.contains(&at));
        // "Two triangles" announces two calls.
        let is_count = |at: &usize| {
            let range = &goal.mentions[*at].range;
            let counts = goal.lexemes[range.clone()]
                .iter()
                .any(|lexeme| lexeme.quantity().is_some_and(|quantity| quantity.is_word));
            let after = goal.lexemes.get(range.end);
            counts && after.is_some_and(|noun| noun.is_word() && known.titles.contains(&noun.stem))
        };
        let calls = parts.iter().flat_map(|(_, series)| &series.calls);
        let counts_calls = calls.flat_map(|call| call.mentions.values()).any(is_count);
        // What a call cannot do without is said once for all, or by each for itself.
        let is_shared = |slot: usize| {
            let sayers = firsts.iter().filter(|call| call.says(slot)).count();
            sayers <= 1 || sayers == firsts.len()
        };
        let mut needed = (0..known.slots.len()).filter(|&slot| known.slots[slot].is_required);
        let holds = renewed.len() >= LEAST
            && renewed.iter().any(is_plain)
            && needed.all(is_shared)
            && are_beside
            && !is_told
            && !counts_calls;
        holds.then_some(Self { parts, renewed })
    }

    /// Whether any part says the value of a slot.
    fn say(&self, slot: usize) -> bool {
        let mut firsts = self.parts.iter().map(|(_, series)| &series.calls[0]);
        firsts.any(|call| call.says(slot))
    }

    fn worth(&self) -> f64 {
        let worth = |series: &Series| series.worth - PARTIAL * count(series.calls.len() - 1);
        self.parts.iter().map(|(_, series)| worth(series)).sum()
    }

    /// The calls of all parts. What the first or the last part says beyond the others is said for all of them.
    fn joined(self, known: &Known, goal: &ReadGoal, range: Range<usize>, whole: &Series) -> Vec<Filled> {
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        for (at, (part, series)) in self.parts.iter().enumerate() {
            let is_inner = at > 0 && at + 1 < self.parts.len();
            taken.extend(part.clone().filter(|_| is_inner));
            for call in &series.calls {
                let own = self.renewed.iter().filter_map(|&slot| call.place(goal, slot));
                taken.extend(own.flatten());
            }
        }
        let shared = fill(known, goal, range, &taken);
        let whole_first = &whole.calls[0];
        // What is but guessed holds only where the whole goal leaves no better guess.
        let is_sure = |from: &Filled, slot: usize| {
            !from.guessed.contains_key(&slot)
                || known.slots[slot].is_required
                || whole_first.guessed.contains_key(&slot)
        };
        let complete = |call: &Filled| {
            let is_own = |slot: usize| {
                let is_switch =
                    matches!(known.slots[slot].shape, Shape::Boolean) && !known.slots[slot].is_required;
                is_switch || known.slots[slot].is_list() || call.says(slot)
            };
            // What a call says itself comes after what is said for all, and that after what is but usual.
            let usual = call.values.iter().filter(|(slot, _)| !is_own(**slot));
            let is_needed = |slot: usize| known.slots[slot].is_required;
            let recalled = whole_first.values.iter().filter(|(slot, _)| is_needed(**slot));
            let common = shared.values.iter().filter(|(slot, _)| is_sure(&shared, **slot));
            let own = call
                .values
                .iter()
                .filter(|(slot, _)| is_own(**slot) && is_sure(call, **slot));
            let others = recalled.chain(usual).chain(common);
            let others = others.filter(|(slot, _)| !self.renewed.contains(slot));
            let values = others.chain(own).map(|(slot, value)| (*slot, value.clone()));
            Filled {
                values: values.collect(),
                ..call.clone()
            }
        };
        let calls = self.parts.iter().flat_map(|(_, series)| &series.calls);
        calls.map(complete).collect()
    }
}
