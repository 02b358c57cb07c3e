//! Texts that a goal announces with a colon: "this text: ...".

use super::{Reader, Token, TokenKind};
use crate::catalog_planner::{literal::Literal, word::words};

/// Words after which a colon announces a text.
const ANNOUNCERS: &[&str] = &[
    "abstract",
    "article",
    "below",
    "body",
    "code",
    "comment",
    "content",
    "description",
    "document",
    "email",
    "essay",
    "feedback",
    "following",
    "for",
    "from",
    "input",
    "letter",
    "message",
    "note",
    "notes",
    "paragraph",
    "passage",
    "phrase",
    "post",
    "review",
    "sentence",
    "sentences",
    "snippet",
    "speech",
    "story",
    "text",
    "transcript",
    "tweet",
];

/// Words with which a colon announces what to do rather than a text.
const NOT_ANNOUNCED: &[&str] = &["do", "execute", "perform", "run", "steps", "tasks", "things"];

impl Reader<'_> {
    /// What follows the colon at the end of "this text:" is one text, unless it is quoted.
    pub(super) fn announced(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let before = self.tokens.iter().rev().skip(1).map_while(Token::word).take(6);
        let before: Vec<&str> = before.collect();
        let says = |words: &[&str]| before.iter().any(|word| words.contains(word));
        let announces =
            before.first().is_some_and(|word| ANNOUNCERS.contains(word)) || says(&["following", "this"]);
        let announces = announces && !says(NOT_ANNOUNCED);
        let text = rest.trim();
        let opens_quote = text.starts_with(['"', '“', '„', '«', '`', '\'', '‘']);
        let is_one_literal = Literal::read(text).is_some_and(|(_, length)| length + 1 >= text.len());
        if !announces || opens_quote || is_one_literal || words(text).is_empty() {
            return at;
        }
        let start = at + (rest.len() - rest.trim_start().len());
        self.push(
            start..self.text.len(),
            TokenKind::Literal(Literal::Quote(text.to_owned())),
        );
        self.text.len()
    }
}
