//! One task for several things: "the weather in Oslo and Rome" is two calls.

mod joined;
mod order;
mod side_by_side;

use std::{collections::BTreeSet, ops::Range};

use serde_json::{Map, Value};

use super::{
    Library,
    fill::{Filled, fill},
    index::count,
    known::Known,
    mention::ReadGoal,
    score::Reading,
};
use crate::catalog_planner::shape::Shape;
use joined::{goes_on, only_joined};

/// The most calls that one wish comes to.
const MAX_REPEATS: usize = 32;

impl Library {
    /// The arguments of each call that a reading comes to.
    pub(super) fn repeated(&self, goal: &ReadGoal, reading: &Reading) -> Vec<Map<String, Value>> {
        let known = self.known(reading.task);
        let range = reading.range.clone();
        let series = Series::read(known, goal, range.clone(), reading.filled.clone());
        let calls = side_by_side::parted(known, goal, range, &series).unwrap_or(series.calls);
        calls.iter().map(|call| call.arguments(known)).collect()
    }
}

/// Calls of one task that a part of a goal comes to, each with what those before it say for it too.
#[derive(Clone, Debug)]
struct Series {
    calls: Vec<Filled>,
    /// The lexemes that went into them.
    claimed: BTreeSet<usize>,
    /// How many values are said in them, and how well these go where they are.
    worth: f64,
    /// How many of them say but some of what is said anew.
    partial: usize,
}

impl Series {
    /// The calls that lexemes come to whose first call says this.
    fn read(known: &Known, goal: &ReadGoal, range: Range<usize>, first: Filled) -> Self {
        let mut claimed = first.claimed.clone();
        let mut worth = worth(&first);
        let mut said: Vec<BTreeSet<usize>> = vec![first.said().collect()];
        let mut calls = vec![first.clone()];
        let mut last = first;
        while calls.len() < MAX_REPEATS {
            let mut next = fill(known, goal, range.clone(), &claimed);
            // Only what is said anew counts: mentions, choices, and words beside those of the last call.
            let is_new = |slot: &usize| match (next.guessed.get(slot), last.guessed.get(slot)) {
                (Some(range), Some(former)) => {
                    // "The height of A and the length of B": what is asked stands between.
                    let most = if next.chosen.is_empty() { 0 } else { 3 };
                    only_joined(goal, former.end..range.start, most)
                }
                (Some(_), None) => false,
                (None, _) => !matches!(known.slots[*slot].shape, Shape::Boolean),
            };
            let kept: Vec<usize> = next.values.keys().copied().filter(is_new).collect();
            // What is not taken after all is there for the calls after this one.
            for (_, range) in next.guessed.iter().filter(|(slot, _)| !kept.contains(slot)) {
                range.clone().for_each(|at| _ = next.claimed.remove(&at));
            }
            next.values.retain(|slot, _| kept.contains(slot));
            next.guessed.retain(|slot, _| kept.contains(slot));
            next.words.retain(|slot, _| kept.contains(slot));
            if !goes_on(known, goal, range.clone(), &last, &next) {
                break;
            }
            claimed.extend(next.claimed.iter().copied());
            worth += self::worth(&next);
            said.push(next.said().collect());
            let mut made = last.clone();
            made.values.extend(next.values);
            made.mentions.extend(next.mentions);
            made.guessed.extend(next.guessed);
            made.words.extend(next.words);
            made.chosen = next.chosen;
            calls.push(made.clone());
            last = made;
        }
        let renewed: BTreeSet<usize> = said.iter().skip(1).flatten().copied().collect();
        let partial = said.iter().filter(|own| !own.is_superset(&renewed)).count();
        let calls = order::in_order(goal, calls, &said, &renewed);
        Self {
            calls,
            claimed,
            worth,
            partial,
        }
    }
}

fn worth(filled: &Filled) -> f64 {
    count(filled.said().count()) + filled.affinity
}

