//! Cuts a text into lexemes, one after the other.

use serde_json::Value;

use super::{Kind, Lexeme, Quantity};
use crate::catalog_planner::{
    literal::{Literal, LiteralKind},
    number::of_digits,
    reading::slot::unit::is_unit,
};

/// Titles and other words whose period does not end a sentence.
const ABBREVIATIONS: &[&str] = &[
    "dr", "inc", "jr", "mr", "mrs", "ms", "mt", "no", "prof", "sr", "st", "vs",
];
/// Endings by which a word with a period in it is a web address.
const DOMAINS: &[&str] = &[
    "ai", "app", "co", "com", "de", "dev", "edu", "fr", "gov", "info", "io", "net", "org", "uk",
];
/// The longest array or object that is read, in bytes.
const MAX_JSON: usize = 10_000;

/// The lexemes of a text, numbers in words not yet joined.
pub(super) fn scan(text: &str) -> Vec<Lexeme> {
    let mut scanner = Scanner {
        text,
        lexemes: Vec::new(),
    };
    let mut at = 0;
    while at < text.len() {
        at = scanner.step(at);
    }
    scanner.lexemes
}

struct Scanner<'t> {
    text: &'t str,
    lexemes: Vec<Lexeme>,
}

impl Scanner<'_> {
    fn push(&mut self, start: usize, end: usize, kind: Kind) -> usize {
        self.lexemes
            .push(Lexeme::new(&self.text[start..end], start..end, kind));
        end
    }

    fn before(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back()
    }

    /// Reads what stands at `at`, if anything does; returns where to read on.
    fn step(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let Some(first) = rest.chars().next() else {
            return self.text.len();
        };
        let next = at + first.len_utf8();
        if first == '\n' {
            return self.push(at, next, Kind::Mark('\n'));
        }
        if first.is_whitespace() {
            return next;
        }
        if let Some(end) = self.quote(at, first).or_else(|| self.json(at, first)) {
            return end;
        }
        // "800x600" is two numbers.
        let is_digit = |char: char| char.is_ascii_digit();
        if "xX×".contains(first)
            && self.before(at).is_some_and(is_digit)
            && self.text[next..].starts_with(is_digit)
        {
            return next;
        }
        let follows_cross = self.text[..at].ends_with(['x', 'X', '×'])
            && self.text[..at]
                .trim_end_matches(['x', 'X', '×'])
                .ends_with(is_digit);
        let starts = follows_cross || self.before(at).is_none_or(|before| !before.is_alphanumeric());
        if starts
            && let Some(end) = self
                .time(at)
                .or_else(|| self.run(at))
                .or_else(|| self.number(at, first))
        {
            return end;
        }
        if first.is_alphanumeric() {
            return self.word(at);
        }
        // A hyphen within a word only joins; elsewhere it is a dash.
        let joins = first == '-'
            && self.before(at).is_some_and(char::is_alphanumeric)
            && self.text[next..].starts_with(char::is_alphanumeric);
        if joins {
            next
        } else {
            self.push(at, next, Kind::Mark(first))
        }
    }

    fn quote(&mut self, at: usize, first: char) -> Option<usize> {
        let close = match first {
            '"' | '`' | '\'' => first,
            '“' | '„' => '”',
            '‘' => '’',
            '«' => '»',
            _ => return None,
        };
        if first == '\'' && self.before(at).is_some_and(char::is_alphanumeric) {
            return None;
        }
        let inner = at + first.len_utf8();
        let is_apostrophe = |place: usize| {
            let after = self.text[place + close.len_utf8()..].chars().next();
            "'’".contains(close) && after.is_some_and(char::is_alphanumeric)
        };
        let mut closings = self.text[inner..]
            .match_indices(close)
            .map(|(place, _)| inner + place);
        let end = closings.find(|&place| !is_apostrophe(place))?;
        // A comma before the closing mark belongs to the sentence around it.
        let said = self.text[inner..end].trim().trim_end_matches(',');
        if said.is_empty() {
            return None;
        }
        let after = end + close.len_utf8();
        let kind = match Literal::quoted(said).kind() {
            LiteralKind::Path => Kind::Path,
            LiteralKind::Url => Kind::Url,
            LiteralKind::Email => Kind::Email,
            _ => Kind::Quote,
        };
        self.lexemes.push(Lexeme::new(said, at..after, kind));
        Some(after)
    }

    /// An array or an object as JSON or Python writes it; an array of bare words, too.
    fn json(&mut self, at: usize, first: char) -> Option<usize> {
        let close = match first {
            '[' => ']',
            '{' => '}',
            _ => return None,
        };
        let mut depth = 0_usize;
        let length = self.text[at..]
            .char_indices()
            .take(MAX_JSON)
            .find_map(|(place, char)| {
                depth += usize::from(char == first);
                depth = depth.saturating_sub(usize::from(char == close));
                (depth == 0).then_some(place + 1)
            })?;
        let written = &self.text[at..at + length];
        let python = || {
            let json = written
                .replace('\'', "\"")
                .replace("True", "true")
                .replace("False", "false");
            serde_json::from_str(&json.replace("None", "null").replace('(', "[").replace(')', "]")).ok()
        };
        let bare = || -> Option<Value> {
            let items = written
                .strip_prefix('[')?
                .strip_suffix(']')?
                .split(',')
                .map(str::trim);
            let items: Vec<&str> = items.filter(|item| !item.is_empty()).collect();
            (!items.is_empty() && !written.contains(['{', '"', '(']))
                .then(|| items.into_iter().map(Value::from).collect())
        };
        let value = serde_json::from_str(written).ok().or_else(python).or_else(bare)?;
        Some(self.push(at, at + length, Kind::Json(value)))
    }

    /// `10:30`, `5pm`, `5 p.m.`, `17:05:00`.
    fn time(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let mut length = digits(rest);
        if !(1..=2).contains(&length) {
            return None;
        }
        let mut is_time = false;
        while rest[length..].starts_with(':') && digits(&rest[length + 1..]) == 2 {
            (length, is_time) = (length + 3, true);
        }
        let tail = rest[length..].to_ascii_lowercase();
        let tail = tail.get(..8).unwrap_or(&tail);
        for half in ["am", "pm", "a.m.", "p.m.", " am", " pm", " a.m.", " p.m."] {
            let ends = |after: Option<char>| after.is_none_or(|after| !after.is_alphanumeric());
            if tail.starts_with(half) && ends(tail[half.len()..].chars().next()) {
                (length, is_time) = (length + half.len(), true);
                break;
            }
        }
        let goes_on = rest[length..]
            .strip_prefix('-')
            .is_some_and(|after| after.starts_with(char::is_alphabetic));
        let ends =
            !goes_on && !rest[length..].starts_with(|after: char| after.is_alphanumeric() || after == ':');
        (is_time && ends).then(|| self.push(at, at + length, Kind::Time))
    }

    /// Whatever shows what it is by its signs: addresses, paths, dates, codes.
    fn run(&mut self, at: usize) -> Option<usize> {
        let run = self.text[at..]
            .split(|char: char| char.is_whitespace() || "\"“”«»<>[]{}".contains(char))
            .next()?;
        // "5 m/s" and "9.8 m/s^2" are measured in what is no path and no formula.
        let after_number = self.lexemes.last().is_some_and(|last| last.quantity().is_some());
        let measure = run.trim_end_matches(['.', ',', '?', '!', ';', ')']);
        if after_number && measure.contains('/') && is_unit(&measure.to_lowercase()) {
            return Some(self.push(at, at + measure.len(), Kind::Word));
        }
        if let Some((literal, length)) = Literal::read(run) {
            let kind = match literal.kind() {
                LiteralKind::Url => Kind::Url,
                LiteralKind::Email => Kind::Email,
                LiteralKind::Date => Kind::Date,
                // "and/or" and "km/h" are words.
                _ if !run.contains('.') && !run.starts_with(['/', '~']) => return None,
                _ => Kind::Path,
            };
            return Some(self.push(at, at + length, kind));
        }
        let bare = run.trim_end_matches(|char: char| !char.is_alphanumeric());
        let bare = bare.strip_suffix("'s").unwrap_or(bare);
        let parts: Vec<&str> = bare.split(['/', '-', '.']).collect();
        let is_digits = |part: &&str| {
            !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        // A day and a month have two digits at most, other than the parts of a phone's number.
        let n_long = parts.iter().filter(|part| part.len() > 2).count();
        if parts.len() == 3 && n_long <= 1 && parts.iter().all(is_digits) && !bare.contains("..") {
            return Some(self.push(at, at + bare.len(), Kind::Date));
        }
        let host = bare.to_ascii_lowercase();
        let is_domain = host
            .rsplit_once('.')
            .is_some_and(|(name, domain)| name.len() > 1 && DOMAINS.contains(&domain));
        if is_domain
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
        {
            return Some(self.push(at, at + bare.len(), Kind::Url));
        }
        let has = |is: fn(char) -> bool| bare.chars().any(is);
        let is_power = bare.contains(['^', '*']) && has(char::is_alphanumeric) && bare.len() > 2;
        let n_digits = bare.bytes().filter(u8::is_ascii_digit).count();
        let of_a_phone = |char: char| char.is_ascii_digit() || "+-().".contains(char);
        let is_phone = n_digits >= 7 && bare.contains(['-', '+']) && bare.chars().all(of_a_phone);
        if is_phone || is_numbered(bare) {
            return Some(self.push(at, at + bare.len(), Kind::Code));
        }
        if bare.bytes().all(|byte| b"0123456789.eE+-".contains(&byte)) && bare.parse::<f64>().is_ok() {
            return None;
        }
        let is_mixed = has(|char| char.is_ascii_digit())
            && has(char::is_alphabetic)
            && !bare.contains(['\'', '°', ',', '$', '%', '/', '(', '='])
            && (!bare.contains(':') || bare.contains('-'));
        let begins_with_letter = bare.starts_with(char::is_alphabetic);
        // What begins with digits is a number with its unit, such as 5km, unless it goes on like a code: 7B-22.
        let is_joined = bare.contains(['-', '_']) && !is_measured(bare);
        // No unit is followed by as much as a parcel's number is: 1Z999AA10123456784.
        let is_long = bare.len() >= 8
            && bare
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
            && bare.bytes().last().is_some_and(|last| last.is_ascii_digit());
        let is_code = (is_mixed && (begins_with_letter || is_joined || is_long)) || is_power;
        if is_code {
            return Some(self.push(at, at + bare.len(), Kind::Code));
        }
        (bare.contains('_') && begins_with_letter && !bare.contains('('))
            .then(|| self.push(at, at + bare.len(), Kind::Code))
    }

    fn number(&mut self, at: usize, first: char) -> Option<usize> {
        let sign = "$€£¥₹".contains(first).then_some(first);
        let start = at + sign.map_or(0, char::len_utf8);
        let (value, length) = of_digits(&self.text[start..])?;
        let end = start + length;
        let tail = self.text[end..].chars();
        let unit: String = tail
            .take_while(|char| char.is_alphabetic() || "°%€£²³".contains(*char))
            .collect();
        // Measured as it is written: lower case may be longer.
        let after = end + unit.len();
        let unit = unit.to_lowercase();
        let is_cross = ["x", "×"].contains(&unit.as_str())
            && self.text[after..].starts_with(|char: char| char.is_ascii_digit());
        let (unit, after) = if is_cross {
            (String::new(), end)
        } else {
            (unit, after)
        };
        let (value, unit) = match unit.as_str() {
            "k" => (super::number::times(&value, 1e3)?, String::new()),
            "m" if sign.is_some() => (super::number::times(&value, 1e6)?, String::new()),
            "b" | "bn" if sign.is_some() => (super::number::times(&value, 1e9)?, String::new()),
            _ => (value, unit),
        };
        let unit = sign.map_or(unit, String::from);
        Some(self.push(
            at,
            after,
            Kind::Number(Quantity {
                value,
                unit,
                is_word: false,
            }),
        ))
    }

    /// A word; hyphens keep together what has capital letters.
    fn word(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let bounded = rest.find(|char: char| !(char.is_alphanumeric() || "'’-.&".contains(char)));
        let mut run = &rest[..bounded.unwrap_or(rest.len())];
        let is_initials = |text: &str| {
            let parts: Vec<&str> = text.trim_end_matches('.').split('.').collect();
            text.contains('.')
                && parts
                    .iter()
                    .all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic))
        };
        let has_capital = |text: &str| text.split('-').any(|part| part.starts_with(char::is_uppercase));
        if is_initials(run) && run.ends_with('.') && run.len() > 1 {
            return self.push(at, at + run.len(), Kind::Word);
        }
        let stops = |text: &str| {
            text.find(|char: char| char == '.' || (char == '-' && !has_capital(text)))
                .unwrap_or(text.len())
        };
        run = &run[..stops(run)];
        run = run.trim_end_matches(|char: char| !char.is_alphanumeric());
        let owned = run.strip_suffix("'s").or_else(|| run.strip_suffix("’s"));
        let is_contraction = |owner: &str| {
            let owner = owner.to_ascii_lowercase();
            [
                "what", "it", "that", "there", "here", "how", "who", "where", "let", "he", "she", "when",
            ]
            .contains(&owner.as_str())
        };
        let end = at + run.len().max(rest.chars().next().map_or(1, char::len_utf8));
        match owned {
            Some(owner) if is_contraction(owner) => {
                self.push(at, at + owner.len(), Kind::Word);
            }
            Some(owner) => {
                self.push(at, at + owner.len(), Kind::Owner);
            }
            None => {
                self.push(at, end, Kind::Word);
            }
        }
        let word = self.text[at..end].to_lowercase();
        // The period of an abbreviation is part of it.
        if ABBREVIATIONS.contains(&word.as_str()) && self.text[end..].starts_with(". ") {
            end + 1
        } else {
            end
        }
    }
}

/// Whether it is a number of a file or an account, in two parts: `88-1234`; other than a range, these differ in length.
fn is_numbered(run: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    run.split_once('-').is_some_and(|(first, second)| {
        is_digits(first) && is_digits(second) && first.len().abs_diff(second.len()) > 1
    })
}

/// Whether digits are followed by words that measure: `5-day`, `10-year-old`.
fn is_measured(run: &str) -> bool {
    run.split_once('-').is_some_and(|(number, rest)| {
        number
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',')
            && rest.chars().all(|char| char.is_lowercase() || char == '-')
    })
}
