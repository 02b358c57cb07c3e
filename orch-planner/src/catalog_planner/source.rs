//! Where a value comes from that the goal does not spell out: an answer of another step.

use std::collections::BTreeSet;

use super::{
    draft::{Argument, Draft},
    offer::{Offer, Pool},
    parameter::{Member, Parameter},
    shape::{Handover, Shape},
    stem::stem,
};

/// The least score with which a part of an answer goes into a parameter.
const GOES: f64 = 0.25;
/// How much it counts that a wish refers to a step.
const REFERRED: f64 = 1.5;

/// A part of an answer that can go into a parameter.
#[derive(Clone, Debug)]
pub(super) struct Fit<'p> {
    pub(super) member: &'p Member,
    pub(super) handover: Handover,
    pub(super) score: f64,
}

/// The part of an offer's answer that goes best into a parameter.
pub(super) fn best_member<'p>(
    parameter: &Parameter,
    offer: &'p Offer,
    references: &BTreeSet<String>,
) -> Option<Fit<'p>> {
    let fits = offer.profile.members.iter().filter_map(|member| {
        let handover = parameter.shape.takes(&member.shape)?;
        let score = likeness(parameter, member)?;
        let referred = member.name_stems.iter().any(|stem| references.contains(stem));
        let score =
            score + if referred { 0.3 } else { 0.0 } - if handover == Handover::Wrapped { 0.1 } else { 0.0 };
        Some(Fit {
            member,
            handover,
            score,
        })
    });
    // Of equal parts the first counts, which is the one that the answer's schema names first.
    fits.reduce(|best, fit| if fit.score > best.score { fit } else { best })
        .filter(|fit| fit.score >= GOES)
}

/// Whether an answer with these parts says that one of them can go into a parameter.
pub(super) fn is_made_by(parameter: &Parameter, members: &[Member]) -> bool {
    members.iter().any(|member| {
        let fits = member.shape != Shape::Any && parameter.shape.takes(&member.shape).is_some();
        fits && likeness(parameter, member).is_some_and(|score| score >= GOES)
    })
}

/// How far a part of an answer is what the parameter wants; `None` if it is not.
fn likeness(parameter: &Parameter, member: &Member) -> Option<f64> {
    let shared = |left: &[String], right: &[String]| left.iter().any(|stem| right.contains(stem));
    let same = !parameter.name_stems.is_empty() && parameter.name_stems == member.name_stems;
    if !parameter.is_material {
        // What is looked up or counted is only ever the very thing: a latitude is no longitude.
        return same.then_some(1.0);
    }
    if matches!(
        (&parameter.shape, &member.shape),
        (Shape::Text(None), Shape::Text(Some(_)))
    ) {
        return None;
    }
    let mut score: f64 = if member.name_stems.is_empty() { 0.3 } else { 0.1 };
    if same {
        score = 1.0;
    } else if shared(&parameter.name_stems, &member.name_stems) {
        score += 0.5;
    }
    if parameter
        .name_stems
        .iter()
        .any(|stem| member.about.contains(stem))
    {
        score += 0.2;
    }
    if member
        .name_stems
        .iter()
        .any(|stem| parameter.about.contains(stem))
    {
        score += 0.2;
    }
    if is_label(member) {
        score -= 0.3;
    } else if is_prose(member) {
        score += 0.2;
    }
    Some(score)
}

/// Whether a part of an answer only names or numbers something.
fn is_label(member: &Member) -> bool {
    let labels = [
        "column", "id", "key", "label", "language", "name", "title", "type", "word",
    ];
    member
        .name_stems
        .last()
        .is_some_and(|last| labels.iter().any(|label| stem(label) == *last))
}

/// Whether a part of an answer reads like something to work on.
fn is_prose(member: &Member) -> bool {
    let prose = [
        "article",
        "body",
        "content",
        "document",
        "paragraph",
        "prose",
        "sentence",
        "text",
        "transcript",
    ];
    let stems = prose.iter().map(|word| stem(word));
    stems
        .into_iter()
        .any(|stem| member.about.contains(&stem) || member.name_stems.contains(&stem))
}

/// The answer of an earlier step that goes best into a parameter: one that is referred to, else the nearest.
pub(super) fn from_steps(
    parameter: &Parameter,
    draft: &Draft,
    pool: &Pool,
    references: &BTreeSet<String>,
    latest: Option<usize>,
    must_be_referred_to: bool,
) -> Option<Argument> {
    let mut best: Option<(f64, Argument)> = None;
    for (place, step) in draft.steps.iter().enumerate() {
        let offer = &pool.offers[step.offer];
        let Some(fit) = best_member(parameter, offer, references) else {
            continue;
        };
        let is_meant = |stem: &&String| {
            step.names.contains(*stem) || offer.says(stem) >= 0.5 || fit.member.name_stems.contains(*stem)
        };
        #[expect(clippy::cast_precision_loss, reason = "a wish has few words")]
        let referred = references.iter().filter(is_meant).count() as f64;
        let is_unknown = fit.member.shape == Shape::Any && latest != Some(place);
        if (must_be_referred_to || is_unknown) && referred == 0.0 {
            continue;
        }
        let score = fit.score + REFERRED * referred + if latest == Some(place) { REFERRED } else { 0.0 };
        if best.as_ref().is_none_or(|(most, _)| score >= *most) {
            let (pointer, handover) = (fit.member.pointer.clone(), fit.handover);
            best = Some((
                score,
                Argument::Result {
                    step: place,
                    pointer,
                    handover,
                },
            ));
        }
    }
    best.map(|(_, argument)| argument)
}
