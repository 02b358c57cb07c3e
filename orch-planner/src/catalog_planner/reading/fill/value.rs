//! Mentions as the values that slots take.

use serde_json::{Number, Value};

use crate::catalog_planner::{
    reading::{
        gazetteer::{currency, currency_of_sign, state_code},
        mention::{Day, Mention, Said, clock_time},
        slot::{Slot, sense::Sense, unit::Dimension},
    },
    shape::Shape,
};

/// A mention as the value that a slot takes; `None` where it takes no such thing.
pub(super) fn fitted(mention: &Mention, slot: &Slot, today: Option<Day>) -> Option<Value> {
    match (slot.shape.item(), &mention.value) {
        (Shape::Integer | Shape::Number, Said::Number(quantity, unit)) => {
            let number = scaled(&quantity.value, unit, slot)?;
            number.as_f64().filter(|value| slot.bounds(*value))?;
            let is_whole = number.is_i64() || number.is_u64();
            (is_whole || *slot.shape.item() == Shape::Number).then_some(Value::Number(number))
        }
        (Shape::Any, Said::Number(quantity, _)) => Some(Value::Number(quantity.value.clone())),
        (Shape::Text(_), Said::Number(quantity, unit)) => {
            let measures = slot.dimension.is_some() && !unit.is_empty() && !slot.is_called(&["year"]);
            let is_apart = quantity.unit.is_empty()
                && measures
                && crate::catalog_planner::reading::slot::unit::is_unit(unit);
            Some(
                if is_apart {
                    format!("{} {unit}", mention.text)
                } else {
                    mention.text.clone()
                }
                .into(),
            )
        }
        (Shape::Text(format), Said::Day(day)) => {
            Some(date(*day, &mention.text, format.as_deref(), slot, today).into())
        }
        (Shape::Text(_), Said::Time) => {
            let is_clock = slot.tells(&["hh:mm", "24-hour", "24 hour", "24h"])
                || *slot.shape.item() == Shape::Text(Some("time".into()));
            Some(
                clock_time(&mention.text)
                    .filter(|_| is_clock)
                    .unwrap_or_else(|| mention.text.clone())
                    .into(),
            )
        }
        (Shape::Object, Said::Json(value)) => value.is_object().then(|| value.clone()),
        (Shape::Any, Said::Json(value)) => Some(value.clone()),
        (_, Said::Json(_)) | (Shape::Object | Shape::List(_) | Shape::Choice(_) | Shape::Boolean, _) => None,
        (Shape::Integer | Shape::Number, _) => None,
        (Shape::Text(_) | Shape::Any, _) => Some(text(mention, slot).into()),
    }
}

/// A number as a slot counts it: 5 % as 5 or as 0.05.
fn scaled(number: &Number, unit: &str, slot: &Slot) -> Option<Number> {
    let is_share = ["%", "percent", "percentage", "pct"].contains(&unit);
    let value = number.as_f64()?;
    let in_hundredths = slot.tells(&["percent", "%"])
        && !slot.tells(&["as a decimal", "decimal form", "fraction"])
        || slot.is_called(&["percent", "percentage"])
        || *slot.shape.item() == Shape::Integer;
    if is_share
        && !in_hundredths
        && slot
            .dimension
            .is_none_or(|dimension| dimension == Dimension::Share)
    {
        // Rounded, because 7 hundredths are 0.07 and not what division makes of it.
        return format!("{:.6}", value / 100.0)
            .parse()
            .ok()
            .and_then(Number::from_f64);
    }
    Some(number.clone())
}

/// A day as a slot wants it written; as the goal writes it where nothing is wanted.
fn date(day: Day, text: &str, format: Option<&str>, slot: &Slot, today: Option<Day>) -> String {
    let patterns = [
        "yyyy-mm-dd",
        "mm/dd/yyyy",
        "dd/mm/yyyy",
        "dd-mm-yyyy",
        "mm-dd-yyyy",
        "yyyy/mm/dd",
        "dd.mm.yyyy",
        "yyyymmdd",
        "yyyy-mm",
    ];
    let wanted = patterns
        .into_iter()
        .find(|pattern| slot.description.contains(pattern));
    let shows_iso = slot.shown.iter().any(|shown| is_iso(shown)) || slot.description.contains("iso 8601");
    let pattern = wanted.or_else(|| (format == Some("date") || shows_iso).then_some("yyyy-mm-dd"));
    let full = if day.month.is_some() {
        day.in_year_of(today)
    } else {
        day
    };
    pattern
        .and_then(|pattern| full.written(pattern))
        .unwrap_or_else(|| text.to_owned())
}

fn is_iso(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-' && bytes[7] == b'-'
}

/// A text as a slot wants it written.
fn text(mention: &Mention, slot: &Slot) -> String {
    let own = mention.text.trim();
    match slot.sense {
        Sense::Currency => {
            let is_code = !slot.description.contains("name") || slot.description.contains("code");
            currency(own)
                .or_else(|| currency_of_sign(own))
                .filter(|_| is_code)
                .map_or_else(|| own.to_owned(), str::to_owned)
        }
        Sense::State
            if slot.tells(&[
                "abbreviation",
                "two-letter",
                "2-letter",
                "state code",
                "two letter",
            ]) || slot.shown.iter().any(|shown| shown.len() == 2) =>
        {
            state_code(own).map_or_else(|| own.to_owned(), str::to_owned)
        }
        Sense::Name | Sense::Place | Sense::Person | Sense::Topic | Sense::Other => own
            .strip_prefix("The ")
            // "The Beatles" in a sentence are called so; at its beginning, the article says nothing.
            .filter(|_| slot.sense == Sense::Person && mention.range.start == 0)
            .unwrap_or(own)
            .to_owned(),
        _ => own.to_owned(),
    }
}
