use orch_core::{Task, Timestamp};
use serde_json::{Value, json};

use super::{super::known::Known, fill};
use crate::catalog_planner::reading::ReadGoal;

/// 2026-03-04, a Wednesday.
const NOW: i64 = 1_772_582_400_000;

/// What a goal says for a task of this name whose parameters are these; those whose names end in `?` may be left out.
fn said(name: &str, properties: &Value, goal: &str) -> Value {
    let members = properties.as_object().unwrap();
    let required: Vec<&String> = members.keys().filter(|name| !name.ends_with('?')).collect();
    let properties: serde_json::Map<String, Value> = members
        .iter()
        .map(|(name, schema)| (name.trim_end_matches('?').to_owned(), schema.clone()))
        .collect();
    let mut task = Task::new(name, "");
    task.parameters = json!({"type": "object", "properties": properties, "required": required});
    let (known, goal) = (
        Known::new(&task, &[]),
        ReadGoal::new(goal, Some(Timestamp::from_millis(NOW))),
    );
    let range = 0..goal.lexemes.len();
    Value::Object(fill(&known, &goal, range, &std::collections::BTreeSet::new()).arguments(&known))
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn number(description: &str) -> Value {
    json!({"type": "number", "description": description})
}

#[test]
fn numbers_go_where_their_units_say() {
    let beam = json!({"length": number("Length in meters"), "load": number("Load in kilograms"), "days": {"type": "integer"}});
    for goal in [
        "Test a beam of 4.5 meters with a load of 1,200 kg for 3 days",
        "Over 3 days, a 1200 kilogram load on a 4.5 m beam",
        "length 4.5, load 1.2k and days 3",
    ] {
        assert_eq!(
            said("test_beam", &beam, goal),
            json!({"length": 4.5, "load": 1200, "days": 3}),
            "{goal}"
        );
    }
    let rate = json!({"rate": number("Rate as a decimal"), "amount": number("Amount in dollars")});
    assert_eq!(
        said("accrue", &rate, "accrue $2.5 million at 7%"),
        json!({"rate": 0.07, "amount": 2_500_000})
    );
    let percent = json!({"rate": number("Rate in percent")});
    assert_eq!(
        said("accrue", &percent, "accrue at 7 percent"),
        json!({"rate": 7})
    );
}

#[test]
fn days_are_written_as_the_task_wants_them() {
    let iso = json!({"date": {"type": "string", "format": "date"}});
    for (goal, date) in [
        ("reserve for March 9th, 2027", "2027-03-09"),
        ("reserve for 9 March 2027", "2027-03-09"),
        ("reserve for 2027-03-09", "2027-03-09"),
        ("reserve for 3/9/2027", "2027-03-09"),
        ("reserve for tomorrow", "2026-03-05"),
        ("reserve for the day after tomorrow", "2026-03-06"),
        ("reserve for next friday", "2026-03-06"),
    ] {
        assert_eq!(said("reserve", &iso, goal), json!({"date": date}), "{goal}");
    }
    let own = json!({"day": text("The day, as MM/DD/YYYY")});
    assert_eq!(
        said("reserve", &own, "reserve for 9 March 2027"),
        json!({"day": "03/09/2027"})
    );
    let free = json!({"date": text("When")});
    assert_eq!(
        said("reserve", &free, "reserve for March 9"),
        json!({"date": "March 9"})
    );
}

#[test]
fn addresses_and_paths_go_where_they_belong() {
    let mail = json!({"to": text("Email address of the recipient"), "link?": text("A web address"),
        "attachment?": {"type": "string", "format": "path"}});
    assert_eq!(
        said(
            "mail",
            &mail,
            "Send docs/plan.pdf and https://example.com/a?b=c to ada@example.org"
        ),
        json!({"to": "ada@example.org", "link": "https://example.com/a?b=c", "attachment": "docs/plan.pdf"})
    );
    let house = json!({"address": text("Where to deliver")});
    assert_eq!(
        said("deliver", &house, "Deliver it to 12 Hill Road, Leeds please"),
        json!({"address": "12 Hill Road, Leeds"})
    );
}

#[test]
fn lists_are_read_however_they_are_written() {
    let names = json!({"names": {"type": "array", "items": {"type": "string"}}});
    for goal in [
        "Invite the names Ann, Bob and Carla",
        "Invite 'Ann', 'Bob', 'Carla'",
        "Invite names: [Ann, Bob, Carla]",
        "Invite [\"Ann\", \"Bob\", \"Carla\"]",
    ] {
        assert_eq!(
            said("invite", &names, goal),
            json!({"names": ["Ann", "Bob", "Carla"]}),
            "{goal}"
        );
    }
    let values = json!({"values": {"type": "array", "items": {"type": "number"}}});
    for goal in [
        "median of 3, 1.5 and 8",
        "median of [3, 1.5, 8]",
        "median of 3 and 1.5 and 8",
    ] {
        assert_eq!(
            said("median", &values, goal),
            json!({"values": [3, 1.5, 8]}),
            "{goal}"
        );
    }
    let plain = json!({"ingredients": {"type": "array", "items": {"type": "string"}}});
    assert_eq!(
        said("cook", &plain, "cook with rice, beans and coconut milk"),
        json!({"ingredients": ["rice", "beans", "coconut milk"]})
    );
}

#[test]
fn switches_are_set_by_what_is_said_of_them() {
    let flags = json!({"path": {"type": "string", "format": "path"}, "recursive?": {"type": "boolean"}, "hidden?": {"type": "boolean"}});
    for (goal, wanted) in [
        ("list src/a.d", json!({"path": "src/a.d"})),
        (
            "list src/a.d, recursive",
            json!({"path": "src/a.d", "recursive": true}),
        ),
        (
            "list src/a.d without hidden files",
            json!({"path": "src/a.d", "hidden": false}),
        ),
        (
            "recursive list of src/a.d, not hidden",
            json!({"path": "src/a.d", "recursive": true, "hidden": false}),
        ),
    ] {
        assert_eq!(said("list", &flags, goal), wanted, "{goal}");
    }
}

#[test]
fn choices_are_known_by_other_words_too() {
    let choices = json!({"unit": {"enum": ["celsius", "fahrenheit"]}, "size?": {"enum": ["small", "large"]},
        "order?": {"enum": ["ascending", "descending"]}});
    for (goal, wanted) in [
        ("in °C", json!({"unit": "celsius"})),
        (
            "in Fahrenheit, the large one",
            json!({"unit": "fahrenheit", "size": "large"}),
        ),
        (
            "celsius in descending order",
            json!({"unit": "celsius", "order": "descending"}),
        ),
    ] {
        assert_eq!(said("measure", &choices, goal), wanted, "{goal}");
    }
}

#[test]
fn what_is_not_said_is_left_out() {
    let optional = json!({"city": text("The city"), "limit?": {"type": "integer", "default": 10}, "note?": text("A note"),
        "unit?": {"enum": ["metric", "imperial"], "default": "metric"}});
    assert_eq!(
        said("find_parks", &optional, "Find parks in Riga"),
        json!({"city": "Riga"})
    );
    assert_eq!(
        said("find_parks", &optional, "Find 5 parks in Riga"),
        json!({"city": "Riga", "limit": 5})
    );
    assert_eq!(said("find_parks", &optional, "Find parks"), json!({}));
}

#[test]
fn objects_are_filled_by_their_fields() {
    let user = json!({"user": {"type": "object", "required": ["name", "email"], "properties": {
        "name": text("Full name"), "email": text("Email address"), "age": {"type": "integer"}}}});
    assert_eq!(
        said("add", &user, "Add Jo Field, jo@example.com, age 41"),
        json!({"user": {"name": "Jo Field", "email": "jo@example.com", "age": 41}})
    );
}

#[test]
fn words_go_where_they_are_led() {
    let book = json!({"topic?": text("What it is about"), "author?": text("Who wrote it"), "language?": text("Language")});
    assert_eq!(
        said("find_books", &book, "Find books about glass blowing in Danish"),
        json!({"topic": "glass blowing", "language": "Danish"})
    );
    let film = json!({"genre": text("Genre of the film"), "year?": {"type": "integer"}});
    for goal in [
        "Find thriller films of the year 1970",
        "find thriller films from 1970",
    ] {
        assert_eq!(
            said("find_films", &film, goal),
            json!({"genre": "thriller", "year": 1970}),
            "{goal}"
        );
    }
}

#[test]
fn examples_of_a_description_are_taken_where_the_goal_says_them() {
    let pastime = json!({"players": {"type": "integer", "description": "How many play"},
        "mood?": text("Mood, e.g. calm, wild")});
    assert_eq!(
        said("pick_pastime", &pastime, "Pick a wild pastime for 3 players"),
        json!({"players": 3, "mood": "wild"})
    );
}

#[test]
fn a_switch_that_turns_off_is_on_where_the_goal_does_without() {
    let route = json!({"to": text("City to go to"), "avoid_tolls?": {"type": "boolean"}});
    for goal in [
        "the route to Leeds without tolls",
        "the route to Leeds, avoid toll roads",
    ] {
        assert_eq!(
            said("find_route", &route, goal),
            json!({"to": "Leeds", "avoid_tolls": true}),
            "{goal}"
        );
    }
}

#[test]
fn a_day_is_counted_from_today_and_a_number_stays_one() {
    let visit = json!({"day": {"type": "string", "format": "date"}});
    assert_eq!(
        said("plan_visit", &visit, "book a visit in 3 days"),
        json!({"day": "2026-03-07"})
    );
    let forecast = json!({"days": {"type": "integer", "description": "Days ahead"}});
    assert_eq!(
        said("get_forecast", &forecast, "the forecast in 3 days"),
        json!({"days": 3})
    );
}

#[test]
fn a_list_of_objects_holds_one_for_each_thing() {
    let item = json!({"type": "object", "required": ["product", "quantity"], "properties": {
        "product": text("What is ordered"), "quantity": {"type": "integer"}}});
    let supplies = json!({"items": {"type": "array", "items": item}});
    assert_eq!(
        said(
            "order_supplies",
            &supplies,
            "Order 2 notebooks and 3 boxes of pens"
        ),
        json!({"items": [{"product": "notebooks", "quantity": 2}, {"product": "pens", "quantity": 3}]})
    );
    assert_eq!(said("order_supplies", &supplies, "Order supplies"), json!({}));
}

#[test]
fn what_is_written_as_an_object_goes_into_one() {
    let record = json!({"record": {"type": "object"}, "table": text("Table")});
    assert_eq!(
        said(
            "add_row",
            &record,
            r#"Add {"title": "Notes", "pages": 36} to the table staff"#
        ),
        json!({"record": {"title": "Notes", "pages": 36}, "table": "staff"})
    );
}

#[test]
fn what_a_call_cannot_do_without_has_its_default() {
    let sorted = json!({"column": text("Column"), "direction": {"type": "string", "default": "up"}});
    assert_eq!(
        said("sort_rows", &sorted, "Sort the rows by the column price"),
        json!({"column": "price", "direction": "up"})
    );
}

#[test]
fn choices_are_said_with_articles_and_are_no_values_of_others() {
    let paint =
        json!({"finish": {"enum": ["MATT", "GLOSS"]}, "color": text("Color"), "cans": {"type": "integer"}});
    assert_eq!(
        said("order_paint", &paint, "Order 3 cans of green MATT"),
        json!({"finish": "MATT", "color": "green", "cans": 3})
    );
    let steps = json!({"steps": {"type": "array", "items": {"enum": ["wash_floor", "empty_bin"]}}});
    assert_eq!(
        said(
            "plan_cleaning",
            &steps,
            "Plan the cleaning: empty the bin, wash the floor"
        ),
        json!({"steps": ["empty_bin", "wash_floor"]})
    );
}

#[test]
fn what_is_bounded_is_measured_like_the_thing_itself() {
    let lease = json!({"town": text("Town"), "max_rent?": number("Highest rent a month")});
    for goal in [
        "Lease in Derby under 900 pounds",
        "Lease in Derby, rent no more than £900",
    ] {
        assert_eq!(
            said("lease_garage", &lease, goal),
            json!({"town": "Derby", "max_rent": 900}),
            "{goal}"
        );
    }
}

#[test]
fn a_number_names_a_thing_or_counts_several() {
    let limit = json!({"limit?": {"type": "integer"}});
    assert_eq!(said("list_notes", &limit, "List note 55"), json!({}));
    assert_eq!(said("list_notes", &limit, "List 55 notes"), json!({"limit": 55}));
}

#[test]
fn files_are_known_by_their_endings() {
    let mesh = json!({"mesh": text("Mesh file")});
    assert_eq!(
        said("repair_mesh", &mesh, "Repair gear.stl"),
        json!({"mesh": "gear.stl"})
    );
}
