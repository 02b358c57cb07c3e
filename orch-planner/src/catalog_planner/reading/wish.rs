//! Cuts a goal into wishes: where a new sentence asks, and where "and" is followed by a verb.

use std::{collections::BTreeSet, ops::Range};

use super::{
    lexeme::Lexeme,
    mention::ReadGoal,
    verb::{is_auxiliary, opens_order, opens_question},
};

/// Words that may stand between a joint and the verb after it.
const LEADS: &[&str] = &[
    "then",
    "also",
    "please",
    "finally",
    "next",
    "afterwards",
    "additionally",
    "lastly",
    "could",
    "can",
    "you",
    "second",
    "secondly",
    "first",
    "firstly",
    "third",
    "thirdly",
    "after",
    "that",
    "i",
    "want",
    "to",
    "would",
    "like",
    "need",
    "and",
    "too",
    "kindly",
    "now",
    "again",
    "i'd",
    "lets",
    "let",
    "let's",
];

/// Whether a lower-case word may stand before the verb that asks.
pub(super) fn is_lead(word: &str) -> bool {
    LEADS.contains(&word)
}

/// The wishes of a goal; each asks for something, with what is said around it. Together they are the whole goal.
pub(super) fn wishes(goal: &ReadGoal) -> Vec<Range<usize>> {
    let parts = parts(goal);
    let mut wishes: Vec<Range<usize>> = Vec::new();
    let mut frame: Option<usize> = None;
    for part in parts {
        let start = frame.unwrap_or(part.start);
        if asks(goal, part.clone()) {
            wishes.push(start..part.end);
            frame = None;
        } else if let (Some(last), None) = (wishes.last_mut(), frame) {
            // A statement after a wish may say more about it, or lead to the next one: it goes with the former.
            last.end = part.end;
        } else {
            frame = Some(start);
        }
    }
    if let Some(start) = frame {
        match wishes.last_mut() {
            Some(last) => last.end = goal.lexemes.len(),
            None => wishes.push(start..goal.lexemes.len()),
        }
    }
    wishes
}

/// The lexemes of the parts of a goal that ask for nothing; none where no part asks.
pub(super) fn framing(goal: &ReadGoal) -> BTreeSet<usize> {
    let (asking, framing): (Vec<_>, Vec<_>) =
        parts(goal).into_iter().partition(|part| asks(goal, part.clone()));
    if asking.is_empty() {
        BTreeSet::new()
    } else {
        framing.into_iter().flatten().collect()
    }
}

/// The parts of a goal between the ends of its sentences and its "and"s with a verb after them.
fn parts(goal: &ReadGoal) -> Vec<Range<usize>> {
    let lexemes = &goal.lexemes;
    let mut parts = Vec::new();
    let mut start = 0;
    for at in 0..lexemes.len() {
        let is_end = lexemes[at].ends_sentence();
        let joins = lexemes[at].is_mark(',') || ["and", "then", "also", "plus"].contains(&lexemes[at].word());
        let follows = |at: usize| {
            lexemes[at..]
                .iter()
                .take(6)
                .find(|lexeme| !LEADS.contains(&lexeme.word()) && !lexeme.is_mark(','))
        };
        let is_then = |at: usize| lexemes.get(at).is_some_and(|next| next.word() == "then");
        let is_new = joins
            && at > start
            && follows(at + 1).is_some_and(|next| is_verb(next, lexemes, at))
            && (is_then(at)
                || is_then(at + 1)
                || lexemes[start..at]
                    .iter()
                    .any(|lexeme| opens_order(lexeme.word()) || opens_question(lexeme.word())));
        if is_end || is_new {
            let end = at + usize::from(is_end);
            if lexemes[start..end].iter().any(|lexeme| !lexeme.ends_sentence()) {
                parts.push(start..end);
            }
            start = end;
        }
    }
    if lexemes[start..].iter().any(|lexeme| !lexeme.ends_sentence()) {
        parts.push(start..lexemes.len());
    } else if let Some(last) = parts.last_mut() {
        last.end = lexemes.len();
    }
    parts
}

/// Whether a word after a joint is a verb that asks; not where it is the noun of a list, as in "price and order".
fn is_verb(lexeme: &Lexeme, lexemes: &[Lexeme], joint: usize) -> bool {
    if !lexeme.is_word()
        || (lexeme.is_capitalized() && joint + 1 < lexemes.len() && !lexemes[joint].ends_sentence())
    {
        return false;
    }
    let at = lexemes
        .iter()
        .position(|other| other.span == lexeme.span)
        .unwrap_or(joint);
    let has_object = lexemes.get(at + 1).is_some_and(|next| {
        !next.ends_sentence()
            && !next.is_mark(',')
            && !["and", "or", "of", "in", "for"].contains(&next.word())
    });
    let asks = lexemes.get(at + 1).is_some_and(|next| is_auxiliary(next.word()));
    (opens_order(&lexeme.lower) && has_object && !is_told(lexemes, at))
        || (opens_question(&lexeme.lower) && asks)
        || (opens_question(&lexeme.lower)
            && lexeme.lower != "which"
            && lexeme.lower != "where"
            && lexeme.lower != "who"
            && lexeme.lower != "when")
        || (["how", "what"].contains(&lexeme.word()))
}

/// Whether a part of a goal asks for something.
fn asks(goal: &ReadGoal, part: Range<usize>) -> bool {
    let lexemes = &goal.lexemes[part.clone()];
    if lexemes.last().is_some_and(|last| last.is_mark('?')) {
        return true;
    }
    let wants = lexemes.windows(2).any(|pair| {
        let wish = [
            "want", "need", "like", "would", "wish", "trying", "looking", "planning",
        ]
        .contains(&pair[0].word())
            && ["to", "a", "the", "you", "some", "for"].contains(&pair[1].word());
        wish || (["could", "can", "would", "will"].contains(&pair[0].word()) && pair[1].word() == "you")
    });
    let opener = lexemes
        .iter()
        .position(|lexeme| lexeme.is_word() && !LEADS.contains(&lexeme.word()));
    let opens = opener.is_some_and(|at| {
        let lexeme = &lexemes[at];
        (opens_order(&lexeme.lower) && !is_told(lexemes, at))
            || opens_question(&lexeme.lower)
            || is_auxiliary(&lexeme.lower)
    });
    let later = lexemes.windows(2).any(|pair| {
        pair[0].is_mark(',') && (opens_order(pair[1].word()) || ["what", "how"].contains(&pair[1].word()))
    });
    wants || opens || later
}

/// Whether a verb tells what somebody does rather than what is to be done: "I make", "we play".
fn is_told(lexemes: &[Lexeme], at: usize) -> bool {
    at.checked_sub(1)
        .is_some_and(|before| ["i", "we", "they", "he", "she", "it"].contains(&lexemes[before].word()))
}

/// The places in a range where "and" or a comma may join two things that are asked for.
pub(super) fn joints(goal: &ReadGoal, range: Range<usize>) -> Vec<Range<usize>> {
    let is_joint =
        |lexeme: &Lexeme| lexeme.is_mark(',') || ["and", "plus", "also", "then"].contains(&lexeme.word());
    let mut joints: Vec<Range<usize>> = Vec::new();
    for at in range.clone() {
        let is_within = goal.mentions.iter().any(|mention| mention.range.contains(&at));
        if !is_joint(&goal.lexemes[at]) || is_within || at == range.start || at + 1 >= range.end {
            continue;
        }
        match joints.last_mut().filter(|last| last.end == at) {
            Some(last) => last.end = at + 1,
            None => joints.push(at..at + 1),
        }
    }
    joints.truncate(8);
    joints
}
