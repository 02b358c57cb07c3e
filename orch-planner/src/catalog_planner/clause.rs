//! Cuts a goal into clauses: the smallest parts that may each ask for something.

use super::{
    token::{Token, TokenKind},
    word::{is_action, is_maker, is_pronoun, is_request},
};

/// A part of a goal between two joints.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clause {
    /// Its tokens, joints left out.
    pub(super) tokens: Vec<Token>,
    /// How it joins what is before it.
    pub(super) joint: Joint,
}

/// How a clause joins the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// A new sentence, a semicolon, "then": it asks for something of its own.
    Firm,
    /// A comma, "and": it may as well go on with what is before it.
    Loose,
}

/// The clauses of a goal, none of them empty.
pub(super) fn clauses(tokens: &[Token]) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut joint = Joint::Firm;
    let mut current: Vec<Token> = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at].kind {
            TokenKind::Mark('(' | '[') => depth += 1,
            TokenKind::Mark(')' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        match joint_at(tokens, at, current.is_empty()) {
            Some((found, length)) if depth == 0 || found == Joint::Firm => {
                if !current.is_empty() {
                    clauses.push(Clause {
                        tokens: std::mem::take(&mut current),
                        joint,
                    });
                    joint = found;
                } else if found == Joint::Firm {
                    joint = found;
                }
                at += length;
                if matches!(tokens[at - 1].kind, TokenKind::Mark('.' | '!' | '?' | ';' | '\n')) {
                    depth = 0;
                }
            }
            _ => {
                current.push(tokens[at].clone());
                at += 1;
            }
        }
    }
    if !current.is_empty() {
        clauses.push(Clause {
            tokens: current,
            joint,
        });
    }
    clauses
}

/// The joint that begins here, and how many tokens it takes.
fn joint_at(tokens: &[Token], at: usize, opens: bool) -> Option<(Joint, usize)> {
    let token = &tokens[at];
    let words: Vec<Option<&str>> = tokens[at..].iter().take(4).map(Token::word).collect();
    let found = match (&token.kind, words.as_slice()) {
        (TokenKind::Mark('.' | '!' | '?' | ';' | '\n' | '→'), _) => (Joint::Firm, 1),
        (TokenKind::Literal(_), _) if opens && is_bullet(tokens, at) => (Joint::Firm, 2),
        (TokenKind::Mark('-' | '*' | '•' | '–' | '—'), _) if opens => (Joint::Firm, 1),
        (TokenKind::Mark('–' | '—'), _) => (Joint::Loose, 1),
        (TokenKind::Mark(','), _) | (TokenKind::Mark('&'), _) if joins_literals(tokens, at) => return None,
        (TokenKind::Mark(','), _) | (TokenKind::Mark('&'), _) => (Joint::Loose, 1),
        (_, [Some("and" | "but"), Some("then" | "finally" | "afterwards"), ..]) => (Joint::Firm, 2),
        (_, [Some("and"), Some("after"), Some("that"), ..]) => (Joint::Firm, 3),
        (_, [Some("after"), Some("that"), ..]) => (Joint::Firm, 2),
        (_, [Some("then" | "afterwards"), ..]) => (Joint::Firm, 1),
        (_, [Some("finally" | "next" | "lastly"), ..]) if opens => (Joint::Firm, 1),
        (_, [Some("as"), Some("well"), Some("as"), ..]) => (Joint::Loose, 3),
        (_, [Some("along" | "together"), Some("with"), ..]) => (Joint::Loose, 2),
        (_, [Some("and" | "plus"), Some("also"), ..]) => (Joint::Loose, 2),
        (_, [Some("and"), ..]) if joins_literals(tokens, at) => return None,
        (_, [Some("and" | "plus" | "also"), ..]) => (Joint::Loose, 1),
        _ => return None,
    };
    Some(found)
}

/// Whether a number with a period or a parenthesis after it opens an item: `1.`, `2)`.
fn is_bullet(tokens: &[Token], at: usize) -> bool {
    let opens_line = at == 0 || tokens[at - 1].is_mark('\n');
    let closes = tokens
        .get(at + 1)
        .is_some_and(|next| next.is_mark('.') || next.is_mark(')'));
    opens_line && closes
}

/// Whether what stands here only joins two literals of one kind: `a.csv and b.csv`, `3, 5, and 7`.
fn joins_literals(tokens: &[Token], at: usize) -> bool {
    let is_joint = |token: &Token| token.is_mark(',') || token.is_mark('&') || token.word() == Some("and");
    let before = tokens[..at].iter().rev().take(3).find(|token| !is_joint(token));
    let after = tokens[at..].iter().take(3).find(|token| !is_joint(token));
    let literals = (before.and_then(Token::literal), after.and_then(Token::literal));
    matches!(literals, (Some(before), Some(after)) if before.kind() == after.kind())
}

