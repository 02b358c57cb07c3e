//! Reads calls off a goal: which tasks it asks for, and with which arguments.
//!
//! A goal is read once, as words and as the values that it spells out. It is cut into wishes where it asks anew; for
//! each wish the tasks that say its words are filled with its values, and the one that says most and lacks least is
//! taken. Values that stand beside each other for one slot make a call each. What no task says, or what leaves a task
//! without something it needs, is refused.

mod evidence;
pub(super) mod fill;
mod gazetteer;
mod index;
mod kin;
mod kind;
pub(super) mod known;
mod lexeme;
mod mention;
mod part;
mod repeat;
mod score;
mod slot;
mod verb;
mod wish;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ops::{Deref, Range},
    sync::OnceLock,
};

use orch_core::Timestamp;

use index::{Index, Scores, count};
use known::Known;
pub(super) use mention::{ReadGoal, Said};
use part::says_anything;
use score::Reading;

use super::toolbox::{Call, Tool};
use crate::planner::PlanError;

/// The most calls that a goal comes to.
const MAX_CALLS: usize = 64;
/// The most characters of a wish that an error quotes.
const MAX_QUOTED: usize = 200;

/// Tasks, read once for many goals.
#[derive(Clone, Debug)]
pub(super) struct Library {
    tools: Vec<Tool>,
    /// What is known of each task, read when it is first of use.
    known: Vec<OnceLock<Known>>,
    index: Index,
}

/// A goal, with what was already found to answer parts of it best: these are looked at again and again.
#[derive(Debug)]
struct Asked {
    read: ReadGoal,
    best: RefCell<BTreeMap<(usize, usize), Option<Reading>>>,
    scores: RefCell<Scores>,
}

impl Deref for Asked {
    type Target = ReadGoal;

    fn deref(&self) -> &ReadGoal {
        &self.read
    }
}

impl Library {
    /// Reads these tasks.
    pub(super) fn new(tools: Vec<Tool>) -> Self {
        let index = Index::new(tools.iter().map(|tool| Known::new(&tool.task, &tool.tags)));
        let known = tools.iter().map(|_| OnceLock::new()).collect();
        Self { tools, known, index }
    }

    /// The tasks.
    pub(super) fn tools(&self) -> impl ExactSizeIterator<Item = &Tool> {
        self.tools.iter()
    }

    /// What is known of a task.
    fn known(&self, task: usize) -> &Known {
        let tool = &self.tools[task];
        self.known[task].get_or_init(|| Known::new(&tool.task, &tool.tags).weighed(&self.index))
    }

    /// The calls that a goal comes to, in its order; never none.
    pub(super) fn calls(&self, text: &str, now: Option<Timestamp>) -> Result<Vec<Call>, PlanError> {
        let goal = Asked {
            read: ReadGoal::new(text, now),
            best: RefCell::default(),
            scores: RefCell::default(),
        };
        let readings = self.readings(&goal)?;
        let mut calls: Vec<Call> = Vec::new();
        for reading in &readings {
            for arguments in self.repeated(&goal, reading) {
                let call = Call {
                    task: self.known(reading.task).name.clone(),
                    arguments,
                };
                if !calls.contains(&call) {
                    calls.push(call);
                }
            }
        }
        if calls.len() > MAX_CALLS {
            return Err(PlanError::TooManyWishes { limit: MAX_CALLS });
        }
        Ok(calls)
    }

    /// A reading for each wish of the goal.
    fn readings(&self, goal: &Asked) -> Result<Vec<Reading>, PlanError> {
        let whole = 0..goal.lexemes.len();
        let wishes = wish::wishes(goal);
        if wishes.len() > MAX_CALLS {
            return Err(PlanError::TooManyWishes { limit: MAX_CALLS });
        }
        if wishes.len() > 1
            && let Some(readings) = self.each(goal, &wishes)
            && !self.is_one(goal, whole.clone(), &readings)
        {
            return Ok(readings
                .into_iter()
                .flat_map(|reading| self.loosened(goal, reading))
                .collect());
        }
        let best = self.best(goal, whole.clone());
        match best {
            Some(reading) if reading.fits() => Ok(self.loosened(goal, reading)),
            // What asks for two things in one breath may fit no task as a whole.
            best => self
                .apart(goal, whole.clone())
                .ok_or_else(|| self.refusal(goal, whole, best)),
        }
    }

    /// Whether what could be several calls is rather one: of one task that takes all the values, or that the whole speaks for
    /// more than the parts do for theirs.
    fn is_one(&self, goal: &Asked, whole: Range<usize>, parts: &[Reading]) -> bool {
        let Some(whole) = self.best(goal, whole).filter(Reading::fits) else {
            return false;
        };
        let are_same = parts.iter().all(|part| part.task == whole.task);
        let takes_all = are_same && whole.evidence.used > 0.99;
        let mean = parts.iter().map(Reading::meant).sum::<f64>() / count(parts.len());
        takes_all || whole.score > mean + score::WHOLE
    }

