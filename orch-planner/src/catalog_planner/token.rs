//! Reads a goal as words, punctuation and literal values, each with its place in the text.

mod announced;

use std::ops::Range;

use super::{literal::Literal, number, word::is_function_word};

/// A word, a punctuation mark or a literal value of a goal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    /// Where it stands, in bytes of the goal's text.
    pub(super) span: Range<usize>,
    /// What it is.
    pub(super) kind: TokenKind,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// A word, in lower case.
    Word(String),
    /// A punctuation mark; `'\n'` for the end of a line.
    Mark(char),
    /// A value that the goal spells out.
    Literal(Literal),
}

impl Token {
    /// The lower-case word, if it is one.
    pub(super) fn word(&self) -> Option<&str> {
        match &self.kind {
            TokenKind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The literal value, if it is one.
    pub(super) fn literal(&self) -> Option<&Literal> {
        match &self.kind {
            TokenKind::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// Whether it is this mark.
    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == TokenKind::Mark(mark)
    }

    /// The word, if it says something.
    pub(super) fn content(&self) -> Option<&str> {
        self.word().filter(|word| !is_function_word(word))
    }
}

/// The tokens of a goal.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut reader = Reader {
        text,
        tokens: Vec::new(),
    };
    let mut at = 0;
    while at < text.len() {
        at = reader.read(at);
    }
    with_number_words(reader.tokens)
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    /// Reads the token at `at`, if there is one; returns where to read on.
    fn read(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let Some(first) = rest.chars().next() else {
            return self.text.len();
        };
        let next = at + first.len_utf8();
        if first == '\n' || first == '\r' {
            if self.tokens.last().is_some_and(|token| !token.is_mark('\n')) {
                self.push(at..next, TokenKind::Mark('\n'));
            }
            return next;
        }
        if first.is_whitespace() {
            return next;
        }
        if let Some((inner, end)) = self.quoted(at, first) {
            self.push(at..end, TokenKind::Literal(Literal::quoted(&self.text[inner])));
            return end;
        }
        if self.starts_a_run(at, first) {
            let run = rest
                .split(|char: char| char.is_whitespace() || "\"“”«»<>".contains(char))
                .next()
                .unwrap_or(rest);
            if let Some((literal, length)) = Literal::read(run) {
                self.push(at..at + length, TokenKind::Literal(literal));
                return at + length;
            }
        }
        if let Some(end) = self.number(at, first) {
            return end;
        }
        if first.is_alphanumeric() {
            return self.word(at);
        }
        self.push(at..next, TokenKind::Mark(first));
        if first == ':' { self.announced(next) } else { next }
    }

    fn push(&mut self, span: Range<usize>, kind: TokenKind) {
        self.tokens.push(Token { span, kind });
    }

    fn char_before(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back()
    }

    /// Whether an address or a path can begin here.
    fn starts_a_run(&self, at: usize, first: char) -> bool {
        let is_start = self
            .char_before(at)
            .is_none_or(|before| before.is_whitespace() || "([{<\"'“‘«:,;=".contains(before));
        is_start && (first.is_alphanumeric() || "./~\\_".contains(first))
    }

    /// The inside of a quotation that opens at `at`, and where it ends.
    fn quoted(&self, at: usize, first: char) -> Option<(Range<usize>, usize)> {
        if self.text[at..].starts_with("```") {
            let length = self.text[at + 3..].find("```")?;
            return Some((at + 3..at + 3 + length, at + 6 + length));
        }
        let close = match first {
            '"' | '`' | '\'' => first,
            '“' | '„' => '”',
            '‘' => '’',
            '«' => '»',
            _ => return None,
        };
        let inner = at + first.len_utf8();
        let is_apostrophe = |place: usize| {
            let after = self.text[place + close.len_utf8()..].chars().next();
            "'’".contains(close) && after.is_some_and(char::is_alphanumeric)
        };
        if first == '\'' && self.char_before(at).is_some_and(char::is_alphanumeric) {
            return None;
        }
        let mut closings = self.text[inner..]
            .match_indices(close)
            .map(|(place, _)| inner + place);
        let end = closings.find(|&place| !is_apostrophe(place))?;
        let is_said = !self.text[inner..end].trim().is_empty();
        is_said.then_some((inner..end, end + close.len_utf8()))
    }

    /// Reads digits; `3rd` is a word.
    fn number(&mut self, at: usize, first: char) -> Option<usize> {
        let follows_word = self.char_before(at).is_some_and(char::is_alphanumeric);
        if first == '-' && follows_word {
            return None;
        }
        let (number, length) = number::of_digits(&self.text[at..])?;
        let end = at + length;
        let after: String = self.text[end..]
            .chars()
            .take_while(|char| char.is_alphanumeric())
            .collect();
        if ["st", "nd", "rd", "th"].contains(&after.as_str()) {
            return None;
        }
        self.push(at..end, TokenKind::Literal(Literal::Number(number)));
        Some(end)
    }

    /// Reads a word; an apostrophe within belongs to it, unless it only marks an owner.
    fn word(&mut self, at: usize) -> usize {
        let mut end = at;
        let mut chars = self.text[at..].char_indices().peekable();
        while let Some((place, char)) = chars.next() {
            let continues = chars.peek().is_some_and(|(_, next)| next.is_alphanumeric());
            let is_inner = matches!(char, '\'' | '’' | '_') && continues;
            if !char.is_alphanumeric() && !is_inner {
                break;
            }
            end = at + place + char.len_utf8();
        }
        end += self.abbreviated_state(&self.text[at..end], end);
        let mut word: String = self.text[at..end].replace('’', "'");
        if word.ends_with("'s") {
            word.truncate(word.len() - 2);
        }
        self.push(at..end, TokenKind::Word(word.to_lowercase()));
        end
    }

    /// How long the rest of a place is that begins with the word: the ", CA" of "San Francisco, CA".
    fn abbreviated_state(&self, word: &str, end: usize) -> usize {
        let rest: Vec<char> = self.text[end..].chars().take(5).collect();
        let is_name = word.starts_with(char::is_uppercase) && word.chars().any(char::is_lowercase);
        match rest.as_slice() {
            [',', ' ', first, second, after @ ..]
                if is_name
                    && first.is_ascii_uppercase()
                    && second.is_ascii_uppercase()
                    && !after.first().is_some_and(|next| next.is_alphanumeric()) =>
            {
                4
            }
            _ => 0,
        }
    }
}

/// Makes numbers of number words, except a "one" that stands for a thing.
fn with_number_words(tokens: Vec<Token>) -> Vec<Token> {
    let mut read: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let Some(first) = token.word().and_then(number::of_word) else {
            read.push(token);
            continue;
        };
        let determined = read.last().and_then(Token::word);
        let is_thing = determined.is_some_and(|word| {
            ["this", "that", "the", "each", "every", "which", "no", "any"].contains(&word)
        });
        let of_many = tokens.peek().and_then(Token::word) == Some("of");
        if first == 1 && (is_thing || of_many) {
            read.push(token);
            continue;
        }
        let mut numbers = vec![first];
        let mut span = token.span.clone();
        while let Some(next) =
            tokens.next_if(|next| next.word().and_then(number::of_word).is_some() || next.is_mark('-'))
        {
            numbers.extend(next.word().and_then(number::of_word));
            span.end = next.span.end;
        }
        match number::of_words(&numbers) {
            Some(number) => read.push(Token {
                span,
                kind: TokenKind::Literal(Literal::Number(number.into())),
            }),
            None => read.push(token),
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |token: &Token| match &token.kind {
            TokenKind::Word(word) => word.clone(),
            TokenKind::Mark(mark) => format!("{mark:?}"),
            TokenKind::Literal(literal) => format!("{:?} {}", literal.kind(), literal.value()),
        };
        tokens(text).iter().map(show).collect()
    }

    #[test]
    fn words_marks_and_literals_are_told_apart() {
        assert_eq!(
            shown("Read \"my file\", then a/b.csv's first 1,000 rows (don't wait)."),
            [
                "read",
                "Quote \"my file\"",
                "','",
                "then",
                "Path \"a/b.csv\"",
                "'\\''",
                "s",
                "first",
                "Number 1000",
                "rows",
                "'('",
                "don't",
                "wait",
                "')'",
                "'.'",
            ]
        );
    }

    #[test]
    fn number_words_are_numbers() {
        assert_eq!(shown("in twenty-five words"), ["in", "Number 25", "words"]);
        assert_eq!(shown("one of the two"), ["one", "of", "the", "Number 2"]);
        assert_eq!(shown("the 3rd"), ["the", "3rd"]);
    }

    #[test]
    fn an_announced_text_is_one_literal() {
        assert_eq!(
            shown("Judge this text: It rained. We left."),
            ["judge", "this", "text", "':'", "Quote \"It rained. We left.\""]
        );
        assert_eq!(shown("Do these steps: wait, go").len(), 7);
        assert_eq!(shown("Do the following: wait, go").len(), 7);
        assert_eq!(
            shown("is this good or bad: a mess").last().unwrap(),
            "Quote \"a mess\""
        );
        assert_eq!(shown("the text: 'Hi'").last().unwrap(), "Quote \"Hi\"");
    }

    #[test]
    fn a_place_keeps_its_state() {
        assert_eq!(
            shown("in San Francisco, CA, now"),
            ["in", "san", "francisco, ca", "','", "now"]
        );
        assert_eq!(shown("in Rome, IT'S hot").len(), 5);
    }

    #[test]
    fn apostrophes_do_not_open_quotations() {
        assert_eq!(shown("the dogs' and cats' food").len(), 7);
        assert_eq!(
            shown("say 'it isn't so'").last().unwrap(),
            "Quote \"it isn't so\""
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_in_order(text in "\\PC{0,80}|[a-z0-9 .,:;'\"`/\\n-]{0,80}|(text:|one |two |\"|'|-|\\n| )*") {
            let tokens = tokens(&text);
            prop_assert!(tokens.is_sorted_by(|left, right| left.span.end <= right.span.start));
            prop_assert!(tokens.iter().all(|token| text.get(token.span.clone()).is_some()));
        }
    }
}
