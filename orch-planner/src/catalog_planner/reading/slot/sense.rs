//! What kind of thing a slot holds, by what its author calls it.

use crate::catalog_planner::shape::Shape;

/// What kind of thing a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::catalog_planner::reading) enum Sense {
    /// A place; also an address.
    Place,
    /// A state or a region.
    State,
    /// A country.
    Country,
    /// Someone.
    Person,
    /// A day.
    Date,
    /// A time of the day.
    Time,
    /// A moment: a day with a time.
    Moment,
    /// An e-mail address.
    Email,
    /// A web address.
    Url,
    /// Where a file lies.
    Path,
    /// A telephone number.
    Phone,
    /// A language.
    Language,
    /// A currency.
    Currency,
    /// What something is measured in.
    Unit,
    /// What tells one thing from all others: a number, a code.
    Id,
    /// What is looked for or worked on, in the goal's words.
    Topic,
    /// A text that is worked on as a whole or sent.
    Text,
    /// A formula.
    Formula,
    /// A name of whatever kind.
    Name,
    /// Anything else.
    Other,
}

/// Words of names, with what they mean. The last word of a name that is known decides.
const BY_NAME: &[(Sense, &str)] = &[
    (
        Sense::Place,
        "city cities county district village suburb municipality neighborhood location place destination origin venue address town airport region area landmark where departure arrival station street capital locale port",
    ),
    (Sense::State, "state province"),
    (Sense::Country, "country nation"),
    (
        Sense::Person,
        "person people author artist player actor actress director user username recipient sender contact employee customer patient singer composer winner president leader scientist painter owner guest host attendee attendees participant participants assignee celebrity musician band member members candidate who",
    ),
    (
        Sense::Date,
        "date day birthday dob deadline checkin checkout birthdate dates",
    ),
    (Sense::Time, "time hour"),
    (Sense::Moment, "datetime timestamp"),
    (Sense::Email, "email mail emails"),
    (Sense::Url, "url uri link website webpage urls"),
    (Sense::Path, "path file filename filepath folder directory dir"),
    (Sense::Phone, "phone telephone mobile"),
    (Sense::Language, "language languages lang"),
    (Sense::Currency, "currency currencies"),
    (Sense::Unit, "unit units scale"),
    (
        Sense::Id,
        "id identifier code number reference sku isbn zip zipcode postcode symbol ticker serial plate iban account uuid vin",
    ),
    (
        Sense::Topic,
        "query topic keyword keywords subject question search term terms q theme",
    ),
    (
        Sense::Text,
        "text message body content note notes comment description sentence paragraph prompt caption document input statement reason phrase review feedback",
    ),
    (Sense::Formula, "function expression equation formula polynomial"),
    (
        Sense::Name,
        "name title brand team company product movie song book album game dish artwork item organization food ingredient species animal plant event store restaurant hotel model show series",
    ),
];

/// Beginnings and parts of descriptions, with what they mean, for names that say nothing.
const BY_DESCRIPTION: &[(Sense, &[&str])] = &[
    (Sense::Date, &["date ", "date.", "yyyy", "mm/dd", "the day "]),
    (Sense::Email, &["email", "e-mail"]),
    (Sense::Url, &["url", "web address", "http"]),
    (Sense::Path, &["path ", "file name", "filename", " file "]),
    (Sense::Currency, &["currency", "iso 4217"]),
    (Sense::Language, &["language"]),
    (Sense::Country, &["country"]),
    (
        Sense::Place,
        &["city", "location", "place ", "airport", "address", "town"],
    ),
    (Sense::Person, &["person", "name of the user", "who "]),
    (Sense::Unit, &["unit of", "units of"]),
    (Sense::Id, &["identifier", " id ", "unique ", "code of", "digits"]),
    (Sense::Formula, &["function", "expression", "equation"]),
    (Sense::Text, &["text ", "message", "sentence"]),
    (Sense::Topic, &["search", "query", "topic", "keyword"]),
    (Sense::Name, &["name of", "title of", "the name", "the title"]),
];