impl Clause {
    /// Its words that say something, verbs that only ask left out.
    pub(super) fn contents(&self) -> impl Iterator<Item = &str> {
        self.tokens
            .iter()
            .filter_map(Token::content)
            .filter(|word| !is_request(word))
    }

    /// Whether it spells out a value.
    pub(super) fn has_literal(&self) -> bool {
        self.tokens.iter().any(|token| token.literal().is_some())
    }

    /// Whether it begins like an order: with a verb.
    pub(super) fn is_order(&self) -> bool {
        let first = self.tokens.iter().find_map(Token::content);
        let opens = self.tokens.iter().find_map(Token::word);
        let is_nominal = opens.is_some_and(|word| {
            ["a", "an", "the", "its", "their", "my", "our", "all", "each"].contains(&word)
        });
        !is_nominal && first.is_some_and(|word| is_request(word) || is_maker(word) || is_action(word))
    }

    /// Whether it asks in words that no task can be known by: "what are they about".
    pub(super) fn is_empty_question(&self) -> bool {
        let opens = self.tokens.iter().find_map(Token::word).unwrap_or_default();
        let asks = ["how", "what", "when", "where", "which", "who", "whose", "why"].contains(&opens);
        asks && !self.has_literal() && self.contents().next().is_none()
    }

    /// Whether it only shows what the rest is about, as in "take the letters in a.txt".
    pub(super) fn is_presentation(&self) -> bool {
        let first = self.tokens.iter().find_map(Token::content);
        self.has_literal()
            && first.is_some_and(|word| ["consider", "look", "see", "take", "use"].contains(&word))
    }

    /// Whether it only says that something is there, as in "there is a file a.txt" and "I have a letter".
    pub(super) fn is_introduction(&self) -> bool {
        let words: Vec<&str> = self.tokens.iter().filter_map(Token::word).take(2).collect();
        matches!(
            words.as_slice(),
            ["there" | "here" | "it" | "this", "is"]
                | ["there" | "here" | "they" | "these", "are"]
                | ["i" | "we", "have"]
        )
    }

    /// Whether it only tells how things are, as in "the file holds letters" and "I have a shop".
    pub(super) fn is_statement(&self) -> bool {
        let mut words = self.tokens.iter().filter_map(Token::word);
        let first = words.next().unwrap_or_default();
        let tells = |word: &str| {
            [
                "am", "are", "contain", "contains", "had", "has", "have", "hold", "holds", "is", "was",
                "were",
            ]
            .contains(&word)
        };
        let has_subject = [
            "a", "an", "he", "here", "i", "my", "our", "she", "the", "there", "they", "we",
        ]
        .contains(&first)
            || is_pronoun(first);
        has_subject
            && words.by_ref().any(tells)
            && !self.tokens.iter().any(|token| token.word() == Some("need"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog_planner::token::tokens;

    fn cut(text: &str) -> Vec<(Joint, &str)> {
        let place = |clause: Clause| {
            let (first, last) = (clause.tokens.first().unwrap(), clause.tokens.last().unwrap());
            (clause.joint, &text[first.span.start..last.span.end])
        };
        clauses(&tokens(text)).into_iter().map(place).collect()
    }

    #[test]
    fn joints_are_firm_or_loose() {
        use Joint::{Firm, Loose};
        assert_eq!(
            cut("Read a/b.csv, count words and, after that, plot them. Also send it; finally wait"),
            [
                (Firm, "Read a/b.csv"),
                (Loose, "count words"),
                (Firm, "plot them"),
                (Firm, "send it"),
                (Firm, "wait")
            ]
        );
        assert_eq!(
            cut("the size, plus the color as well as 3 names"),
            [(Firm, "the size"), (Loose, "the color"), (Loose, "3 names")]
        );
        assert_eq!(
            cut("1. fetch x\n2) send y\n- wait"),
            [(Firm, "fetch x"), (Firm, "send y"), (Firm, "wait")]
        );
    }

    #[test]
    fn lists_of_literals_stay_whole() {
        assert_eq!(cut("merge a.csv, b.csv, and c.csv and stop").len(), 2);
        assert_eq!(cut("add 3, 5 and 7").len(), 1);
        assert_eq!(cut("say \"a, and b\" (x, y and z)").len(), 1);
    }

    #[test]
    fn orders_and_statements_are_told_apart() {
        let first = |text: &str| clauses(&tokens(text)).remove(0);
        assert!(first("please translate it").is_order() && !first("the translation").is_order());
        assert!(first("The file holds letters").is_statement() && !first("Hold the line").is_statement());
    }
}
