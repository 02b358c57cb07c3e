//! Values whose looks tell where they belong: paths, addresses, dates and quotations.

use serde_json::Value;

use super::Filler;
use crate::catalog_planner::{
    literal::{Literal, LiteralKind},
    parameter::Parameter,
    shape::Shape,
    stem::stem,
    word::is_preposition,
};

/// Parameters of where something comes from, with the prepositions for it.
const ORIGINS: (&[&str], &[&str]) = (
    &["begin", "from", "input", "origin", "since", "source", "start"],
    &["from", "of", "since"],
);
/// Parameters of where something goes, with the prepositions for it.
const TARGETS: (&[&str], &[&str]) = (
    &[
        "destination",
        "end",
        "into",
        "out",
        "output",
        "recipient",
        "target",
        "to",
        "until",
    ],
    &["as", "into", "onto", "to", "until"],
);

impl Filler<'_> {
    /// Gives paths, addresses and dates to the parameters made for them.
    pub(super) fn typed(&mut self) {
        for kind in [
            LiteralKind::Path,
            LiteralKind::Url,
            LiteralKind::Email,
            LiteralKind::Date,
        ] {
            for parameter in self.open(|parameter| parameter.made_for == Some(kind)) {
                self.typed_parameter(parameter, kind);
            }
        }
    }

    fn typed_parameter(&mut self, parameter: &Parameter, kind: LiteralKind) {
        let mut found: Vec<usize> = (0..self.tokens.len())
            .filter(|&at| self.is_free(at) && self.is_of(at, kind, parameter))
            .collect();
        if let Shape::List(_) = parameter.shape {
            let values: Vec<Value> = found
                .iter()
                .filter_map(|&at| self.tokens[at].literal())
                .map(Literal::value)
                .collect();
            if !values.is_empty() {
                found.iter().for_each(|&at| self.claim(at));
                self.set(parameter, Value::Array(values));
            }
            return;
        }
        found.sort_by_key(|&at| std::cmp::Reverse(self.cue(at, parameter)));
        let best = found.first().copied().filter(|&at| self.cue(at, parameter) >= 0);
        if let Some((at, literal)) = best.and_then(|at| Some((at, self.tokens[at].literal()?))) {
            self.claim(at);
            self.set(parameter, literal.value());
        }
    }

    fn is_of(&self, at: usize, kind: LiteralKind, parameter: &Parameter) -> bool {
        match self.tokens[at].literal() {
            Some(Literal::Date(date)) if kind == LiteralKind::Date => {
                let is_moment = date.contains('T');
                match parameter.shape.item() {
                    Shape::Text(Some(format)) => is_moment == (format == "date-time"),
                    _ => true,
                }
            }
            literal => literal.is_some_and(|literal| literal.kind() == kind),
        }
    }

    /// Whether the preposition before a value speaks for the parameter (1), against it (-1), or does neither.
    fn cue(&self, at: usize, parameter: &Parameter) -> i32 {
        let Some(preposition) = self
            .words_before(at)
            .find(|word| is_preposition(word) || *word == "since" || *word == "until")
        else {
            return 0;
        };
        let named = |(names, _): (&[&str], &[&str])| {
            parameter
                .name_stems
                .iter()
                .any(|own| names.iter().any(|name| stem(name) == *own))
                || names.contains(&parameter.name.as_str())
        };
        let said = |(_, prepositions): (&[&str], &[&str])| prepositions.contains(&preposition);
        if (named(ORIGINS) && said(ORIGINS)) || (named(TARGETS) && said(TARGETS)) {
            1
        } else if (named(ORIGINS) && said(TARGETS)) || (named(TARGETS) && said(ORIGINS)) {
            -1
        } else {
            0
        }
    }

    /// Gives quotations to parameters that take any text.
    pub(super) fn quotes(&mut self) {
        let quotes: Vec<usize> = (0..self.tokens.len()).filter(|&at| self.is_quote(at)).collect();
        let open = self.open(Parameter::takes_text);
        if let [only] = open.as_slice()
            && matches!(only.shape, Shape::List(_))
        {
            let values: Vec<Value> = quotes
                .iter()
                .filter_map(|&at| self.tokens[at].literal())
                .map(Literal::value)
                .collect();
            if !values.is_empty() {
                quotes.iter().for_each(|&at| self.claim(at));
                self.set(only, Value::Array(values));
            }
            return;
        }
        let mut pairs: Vec<(f64, usize, &Parameter)> = Vec::new();
        for &at in &quotes {
            for parameter in &open {
                pairs.push((self.quote_score(at, parameter), at, parameter));
            }
        }
        pairs.retain(|(score, ..)| *score > 0.0);
        pairs.sort_by(|left, right| right.0.total_cmp(&left.0));
        for (_, at, parameter) in pairs {
            let is_open = !self.filled.arguments.contains_key(&parameter.name);
            if let Some(literal) = self.tokens[at].literal().filter(|_| is_open && self.is_free(at)) {
                self.claim(at);
                self.set(parameter, literal.value());
            }
        }
    }

    fn is_quote(&self, at: usize) -> bool {
        self.is_free(at)
            && self.tokens[at]
                .literal()
                .is_some_and(|literal| literal.kind() == LiteralKind::Quote)
    }

    fn quote_score(&self, at: usize, parameter: &Parameter) -> f64 {
        let near = self
            .words_before(at)
            .take(3)
            .any(|word| parameter.mentions(&stem(word)));
        let required = if parameter.is_required { 0.5 } else { 0.0 };
        let material = if parameter.is_material { 0.2 } else { 0.0 };
        required + material + if near { 0.4 } else { 0.0 }
    }
}
