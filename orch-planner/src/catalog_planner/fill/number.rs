//! Numbers, which belong where the words around them say.

use serde_json::{Number, Value};

use super::{Filler, Unfit};
use crate::catalog_planner::{
    literal::{Literal, LiteralKind},
    parameter::Parameter,
    shape::Shape,
    stem::stem,
    token::Token,
    word::{is_function_word, is_preposition},
};

/// Names of parameters that say how many of whatever the task yields.
const COUNTS: &[&str] = &[
    "amount", "count", "k", "length", "limit", "max", "maximum", "n", "num", "number", "quantity", "size",
    "top",
];
/// Words before a number that say how many of something.
const RANKS: &[&str] = &[
    "best", "first", "last", "latest", "limit", "most", "newest", "random", "recent", "than", "to", "top",
    "worst",
];
/// With less than this, a number belongs to no parameter.
const BELONGS: f64 = 0.45;

impl Filler<'_> {
    /// Gives numbers to the parameters that the words around them speak for.
    pub(super) fn numbers(&mut self) {
        let parameters = self.open(|parameter| parameter.made_for == Some(LiteralKind::Number));
        self.lists_of_numbers(&parameters);
        let mut pairs: Vec<(f64, usize, &Parameter)> = Vec::new();
        for at in self.free_numbers() {
            for parameter in parameters
                .iter()
                .filter(|parameter| !matches!(parameter.shape, Shape::List(_)))
            {
                pairs.push((self.number_score(at, parameter), at, parameter));
            }
        }
        pairs.retain(|(score, ..)| *score >= BELONGS);
        pairs.sort_by(|left, right| right.0.total_cmp(&left.0));
        for (_, at, parameter) in pairs {
            if !self.filled.arguments.contains_key(&parameter.name) && self.is_free(at) {
                self.give_number(at, parameter);
            }
        }
    }

    /// Gives the one number that is left to the one required parameter that still wants one.
    pub(super) fn last_number(&mut self) {
        let open =
            self.open(|parameter| parameter.made_for == Some(LiteralKind::Number) && parameter.is_required);
        if let ([parameter], [at]) = (open.as_slice(), self.free_numbers().as_slice()) {
            self.give_number(*at, parameter);
        }
    }

    fn give_number(&mut self, at: usize, parameter: &Parameter) {
        let Some(number) = self.number_at(at).cloned() else {
            return;
        };
        match parameter.refusal(&number) {
            None => {
                self.claim(at);
                self.set(parameter, Value::Number(number));
            }
            Some(reason) => {
                let argument = parameter.name.clone();
                self.filled.unfit.get_or_insert(Unfit {
                    argument,
                    value: number,
                    reason,
                });
            }
        }
    }

    fn lists_of_numbers(&mut self, parameters: &[&Parameter]) {
        let lists: Vec<&&Parameter> = parameters
            .iter()
            .filter(|parameter| matches!(parameter.shape, Shape::List(_)))
            .collect();
        let numbers = self.free_numbers();
        if let [list] = lists.as_slice()
            && numbers.len() > 1
        {
            let values: Vec<Value> = numbers
                .iter()
                .filter_map(|&at| self.number_at(at))
                .cloned()
                .map(Value::Number)
                .collect();
            numbers.iter().for_each(|&at| self.claim(at));
            self.set(list, Value::Array(values));
        }
    }

    fn free_numbers(&self) -> Vec<usize> {
        (0..self.tokens.len())
            .filter(|&at| self.is_free(at) && self.number_at(at).is_some())
            .collect()
    }

    fn number_at(&self, at: usize) -> Option<&Number> {
        match self.tokens[at].literal() {
            Some(Literal::Number(number)) => Some(number),
            _ => None,
        }
    }

    fn number_score(&self, at: usize, parameter: &Parameter) -> f64 {
        let said: Vec<&str> = self
            .words_after(at)
            .take_while(|word| !is_preposition(word))
            .take(4)
            .filter(|word| !is_function_word(word))
            .collect();
        let joined = said.windows(2).map(|pair| stem(&pair.concat()));
        let after: Vec<String> = said.iter().map(|word| stem(word)).chain(joined).collect();
        let before: Vec<&str> = self.words_before(at).take(3).collect();
        let counts = parameter
            .name_stems
            .iter()
            .any(|own| COUNTS.iter().any(|name| own == name || *own == stem(name)))
            || COUNTS.contains(&parameter.name.as_str());
        let mut score: f64 = 0.0;
        let in_object = self.tokens[..at]
            .iter()
            .filter_map(Token::word)
            .any(is_preposition);
        if counts && !after.is_empty() && !in_object {
            score = BELONGS; // "the 20 rarest birds": of a task that yields so many, so many are wanted
        }
        for (distance, stem) in after.iter().enumerate() {
            let near = if distance == 0 { 0.0 } else { 0.1 };
            if parameter.name_stems.contains(stem) {
                score = score.max(1.0 - near);
            } else if parameter.about.contains(stem) {
                score = score.max(0.6 - near);
            } else if counts && self.offer.says(stem) >= 0.6 {
                score = score.max(0.5 - near / 2.0);
            }
        }
        for word in &before {
            let stem = stem(word);
            if parameter.name_stems.contains(&stem) {
                score = score.max(0.9);
            } else if !is_function_word(word) && parameter.about.contains(&stem) {
                score = score.max(0.55);
            }
        }
        if counts && before.first().is_some_and(|word| RANKS.contains(word)) {
            score = (score + 0.1).max(0.5);
        }
        score
    }
}
