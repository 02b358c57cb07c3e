//! Placeholders as PostgreSQL writes them.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// Texts that are kept. A text that is put together has few variants, so this is not reached but by mistake.
const TEXTS: usize = 1024;

/// Rewrites `?1` to `$1`, and remembers what it has rewritten.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    known: RwLock<HashMap<Box<str>, Arc<str>>>,
}

impl Placeholders {
    pub(super) fn rewrite(&self, sql: &str) -> Arc<str> {
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(sql) {
            return Arc::clone(known);
        }
        let rewritten: Arc<str> = rewrite(sql).into();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= TEXTS {
            known.clear();
        }
        known.insert(sql.into(), Arc::clone(&rewritten));
        rewritten
    }
}

/// A question mark before a digit becomes a dollar sign, but not in a quoted text, a quoted name or a comment.
fn rewrite(sql: &str) -> String {
    let mut rewritten = String::with_capacity(sql.len());
    let mut until = None;
    let mut rest = sql.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        match until {
            // A doubled quote ends a text and begins the next, which comes to the same.
            Some(end) if c == end => until = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => until = Some(c),
            None if c == '-' && next == Some('-') => until = Some('\n'),
            None if c == '?' && next.is_some_and(|next| next.is_ascii_digit()) => {
                rewritten.push('$');
                continue;
            }
            None => {}
        }
        rewritten.push(c);
    }
    rewritten
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_rewritten_outside_of_texts_names_and_comments() {
        let cases = [
            ("SELECT ?2, ?1, ?12", "SELECT $2, $1, $12"),
            ("SELECT '?1', 'it''s ?1', ?1", "SELECT '?1', 'it''s ?1', $1"),
            ("SELECT \"?1\" WHERE a = ?1", "SELECT \"?1\" WHERE a = $1"),
            ("SELECT 1 -- why ?1\n + ?1", "SELECT 1 -- why ?1\n + $1"),
            ("SELECT a ? 'b', 'é?1'", "SELECT a ? 'b', 'é?1'"),
            ("SELECT 1?", "SELECT 1?"),
        ];
        for (sql, rewritten) in cases {
            assert_eq!(rewrite(sql), rewritten);
        }
    }

    #[test]
    fn the_memory_of_texts_is_bounded() {
        let placeholders = Placeholders::default();
        for n in 0..3 * TEXTS {
            assert_eq!(
                &*placeholders.rewrite(&format!("SELECT ?1 + {n}")),
                format!("SELECT $1 + {n}")
            );
        }
        assert!(placeholders.known.read().unwrap().len() <= TEXTS);
    }
}
