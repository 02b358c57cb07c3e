//! Paths that a payload fills in, and that it cannot leave.

use std::fmt::Write;

use orch_auth::{Document, document::Members};

/// The path of a service behind its provider's endpoint: `/items/{item_id}?kind={kind}`, or nothing.
///
/// A placeholder names a member of the payload. What fills it stays within its segment: whatever is not unreserved
/// (RFC 3986) is percent-encoded, and `.` and `..` are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathTemplate(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Member(String),
}

/// A text is no template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no path template: {0}")]
pub struct TemplateError(&'static str);

/// Why a payload does not fill a template: the member at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfilled {
    /// It is not there.
    Missing(String),
    /// It is no text and no integer, or one that no segment may be.
    Invalid(String),
}

impl PathTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// It leads elsewhere, or a placeholder is more than a name.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let parts = parts(text)?;
        let Some(first) = parts.first() else {
            return Ok(Self::default());
        };
        if !matches!(first, Part::Literal(literal) if literal.starts_with('/')) {
            return Err(TemplateError("it does not begin with a slash"));
        }
        for part in &parts {
            if let Part::Literal(literal) = part {
                check_literal(literal)?;
            }
        }
        // A placeholder takes the place of at least one character that is no dot of a segment on its own.
        let skeleton: String = parts.iter().map(Part::sketch).collect();
        let mut halves = skeleton.split('?');
        let path = halves.next().unwrap_or_default();
        if halves.count() > 1 {
            return Err(TemplateError("it has more than one query"));
        }
        if path.contains("//") {
            return Err(TemplateError("it has an empty segment"));
        }
        let is_dots = |segment: &str| {
            let plain = segment.replace("%2e", ".").replace("%2E", ".");
            plain == "." || plain == ".."
        };
        if path.split('/').any(is_dots) {
            return Err(TemplateError("it has a segment that leads elsewhere"));
        }
        Ok(Self(parts))
    }

    /// The path that a payload makes of it.
    ///
    /// # Errors
    /// The member at fault.
    pub fn fill(&self, payload: &Members<'_>) -> Result<String, Unfilled> {
        let mut path = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(literal) => path.push_str(literal),
                Part::Member(name) => {
                    let value = payload.get(name).ok_or_else(|| Unfilled::Missing(name.clone()))?;
                    let value = segment(value).ok_or_else(|| Unfilled::Invalid(name.clone()))?;
                    encode(value, &mut path);
                }
            }
        }
        Ok(path)
    }
}

/// Writes a text as part of a path: whatever is not unreserved (RFC 3986) is percent-encoded.
pub(crate) fn encode(text: &str, path: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                path.push(char::from(byte));
            }
            // Writing to a string does not fail.
            _ => drop(write!(path, "%{byte:02X}")),
        }
    }
}

impl Part {
    fn sketch(&self) -> &str {
        match self {
            Self::Literal(literal) => literal,
            Self::Member(_) => "x",
        }
    }
}

/// What a value is within a segment; `None` if it cannot be one.
fn segment<'v>(value: &'v Document<'_>) -> Option<&'v str> {
    let text = match value {
        Document::Text(text) => text.as_str()?,
        Document::Number(number) if number.is_integer() => number.token(),
        _ => return None,
    };
    let is_usable = !matches!(text, "" | "." | "..") && !text.chars().any(char::is_control);
    is_usable.then_some(text)
}

fn parts(text: &str) -> Result<Vec<Part>, TemplateError> {
    let (mut parts, mut literal) = (Vec::new(), String::new());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '{' if rest.next_if_eq(&'{').is_some() => literal.push('{'),
            '}' if rest.next_if_eq(&'}').is_some() => literal.push('}'),
            '}' => return Err(TemplateError("it closes what is not open")),
            '{' => {
                let mut name = String::new();
                loop {
                    match rest.next() {
                        Some('}') => break,
                        Some(character) => name.push(character),
                        None => return Err(TemplateError("it opens what is not closed")),
                    }
                }
                let is_begin = |c: char| c.is_ascii_alphabetic() || c == '_';
                let is_name =
                    name.starts_with(is_begin) && name.chars().all(|c| is_begin(c) || c.is_ascii_digit());
                if !is_name {
                    return Err(TemplateError("a placeholder is more than the name of a member"));
                }
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(Part::Member(name));
            }
            character => literal.push(character),
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

fn check_literal(literal: &str) -> Result<(), TemplateError> {
    if literal
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || matches!(c, '#' | '\\'))
    {
        return Err(TemplateError("it has a character that leads elsewhere"));
    }
    // An escape that a value completes could become anything.
    let mut escapes = literal.split('%').skip(1);
    let is_whole = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if escapes.all(is_whole) {
        Ok(())
    } else {
        Err(TemplateError("it has half an escape"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str, payload: &str) -> Result<String, Unfilled> {
        let document = Document::read(payload.as_bytes()).unwrap();
        PathTemplate::parse(template)
            .unwrap()
            .fill(document.members().unwrap())
    }

    #[test]
    fn members_fill_their_segments() {
        for (template, payload, path) in [
            ("", r#"{"a":1}"#, ""),
            ("/items/{id}", r#"{"id":"a b/c?d#e"}"#, "/items/a%20b%2Fc%3Fd%23e"),
            ("/items/{id}", r#"{"id":"../../x"}"#, "/items/..%2F..%2Fx"),
            ("/items/{id}", r#"{"id":"%2e%2e"}"#, "/items/%252e%252e"),
            (
                "/i/{n}?kind={kind}",
                r#"{"n":1180591620717411303424,"kind":"Zo\u00eb"}"#,
                "/i/1180591620717411303424?kind=Zo%C3%AB",
            ),
            ("/a{{b}}/{_x1}/", r#"{"_x1":"-._~"}"#, "/a{b}/-._~/"),
        ] {
            assert_eq!(fill(template, payload).as_deref(), Ok(path), "{template}");
        }
    }

    #[test]
    fn what_no_segment_may_be_is_refused() {
        let invalid = Err(Unfilled::Invalid("id".to_owned()));
        for value in [
            r#""""#,
            r#"".""#,
            r#""..""#,
            r#""a\nb""#,
            r#""\ud800""#,
            "1.5",
            "true",
            "null",
            "[]",
            "{}",
            r#""\u0000""#,
        ] {
            assert_eq!(
                fill("/items/{id}", &format!("{{\"id\":{value}}}")),
                invalid,
                "{value}"
            );
        }
        assert_eq!(fill("/items/{id}", "{}"), Err(Unfilled::Missing("id".to_owned())));
    }

    #[test]
    fn templates_that_lead_elsewhere_are_refused() {
        for template in [
            "items",
            "{host}/x",
            "@evil.example/",
            ":80/",
            "//evil.example",
            "/a//b",
            "/a/../b",
            "/./b",
            "/..",
            "/%2e%2E/b",
            "/.%2e/",
            "/a?b?c",
            "/a#b",
            "/a\\b",
            "/a b",
            "/a\tb",
            "/{}",
            "/{0}",
            "/{a.b}",
            "/{a[0]}",
            "/{a!r}",
            "/{a:>9}",
            "/{a",
            "/a}",
            "/{a{b}}",
            "/%{a}%{a}",
            "/%2",
            "/%zz",
            "/{a}{{",
            "/{ a }",
        ] {
            let parsed = PathTemplate::parse(template);
            let is_literal_brace = template == "/{a}{{";
            assert_eq!(parsed.is_ok(), is_literal_brace, "{template}");
        }
    }
}