/// What kind of thing a slot holds by its name, else by its description.
pub(in crate::catalog_planner::reading) fn of(name: &[String], description: &str, shape: &Shape) -> Sense {
    match shape.item() {
        Shape::Text(Some(format)) => match format.as_str() {
            "date" => return Sense::Date,
            "date-time" => return Sense::Moment,
            "time" => return Sense::Time,
            "email" | "idn-email" => return Sense::Email,
            "uri" | "url" | "iri" => return Sense::Url,
            "path" | "file" | "filename" | "directory" | "file-path" => return Sense::Path,
            _ => {}
        },
        Shape::Text(None) | Shape::Any => {}
        _ => return Sense::Other,
    }
    let by_word = |word: &str| {
        let singular = word
            .strip_suffix('s')
            .filter(|stem| stem.len() > 3)
            .unwrap_or(word);
        let says = |words: &&str| words.split(' ').any(|known| known == word || known == singular);
        BY_NAME
            .iter()
            .find(|(_, words)| says(words))
            .map(|(sense, _)| *sense)
    };
    let last = name.iter().rev().find_map(|word| by_word(word));
    match last {
        // "City name" is a place and "file name" a path: a name says what is before it.
        Some(Sense::Name | Sense::Id) => {
            let before = name.iter().rev().skip(1).find_map(|word| by_word(word));
            match (last, before) {
                (Some(Sense::Name), Some(before)) => before,
                (
                    Some(Sense::Id),
                    Some(Sense::Phone | Sense::Currency | Sense::Language | Sense::Country | Sense::State),
                ) => before.unwrap_or(Sense::Id),
                _ if name.last().is_some_and(|word| word == "name") => by_description(description)
                    .filter(|sense| matches!(sense, Sense::Place | Sense::Person))
                    .unwrap_or(Sense::Name),
                _ => last.unwrap_or(Sense::Other),
            }
        }
        Some(Sense::Place)
            if ["folder", "file", "directory", "path "]
                .iter()
                .any(|part| description.contains(part)) =>
        {
            Sense::Path
        }
        // Somebody may be told by an address.
        Some(Sense::Person)
            if ["email", "e-mail"]
                .iter()
                .any(|mail| description.starts_with(mail)) =>
        {
            Sense::Email
        }
        Some(Sense::Time) if description.contains("date") || description.contains("yyyy") => Sense::Moment,
        Some(sense) => sense,
        None => by_description(description).unwrap_or(Sense::Other),
    }
}

fn by_description(description: &str) -> Option<Sense> {
    let mut opening: String = description.chars().take(80).collect();
    opening.push(' '); // what ends a description is a word, too
    let found = BY_DESCRIPTION.iter().filter_map(|(sense, parts)| {
        let place = parts.iter().filter_map(|part| opening.find(part)).min()?;
        Some((place, *sense))
    });
    found.min_by_key(|(place, _)| *place).map(|(_, sense)| sense)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog_planner::word::words;

    #[test]
    fn names_tell_what_is_held() {
        for (name, description, sense) in [
            ("departure_city", "", Sense::Place),
            ("cityName", "", Sense::Place),
            ("file_name", "", Sense::Path),
            ("start_date", "", Sense::Date),
            ("target_language", "", Sense::Language),
            ("x", "The city, e.g. 'Oslo'", Sense::Place),
            ("name", "The name of the movie", Sense::Name),
            ("county", "", Sense::Place),
            ("mesh", "The file to read", Sense::Path),
            ("order_id", "", Sense::Id),
            ("start_time", "In the format YYYY-MM-DD HH:MM", Sense::Moment),
            ("check_in", "Check-in date", Sense::Date),
            ("assignee", "E-mail of who works on it", Sense::Email),
            ("mystery", "", Sense::Other),
        ] {
            assert_eq!(
                of(&words(name), &description.to_lowercase(), &Shape::Text(None)),
                sense,
                "{name}"
            );
        }
    }
}
