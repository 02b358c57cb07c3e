//! Arguments of which not everything is known before the call.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// As much of a value as is known before a call.
#[derive(Debug)]
pub enum Known<'v, P> {
    /// All of it.
    Value(&'v Value),
    /// Nothing: what another call answers decides.
    Nothing,
    /// That it is an array; of its items something is not known.
    Items(&'v [P]),
    /// That it is an object; of its members something is not known.
    Members(&'v BTreeMap<String, P>),
}

/// A value of which something may not be known yet.
pub trait PartlyKnown: Sized {
    /// As much of it as is known.
    fn known(&self) -> Known<'_, Self>;
}

impl PartlyKnown for Value {
    fn known(&self) -> Known<'_, Self> {
        Known::Value(self)
    }
}

/// The members with null for whatever is not known, and where that is: JSON Pointers, sorted.
pub(crate) fn sketch<P: PartlyKnown>(members: &BTreeMap<String, P>) -> (Map<String, Value>, Vec<String>) {
    let mut sketch = Sketch::default();
    let members = sketch.members(members);
    sketch.holes.sort_unstable();
    (members, sketch.holes)
}

#[derive(Default)]
struct Sketch {
    place: String,
    holes: Vec<String>,
}

impl Sketch {
    fn value<P: PartlyKnown>(&mut self, value: &P) -> Value {
        match value.known() {
            Known::Value(value) => value.clone(),
            Known::Nothing => {
                self.holes.push(self.place.clone());
                Value::Null
            }
            Known::Items(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.within(&index.to_string(), item))
                    .collect()
            }
            Known::Members(members) => Value::Object(self.members(members)),
        }
    }

    fn members<P: PartlyKnown>(&mut self, members: &BTreeMap<String, P>) -> Map<String, Value> {
        let members = members.iter();
        members
            .map(|(name, member)| (name.clone(), self.within(name, member)))
            .collect()
    }

    fn within<P: PartlyKnown>(&mut self, name: &str, value: &P) -> Value {
        let length = self.place.len();
        self.place.push('/');
        for character in name.chars() {
            match character {
                '~' => self.place.push_str("~0"),
                '/' => self.place.push_str("~1"),
                character => self.place.push(character),
            }
        }
        let value = self.value(value);
        self.place.truncate(length);
        value
    }
}

/// Whether the members surely nest at most `levels` deep and take at most `bytes` as JSON text, apart from what is not
/// known: never true in vain, but quicker than to write the text.
pub(crate) fn surely_fit<P: PartlyKnown>(members: &BTreeMap<String, P>, levels: usize, bytes: usize) -> bool {
    let mut room = Room { bytes };
    let levels = levels.checked_sub(1);
    let fits = |levels| {
        members
            .iter()
            .all(|(name, member)| room.text(name) && room.part(member, levels))
    };
    levels.is_some_and(fits)
}

struct Room {
    bytes: usize,
}

impl Room {
    /// Room for a value beside its comma or colon.
    fn take(&mut self, bytes: usize) -> bool {
        let left = self.bytes.checked_sub(bytes.saturating_add(2));
        self.bytes = left.unwrap_or_default();
        left.is_some()
    }

    /// A byte of text takes six at most: `\u0000`.
    fn text(&mut self, text: &str) -> bool {
        self.take(text.len().saturating_mul(6).saturating_add(2))
    }

    fn part<P: PartlyKnown>(&mut self, part: &P, levels: usize) -> bool {
        match part.known() {
            Known::Value(value) => self.value(value, levels),
            Known::Nothing => self.take(4),
            Known::Items(items) => {
                self.take(2) && levels > 0 && items.iter().all(|item| self.part(item, levels - 1))
            }
            Known::Members(members) => {
                let mut members = members.iter();
                self.take(2)
                    && levels > 0
                    && members.all(|(name, member)| self.text(name) && self.part(member, levels - 1))
            }
        }
    }

    fn value(&mut self, value: &Value, levels: usize) -> bool {
        match value {
            Value::Null | Value::Bool(_) => self.take(5),
            // The longest are floating: `-1.7976931348623157e308`.
            Value::Number(_) => self.take(32),
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                self.take(2) && levels > 0 && items.iter().all(|item| self.value(item, levels - 1))
            }
            Value::Object(members) => {
                let mut members = members.iter();
                self.take(2)
                    && levels > 0
                    && members.all(|(name, member)| self.text(name) && self.value(member, levels - 1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::bounds;

    proptest! {
        #[test]
        fn what_surely_fits_does(text: String, number: f64, depth in 0..6_usize, levels in 0..8_usize, bytes in 0..400_usize) {
            let value = (0..depth).fold(json!([text, number]), |inner, _| json!({ &text: inner, "b": null }));
            let members = BTreeMap::from([("a".to_owned(), value.clone())]);
            if surely_fit(&members, levels, bytes) {
                prop_assert_eq!(bounds::check(&json!({ "a": value }), levels, bytes), Ok(()));
            }
        }
    }

    #[test]
    fn what_is_small_surely_fits() {
        let members = BTreeMap::from([("a".to_owned(), json!([["b", 1]]))]);
        assert!(surely_fit(&members, 3, 100));
        assert!(!surely_fit(&members, 2, 100));
    }
}
