//! Days: written as people and as machines write them, and such as count from today.

use orch_core::Timestamp;

use crate::catalog_planner::reading::{
    gazetteer::{month, weekday},
    lexeme::{Kind, Lexeme},
};

/// A day as far as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::catalog_planner) struct Day {
    /// The year, if it is told.
    pub(in crate::catalog_planner::reading) year: Option<i32>,
    /// The month from 1, if it is told.
    pub(in crate::catalog_planner::reading) month: Option<u32>,
    /// The day of the month from 1, if it is told.
    pub(in crate::catalog_planner::reading) day: Option<u32>,
}

/// Days in 400 years.
const ERA: i64 = 146_097;
/// How many days from today a day is at most.
const MAX_AHEAD: i64 = 1_000_000;

impl Day {
    /// The day of a moment, in UTC.
    pub(super) fn of(moment: Timestamp) -> Self {
        Self::from_days(moment.as_millis().div_euclid(86_400_000))
    }

    /// The day so many days after 1970-01-01, in the Gregorian calendar.
    fn from_days(days: i64) -> Self {
        let days = days + 719_468;
        let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year + era * 400 + i64::from(month <= 2);
        Self {
            year: i32::try_from(year).ok(),
            month: u32::try_from(month).ok(),
            day: u32::try_from(day).ok(),
        }
    }