impl Filled {
    /// The slots whose values are said, by whatever, and do not only follow from what is not said.
    fn said(&self) -> impl Iterator<Item = usize> {
        let slots = self.mentions.keys().chain(self.guessed.keys());
        let slots: BTreeSet<usize> = slots.chain(self.words.keys()).copied().collect();
        slots.into_iter()
    }

    fn says(&self, slot: usize) -> bool {
        self.mentions.contains_key(&slot)
            || self.guessed.contains_key(&slot)
            || self.words.contains_key(&slot)
    }

    /// The lexemes that say the value of a slot.
    fn place(&self, goal: &ReadGoal, slot: usize) -> Option<Range<usize>> {
        let mention = self.mentions.get(&slot).map(|&at| &goal.mentions[at].range);
        let words = || self.guessed.get(&slot).or_else(|| self.words.get(&slot));
        mention.or_else(words).cloned()
    }
}

#[cfg(test)]
mod tests {
    use orch_core::Task;
    use serde_json::{Value, json};

    use super::Library;
    use crate::catalog_planner::toolbox::Tool;

    /// The arguments of the calls that a goal comes to, over one task whose parameters are these; those whose names end in
    /// `?` may be left out.
    fn calls(name: &str, properties: &Value, goal: &str) -> Value {
        let members = properties.as_object().unwrap();
        let required: Vec<&String> = members.keys().filter(|name| !name.ends_with('?')).collect();
        let properties: serde_json::Map<String, Value> = members
            .iter()
            .map(|(name, schema)| (name.trim_end_matches('?').to_owned(), schema.clone()))
            .collect();
        let mut task = Task::new(name, "");
        task.parameters = json!({"type": "object", "properties": properties, "required": required});
        let tags = Vec::new();
        let library = Library::new(vec![Tool { task, tags }]);
        let calls = library.calls(goal, None).unwrap().into_iter();
        calls.map(|call| Value::Object(call.arguments)).collect()
    }

    fn text(description: &str) -> Value {
        json!({"type": "string", "description": description})
    }

    fn integer() -> Value {
        json!({"type": "integer"})
    }

    #[test]
    fn values_that_stand_side_by_side_belong_to_one_call() {
        let triangle = json!({"base": integer(), "height": integer(), "unit?": text("Unit of measure")});
        let name = "calculate_triangle_area";
        assert_eq!(
            calls(
                name,
                &triangle,
                "Area of triangles with base 4 and height 9, and with base 6 and height 2 cm"
            ),
            json!([{"base": 4, "height": 9, "unit": "cm"}, {"base": 6, "height": 2, "unit": "cm"}])
        );
        assert_eq!(
            calls(
                name,
                &triangle,
                "Area of triangles: height 9 and base 4, height 2 and base 6, and base 3 and height 8"
            ),
            json!([{"base": 4, "height": 9}, {"base": 6, "height": 2}, {"base": 3, "height": 8}])
        );
    }

    #[test]
    fn words_go_with_the_number_beside_them() {
        let conversion = json!({"value": {"type": "number"}, "from_unit": text("Unit to convert from"),
            "to_unit": text("Unit to convert to")});
        assert_eq!(
            calls(
                "convert_units",
                &conversion,
                "convert 5 miles to km, 10 kg to pounds and 3 liters to gallons"
            ),
            json!([
                {"value": 5, "from_unit": "miles", "to_unit": "km"},
                {"value": 10, "from_unit": "kg", "to_unit": "pounds"},
                {"value": 3, "from_unit": "liters", "to_unit": "gallons"}
            ])
        );
    }