    /// A reading for each of several wishes, if they fit at least two; a wish that lacks something takes it from those
    /// before it, and what asks for nothing by itself goes on with what is before it.
    fn each(&self, goal: &Asked, wishes: &[Range<usize>]) -> Option<Vec<Reading>> {
        let mut readings: Vec<Reading> = Vec::new();
        let mut start = None;
        for wish in wishes {
            let from = start.unwrap_or(wish.start);
            let stands = |reading: &Reading| reading.fits() && reading.relevance >= score::PART;
            let own = self.best(goal, wish.clone()).filter(stands);
            // "What are beagles like? Show me pictures": the same task is asked for anew only with other values.
            let own = own.filter(|own| {
                let is_same = readings.last().is_some_and(|last| last.task == own.task);
                !is_same || !own.filled.mentions.is_empty() || !own.filled.chosen.is_empty()
            });
            let framed = || {
                self.best(goal, from..wish.end)
                    .filter(|reading| reading.fits() && from < wish.start)
            };
            let recalled = || {
                let before = readings.last()?;
                let wanting = self.best(goal, wish.clone())?;
                self.recalling(&wanting, before)
            };
            match own.or_else(framed).or_else(recalled) {
                Some(reading) => {
                    readings.push(reading);
                    start = None;
                }
                None => start = start.or(Some(wish.start)),
            }
        }
        if let (Some(start), Some(last)) = (start, readings.last_mut()) {
            // What is left over at the end may say more about the last wish.
            let from = last.range.start.min(start);
            let end = wishes.last().map_or(last.range.end, |wish| wish.end);
            if let Some(longer) = self
                .best(goal, from..end)
                .filter(|longer| longer.task == last.task && longer.fits())
            {
                *last = longer;
            }
        }
        (readings.len() > 1).then_some(readings)
    }

    /// A wish that lacks values which the one before it has for slots of the same names.
    fn recalling(&self, wanting: &Reading, before: &Reading) -> Option<Reading> {
        let says_nothing = wanting.filled.mentions.is_empty() && wanting.task == before.task;
        if !wanting.is_relevant() || says_nothing {
            return None;
        }
        let (known, other) = (self.known(wanting.task), self.known(before.task));
        let mut made = wanting.clone();
        for (at, slot) in known.slots.iter().enumerate() {
            if made.filled.values.contains_key(&at) || !slot.is_required {
                continue;
            }
            let same = other.slots.iter().position(|given| {
                given.name == slot.name
                    || (given.sense == slot.sense
                        && given.shape == slot.shape
                        && slot.sense != slot::sense::Sense::Other)
            });
            let value = same.and_then(|same| before.filled.values.get(&same))?;
            made.filled.values.insert(at, value.clone());
        }
        Some(made)
    }

    /// A reading, or two where what is joined by "and" asks for two tasks.
    fn loosened(&self, goal: &Asked, reading: Reading) -> Vec<Reading> {
        let range = reading.range.clone();
        let Some(apart) = self.apart(goal, range) else {
            return vec![reading];
        };
        let mean = apart.iter().map(Reading::meant).sum::<f64>() / count(apart.len());
        let is_better = mean >= reading.score && apart.iter().any(|part| part.task == reading.task);
        if is_better { apart } else { vec![reading] }
    }

    /// Readings of the parts of a range around its commas and "and"s, where each asks for another task.
    fn apart(&self, goal: &Asked, range: Range<usize>) -> Option<Vec<Reading>> {
        let mut best: Option<(f64, Vec<Reading>)> = None;
        for joint in wish::joints(goal, range.clone()) {
            let (left, right) = (range.start..joint.start, joint.end..range.end);
            let stands = |reading: &Reading| reading.fits() && reading.score >= score::APART;
            // What says nothing asks for no other task.
            if !says_anything(&goal.lexemes[right.clone()]) {
                continue;
            }
            let Some(first) = self.best(goal, left).filter(stands) else {
                continue;
            };
            let Some(second) = self.best(goal, right.clone()).filter(stands) else {
                continue;
            };
            // "Shoes, sorted by price" says more of the shoes.
            let opens_participle = goal.lexemes[joint.end].word().ends_with("ed");
            let is_plain =
                !opens_participle && (second.filled.guessed.is_empty() || second.relevance >= score::PLAIN);
            let is_new = second.task != first.task && second.relevance >= score::SURE && is_plain;
            let worth = first.score + second.score;
            if is_new && best.as_ref().is_none_or(|(known, _)| worth > *known) {
                let mut rest = self
                    .apart(goal, right)
                    .filter(|rest| rest.len() > 1)
                    .unwrap_or_else(|| vec![second]);
                rest.insert(0, first);
                best = Some((worth, rest));
            }
        }
        best.map(|(_, readings)| readings)
    }

    /// Why a goal is refused: what its best task lacks, or that there is none.
    fn refusal(&self, goal: &Asked, range: Range<usize>, best: Option<Reading>) -> PlanError {
        let lacking = best.filter(Reading::is_relevant).and_then(|reading| {
            let known = self.known(reading.task);
            let slot = reading.filled.missing(known).next()?;
            Some((known.name.clone(), slot.title()))
        });
        match lacking {
            Some((task, argument)) => PlanError::MissingArgument { task, argument },
            None => PlanError::NothingFits {
                wish: goal.written(range).chars().take(MAX_QUOTED).collect(),
            },
        }
    }
}

/// No lexeme at all.
fn nobody() -> BTreeSet<usize> {
    BTreeSet::new()
}
