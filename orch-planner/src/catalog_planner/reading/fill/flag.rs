//! Switches: yes or no, by what is said of them.

use serde_json::Value;

use super::Filler;
use crate::catalog_planner::{
    reading::lexeme::Lexeme, shape::Shape, stem::is_stem_of, word::is_function_word,
};

/// Words that turn a claim into its opposite.
const NEGATIONS: &[&str] = &[
    "avoid",
    "disable",
    "don't",
    "doesn't",
    "dont",
    "drop",
    "exclude",
    "excluding",
    "ignore",
    "ignoring",
    "no",
    "not",
    "never",
    "off",
    "omit",
    "shouldn't",
    "skip",
    "turn-off",
    "without",
    "isn't",
    "hide",
    "false",
];
/// Words of a switch's name that say only that it is one.
const SWITCHES: &[&str] = &[
    "allow", "allowed", "do", "enable", "enabled", "flag", "has", "include", "included", "is", "keep",
    "only", "return", "should", "show", "use", "want", "with", "get", "set",
];

impl Filler<'_> {
    /// Sets switches whose names are said: "case sensitive", "without a header". One that a call cannot do without and
    /// that nothing is said of is off.
    pub(super) fn flags(&mut self) {
        for at in self.open(|slot| *slot.shape.item() == Shape::Boolean && !slot.is_list()) {
            let slot = &self.known.slots[at];
            let is_switch =
                |own: &&String| SWITCHES.iter().any(|word| is_stem_of(own, word)) || is_function_word(own);
            // Some switches turn off what they name: "avoid tolls".
            let is_negation = |own: &&String| NEGATIONS.iter().any(|word| is_stem_of(own, word));
            let turns_off = slot.name.iter().any(|own| is_negation(&own));
            let telling = slot
                .name
                .iter()
                .filter(|own| !is_switch(own) && !is_negation(own));
            let telling: Vec<&String> = telling.collect();
            let lexemes = self.range.clone().zip(&self.goal.lexemes[self.range.clone()]);
            let words: Vec<(usize, &Lexeme)> = lexemes
                .filter(|(_, lexeme)| lexeme.is_word() || lexeme.quantity().is_some())
                .collect();
            let place = |own: &String| {
                words
                    .iter()
                    .find(|(_, lexeme)| {
                        lexeme.stem == *own || lexeme.lower == *own || lexeme.kin().any(|other| other == own)
                    })
                    .map(|(at, _)| *at)
            };
            let mut places: Vec<usize> = telling.iter().filter_map(|own| place(own)).collect();
            let is_title = telling.iter().all(|own| self.known.titles.contains(own));
            let is_said = !telling.is_empty() && places.len() == telling.len() && !is_title;
            places.sort_unstable();
            if let Some(&first) = places.first().filter(|_| is_said) {
                let from = first.saturating_sub(4).max(self.range.start);
                let before = self.goal.lexemes[from..first]
                    .iter()
                    .rev()
                    .take_while(|lexeme| !lexeme.ends_sentence() && !lexeme.is_mark(','));
                let last = places.last().map_or(first, |last| last + 1);
                let after = self.goal.lexemes[last..self.range.end.max(last)].iter().take(3);
                let after: Vec<&str> = after.map(Lexeme::word).collect();
                let is_off = after
                    .windows(2)
                    .any(|pair| ["off", "false", "disabled"].contains(&pair[1]) || pair == ["not", "needed"]);
                let is_denied = before
                    .into_iter()
                    .any(|lexeme| NEGATIONS.contains(&lexeme.word()))
                    || is_off;
                self.set(at, Value::Bool(is_denied == turns_off));
            } else if slot.is_required {
                let unsaid = slot.default.clone().filter(Value::is_boolean);
                self.set(at, unsaid.unwrap_or(Value::Bool(false)));
            }
        }
    }
}