    #[test]
    fn what_is_said_once_is_said_for_all() {
        let weather = json!({"city": text("Name of the city"), "day": text("Day of the week"),
            "unit?": {"enum": ["celsius", "fahrenheit"]}});
        for (goal, wanted) in [
            (
                "the weather in celsius in Oslo on Monday and in Rome on Tuesday",
                json!([{"city": "Oslo", "day": "Monday", "unit": "celsius"},
                    {"city": "Rome", "day": "Tuesday", "unit": "celsius"}]),
            ),
            (
                "the weather in Oslo on Monday and in Rome on Tuesday, in celsius",
                json!([{"city": "Oslo", "day": "Monday", "unit": "celsius"},
                    {"city": "Rome", "day": "Tuesday", "unit": "celsius"}]),
            ),
            (
                "the weather in Oslo on Monday in celsius and in Rome on Tuesday in fahrenheit",
                json!([{"city": "Oslo", "day": "Monday", "unit": "celsius"},
                    {"city": "Rome", "day": "Tuesday", "unit": "fahrenheit"}]),
            ),
            (
                "the weather in Oslo on Monday and Tuesday, and in Rome on Friday",
                json!([{"city": "Oslo", "day": "Monday"}, {"city": "Oslo", "day": "Tuesday"},
                    {"city": "Rome", "day": "Friday"}]),
            ),
        ] {
            assert_eq!(calls("get_weather", &weather, goal), wanted, "{goal}");
        }
    }

    #[test]
    fn nothing_of_a_list_is_lost_to_what_is_said_once() {
        let voice = json!({"text": text("The text to speak"), "language": text("Language"), "accent?": text("Language of the accent")});
        let spoken = |language: &str| json!({"text": "well done", "language": language});
        assert_eq!(
            calls(
                "speak_text",
                &voice,
                "Speak 'well done' in Polish, Dutch and Hindi"
            ),
            json!([spoken("Polish"), spoken("Dutch"), spoken("Hindi")])
        );
        let member = json!({"member_id?": integer(), "email?": text("E-mail address")});
        assert_eq!(
            calls("member_lookup", &member, "Look up the members 31 and 46"),
            json!([{"member_id": 31}, {"member_id": 46}])
        );
        let county = json!({"county": text("Name of the county"), "state": text("State")});
        assert_eq!(
            calls(
                "levy_rate",
                &county,
                "tell the levy rate of Kent County, Delaware and of Elk County, Kansas"
            ),
            json!([{"county": "Kent County", "state": "Delaware"}, {"county": "Elk County", "state": "Kansas"}])
        );
    }

    #[test]
    fn calls_stand_in_the_order_of_the_goal() {
        let factors = json!({"number": integer(), "formatted": {"type": "boolean",
            "description": "Formatted text if true, an array if false"}});
        assert_eq!(
            calls(
                "get_prime_factors",
                &factors,
                "get prime factors of 12, 18 and 20 as arrays not formatted"
            ),
            json!([
                {"number": 12, "formatted": false},
                {"number": 18, "formatted": false},
                {"number": 20, "formatted": false}
            ])
        );
    }

    #[test]
    fn values_that_stand_kind_by_kind_are_dealt_in_order() {
        let triangle = json!({"base": integer(), "height": integer()});
        assert_eq!(
            calls(
                "calculate_triangle_area",
                &triangle,
                "Area of triangles with bases 4 and 6 and heights 9 and 2 respectively"
            ),
            json!([{"base": 4, "height": 9}, {"base": 6, "height": 2}])
        );
    }

    #[test]
    fn a_number_of_calls_is_no_value_of_one() {
        let triangle = json!({"base": integer(), "height": integer()});
        assert_eq!(
            calls(
                "calculate_triangle_area",
                &triangle,
                "Measure two triangles: the area for a height of 8 and a base of 5, and for a height of 3 and a base of 12"
            ),
            json!([{"base": 5, "height": 8}, {"base": 12, "height": 3}])
        );
    }

    #[test]
    fn one_call_that_takes_all_is_not_taken_apart() {
        let corners = json!({"east": integer(), "north": integer(), "south": integer(), "west": integer()});
        assert_eq!(
            calls("draw_box", &corners, "draw a box at 1 and 2, 30 and 40"),
            json!([{"east": 1, "north": 2, "south": 30, "west": 40}])
        );
        let table = json!({"people": integer(), "time": text("The time, HH:MM")});
        assert_eq!(
            calls("book_table", &table, "book a table for 2 at 19:00"),
            json!([{"people": 2, "time": "19:00"}])
        );
    }
}