    /// How many days after 1970-01-01 it is, if it is told in full.
    fn days(self) -> Option<i64> {
        let (year, month, day) = (
            i64::from(self.year?),
            i64::from(self.month?),
            i64::from(self.day?),
        );
        let year = year - i64::from(month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let shifted = (month + 9) % 12;
        let of_year = (153 * shifted + 2) / 5 + day - 1;
        Some(era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }

    fn plus(self, days: i64) -> Option<Self> {
        (days.abs() < MAX_AHEAD).then(|| self.days().map(|own| Self::from_days(own + days)))?
    }

    /// The same day so many months later, or the last of that month where it has no such day.
    fn plus_months(self, months: i64) -> Option<Self> {
        let months = i64::from(self.year?) * 12 + i64::from(self.month?) - 1 + months;
        let first = |months: i64| Self {
            year: i32::try_from(months.div_euclid(12)).ok(),
            month: u32::try_from(months.rem_euclid(12) + 1).ok(),
            day: Some(1),
        };
        let last = first(months + 1).plus(-1)?.day?;
        Some(Self {
            day: self.day.map(|day| day.min(last)),
            ..first(months)
        })
    }

    /// The same, in this year where none is told.
    pub(in crate::catalog_planner::reading) fn in_year_of(self, today: Option<Self>) -> Self {
        Self {
            year: self.year.or(today.and_then(|today| today.year)),
            ..self
        }
    }

    /// Written as `pattern` shows: `yyyy`, `mm` and `dd` in any order; `None` where a part of it is not told.
    pub(in crate::catalog_planner::reading) fn written(self, pattern: &str) -> Option<String> {
        let mut written = pattern.to_owned();
        if pattern.contains("yyyy") {
            written = written.replace("yyyy", &format!("{:04}", self.year?));
        }
        if pattern.contains("mm") {
            written = written.replace("mm", &format!("{:02}", self.month?));
        }
        if pattern.contains("dd") {
            written = written.replace("dd", &format!("{:02}", self.day?));
        }
        Some(written)
    }
}

/// The day that begins at `at`, and where it ends.
pub(super) fn read(lexemes: &[Lexeme], at: usize, today: Option<Day>) -> Option<(Day, usize)> {
    digits(&lexemes[at])
        .map(|day| (day, at + 1))
        .or_else(|| named(lexemes, at))
        .or_else(|| relative(lexemes, at, today))
}

/// `2024-03-05`, `03/05/2024`, `5.3.2024`; of two small numbers the first is the month, unless it cannot be.
fn digits(lexeme: &Lexeme) -> Option<Day> {
    if lexeme.kind != Kind::Date {
        return None;
    }
    let text = lexeme.text.split('T').next().unwrap_or_default();
    let numbers: Vec<u32> = text
        .split(['-', '/', '.'])
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    let [first, second, third] = numbers.as_slice() else {
        return None;
    };
    let (year, month, day) = if *first > 31 {
        (*first, *second, *third)
    } else if *first > 12 || text.contains('.') {
        (*third, *second, *first)
    } else {
        (*third, *first, *second)
    };
    let year = if year < 100 { year + 2000 } else { year };
    let is_day = (1..=12).contains(&month) && (1..=31).contains(&day);
    is_day.then_some(Day {
        year: i32::try_from(year).ok(),
        month: Some(month),
        day: Some(day),
    })
}

/// `March 5, 2024`, `5th of March 2024`, `March 2024`.
fn named(lexemes: &[Lexeme], at: usize) -> Option<(Day, usize)> {
    let month_at = |at: usize| {
        let lexeme = lexemes.get(at)?;
        // "may" is a verb and "march" too, unless they are written as names.
        month(lexeme.word()).filter(|_| {
            lexeme.is_capitalized()
                || lexeme.lower.len() > 5
                || ["april", "june", "july"].contains(&lexeme.word())
        })
    };
    let number_at = |at: usize, range: std::ops::RangeInclusive<u64>| {
        let quantity = lexemes.get(at)?.quantity()?;
        let is_plain = ["", "st", "nd", "rd", "th"].contains(&quantity.unit.as_str());
        quantity
            .value
            .as_u64()
            .filter(|value| is_plain && range.contains(value))
            .and_then(|value| u32::try_from(value).ok())
    };
    let year_at = |at: usize| {
        let at = at
            + usize::from(
                lexemes
                    .get(at)
                    .is_some_and(|lexeme| lexeme.is_mark(',') || lexeme.word() == "of"),
            );
        number_at(at, 1000..=2200).map(|year| (i32::try_from(year).ok(), at + 1))
    };
    if let Some(month) = month_at(at) {
        let after = at
            + 1
            + usize::from(
                lexemes
                    .get(at + 1)
                    .is_some_and(|lexeme| lexeme.word() == "the" || lexeme.is_mark('.')),
            );
        if let Some(day) = number_at(after, 1..=31) {
            let (year, end) = year_at(after + 1).unwrap_or((None, after + 1));
            return Some((
                Day {
                    year,
                    month: Some(month),
                    day: Some(day),
                },
                end,
            ));
        }
        let (year, end) = year_at(at + 1)?;
        return Some((
            Day {
                year,
                month: Some(month),
                day: None,
            },
            end,
        ));
    }
    let day = number_at(at, 1..=31)?;
    let after = at + 1 + usize::from(lexemes.get(at + 1).is_some_and(|lexeme| lexeme.word() == "of"));
    let month = month_at(after)?;
    let (year, end) = year_at(after + 1).unwrap_or((None, after + 1));
    Some((
        Day {
            year,
            month: Some(month),
            day: Some(day),
        },
        end,
    ))
}

/// `tomorrow`, `the day after tomorrow`, `next Friday`; told in full where today is known.
fn relative(lexemes: &[Lexeme], at: usize, today: Option<Day>) -> Option<(Day, usize)> {
    let unknown = Day {
        year: None,
        month: None,
        day: None,
    };
    let word = lexemes[at].word();
    let next = lexemes.get(at + 1).map(Lexeme::word).unwrap_or_default();
    let shifted = |days: i64| today.and_then(|today| today.plus(days)).unwrap_or(unknown);
    match word {
        "today" | "tonight" => return Some((shifted(0), at + 1)),
        "tomorrow" => return Some((shifted(1), at + 1)),
        "yesterday" => return Some((shifted(-1), at + 1)),
        _ => {}
    }
    let follows = |words: &[&str]| {
        let said = lexemes.iter().skip(at).map(Lexeme::word);
        said.zip(words).filter(|(said, word)| said == *word).count() == words.len()
    };
    if follows(&["the", "day", "after", "tomorrow"]) {
        return Some((shifted(2), at + 4));
    }
    // From Thursday 1970-01-01 on, the day of the week is the count of days and three, by seven.
    let since_monday = today.and_then(Day::days).map(|days| (days + 3).rem_euclid(7));
    let to_weekday = |wanted: usize, is_next: bool| {
        let (own, wanted) = (since_monday?, i64::try_from(wanted).ok()?);
        let ahead = (wanted - own).rem_euclid(7);
        today?.plus(if ahead == 0 && is_next { 7 } else { ahead })
    };
    if let Some(wanted) = weekday(word) {
        return Some((to_weekday(wanted, false).unwrap_or(unknown), at + 1));
    }
    if ["next", "this", "last", "coming"].contains(&word) {
        if let Some(wanted) = weekday(next) {
            let day = to_weekday(wanted, word == "next");
            let day = if word == "last" {
                day.and_then(|day| day.plus(-7))
            } else {
                day
            };
            return Some((day.unwrap_or(unknown), at + 2));
        }
        if ["weekend", "week", "month", "year"].contains(&next) {
            return Some((unknown, at + 2));
        }
    }
    None
}

/// The day that so many days, weeks, months or years from today are: `in 3 days`, `two weeks from now`, `a month ago`. It is
/// read beside the number in it, since a task may as well ask for the number; only where today is known.
pub(super) fn counted(lexemes: &[Lexeme], at: usize, today: Option<Day>) -> Option<(Day, usize)> {
    let today = today?;
    let word = |at: usize| lexemes.get(at).map(Lexeme::word).unwrap_or_default();
    let is_led = word(at) == "in";
    let number = at + usize::from(is_led);
    let amount = match lexemes.get(number)?.quantity() {
        Some(quantity) if quantity.unit.is_empty() => quantity.value.as_i64(),
        None if ["a", "an"].contains(&word(number)) => Some(1),
        _ => None,
    };
    let amount = amount.filter(|amount| (0..MAX_AHEAD).contains(amount))?;
    let end = number + 2;
    let is_past = word(end) == "ago";
    let follows_from = word(end) == "from" && ["now", "today"].contains(&word(end + 1));
    let end = match (is_led, is_past, follows_from) {
        (true, false, _) => end,
        (false, true, _) => end + 1,
        (false, false, true) => end + 2,
        _ => return None,
    };
    let amount = if is_past { -amount } else { amount };
    let day = match word(number + 1).trim_end_matches('s') {
        "day" => today.plus(amount)?,
        "week" => today.plus(amount.checked_mul(7)?)?,
        "month" => today.plus_months(amount)?,
        "year" => today.plus_months(amount.checked_mul(12)?)?,
        _ => return None,
    };
    Some((day, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog_planner::reading::lexeme::lexemes;

    fn iso(text: &str) -> Option<String> {
        // A Friday.
        let today = Day {
            year: Some(2024),
            month: Some(3),
            day: Some(1),
        };
        let (day, _) = read(&lexemes(text), 0, Some(today))?;
        day.in_year_of(Some(today)).written("yyyy-mm-dd")
    }

    #[test]
    fn days_are_read_however_they_are_written() {
        for (text, day) in [
            ("2024-03-05", "2024-03-05"),
            ("03/05/2024", "2024-03-05"),
            ("25/12/2023", "2023-12-25"),
            ("March 5, 2024", "2024-03-05"),
            ("Mar 5th", "2024-03-05"),
            ("5th of March 2025", "2025-03-05"),
            ("tomorrow", "2024-03-02"),
            ("the day after tomorrow", "2024-03-03"),
            ("yesterday", "2024-02-29"),
            ("next Friday", "2024-03-08"),
            ("Monday", "2024-03-04"),
        ] {
            assert_eq!(iso(text).as_deref(), Some(day), "{text}");
        }
        assert_eq!(iso("march on"), None);
        assert_eq!(iso("may 5 of you come"), None);
    }

    #[test]
    fn days_are_counted_from_today() {
        let today = Day {
            year: Some(2024),
            month: Some(1),
            day: Some(31),
        };
        for (text, day) in [
            ("in 3 days", "2024-02-03"),
            ("in a week", "2024-02-07"),
            ("two weeks from now", "2024-02-14"),
            ("in one month", "2024-02-29"),
            ("11 months ago", "2023-02-28"),
            ("a year from today", "2025-01-31"),
        ] {
            let found = counted(&lexemes(text), 0, Some(today));
            let written = found.and_then(|(day, _)| day.written("yyyy-mm-dd"));
            assert_eq!(written.as_deref(), Some(day), "{text}");
        }
        for text in ["3 days", "in 3 miles", "in 9999999999 days", "in Oslo"] {
            assert_eq!(counted(&lexemes(text), 0, Some(today)), None, "{text}");
        }
    }

    #[test]
    fn days_are_counted() {
        for days in [-800_000, -1, 0, 59, 60, 19_782, 800_000] {
            assert_eq!(Day::from_days(days).days(), Some(days));
        }
    }
}
