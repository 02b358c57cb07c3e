//! The agents' answers over the shipped files, against values that `data/expected.py` computes without them.

#![cfg(test)] // so that the lints know the functions between the tests for parts of tests

use std::collections::BTreeMap;

use orch_examples::agents::{keywords, sentiment, statistics, summary, table};
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

const FILES: [&str; 3] = ["articles.json", "incidents.csv", "reviews.csv"];

fn expected() -> Value {
    serde_json::from_str(include_str!("../../data/expected.json")).unwrap()
}

fn read(name: &str) -> table::Output {
    let path = format!("{}/data/{name}", env!("CARGO_MANIFEST_DIR"));
    table::read_table(table::Input { path, column: None }).unwrap()
}

fn text_of(row: &serde_json::Map<String, Value>, column: &str) -> String {
    row[column].as_str().unwrap().to_owned()
}

/// The members of the statistics that both ways of counting must agree on.
fn statistics_of(text: &str) -> Value {
    let output = statistics::text_statistics(statistics::Input {
        text: text.to_owned(),
    })
    .unwrap();
    let mut value = serde_json::to_value(output).unwrap();
    value
        .as_object_mut()
        .unwrap()
        .remove("average_words_per_sentence");
    value
}

fn keywords_of(text: &str, count: usize) -> Value {
    let input = keywords::Input {
        text: text.to_owned(),
        count,
    };
    let keywords = keywords::extract_keywords(input).unwrap().keywords;
    keywords
        .into_iter()
        .map(|keyword| (keyword.keyword, json!(keyword.occurrences)))
        .collect()
}

fn compound_of(text: String) -> f64 {
    sentiment::analyze_sentiment(sentiment::Input { text })
        .unwrap()
        .compound
}

/// How many rows hold each value of a column.
fn tally(output: &table::Output, column: &str) -> Value {
    let mut tally: BTreeMap<String, u64> = BTreeMap::new();
    for row in &output.rows {
        let value = row[column]
            .as_str()
            .map_or_else(|| row[column].to_string(), str::to_owned);
        *tally.entry(value).or_default() += 1;
    }
    json!(tally)
}

fn sum(rows: &[serde_json::Map<String, Value>], column: &str) -> i64 {
    rows.iter()
        .map(|row| row[column].as_i64().expect("a number, not text"))
        .sum()
}

#[test]
fn the_shipped_tables_are_read_as_they_were_written() {
    for name in FILES {
        let (output, expected) = (read(name), &expected()[name]);
        assert_eq!(json!(output.columns), expected["columns"], "{name}");
        assert_eq!(json!(output.row_count), expected["row_count"], "{name}");
        assert_eq!(json!(output.rows.len()), expected["row_count"], "{name}");
        assert_eq!(json!(output.text_column), expected["text_column"], "{name}");
        assert!(!output.is_truncated, "{name}");
    }
}

#[test]
fn the_cells_of_the_shipped_tables_add_up() {
    let expected = expected();
    let reviews = read("reviews.csv");
    assert_eq!(
        json!(sum(&reviews.rows, "rating")),
        expected["reviews.csv"]["rating_sum"]
    );
    assert_eq!(
        tally(&reviews, "rating"),
        expected["reviews.csv"]["rows_by_rating"]
    );
    assert_eq!(
        tally(&reviews, "product"),
        expected["reviews.csv"]["rows_by_product"]
    );
    assert_eq!(
        tally(&read("articles.json"), "category"),
        expected["articles.json"]["rows_by_category"]
    );

    let incidents = read("incidents.csv");
    assert_eq!(
        json!(sum(&incidents.rows, "minutes")),
        expected["incidents.csv"]["minutes_sum"]
    );
    assert_eq!(
        tally(&incidents, "service"),
        expected["incidents.csv"]["rows_by_service"]
    );
    assert_eq!(
        incidents.rows[0]["ticket"],
        expected["incidents.csv"]["first_ticket"]
    );
    for (severity, minutes) in expected["incidents.csv"]["minutes_by_severity"]
        .as_object()
        .unwrap()
    {
        let mut rows = incidents.rows.clone();
        rows.retain(|row| row["severity"] == *severity);
        assert_eq!(json!(sum(&rows, "minutes")), *minutes, "{severity}");
    }
}

#[test]
fn the_texts_of_the_shipped_tables_are_counted_alike() {
    for name in FILES {
        assert_eq!(
            statistics_of(&read(name).text),
            expected()[name]["statistics"],
            "{name}"
        );
    }
    for row in read("articles.json").rows {
        let mut expected = expected()["articles.json"]["bodies"][text_of(&row, "title")].take();
        expected.as_object_mut().unwrap().remove("keywords");
        assert_eq!(
            statistics_of(&text_of(&row, "body")),
            expected,
            "{}",
            row["title"]
        );
    }
}

#[test]
fn the_most_frequent_words_are_the_keywords() {
    let expected = expected();
    let assert_keywords = |text: &str, expected: &Value, what: &str| {
        let count = expected.as_object().unwrap().len();
        assert_eq!(keywords_of(text, count), *expected, "{what}");
    };
    for name in FILES {
        assert_keywords(&read(name).text, &expected[name]["keywords"], name);
    }
    for row in read("articles.json").rows {
        let title = text_of(&row, "title");
        let body = &expected["articles.json"]["bodies"][&title];
        assert_keywords(&text_of(&row, "body"), &body["keywords"], &title);
    }
}

#[test]
fn reviews_feel_as_they_are_rated() {
    let rows = read("reviews.csv").rows;
    let mean = |rating: i64| {
        let texts = rows
            .iter()
            .filter(|row| row["rating"] == rating)
            .map(|row| text_of(row, "review"));
        let compounds: Vec<f64> = texts.map(compound_of).collect();
        match rating {
            1 => assert!(compounds.iter().all(|compound| *compound < 0.0), "{compounds:?}"),
            5 => assert!(compounds.iter().all(|compound| *compound > 0.0), "{compounds:?}"),
            _ => {}
        }
        compounds.iter().sum::<f64>() / compounds.len() as f64
    };
    let means: Vec<f64> = (1..=5).map(mean).collect();
    assert!(means.is_sorted_by(|worse, better| worse < better), "{means:?}");
    assert!(means[0] < 0.0 && 0.0 < means[4], "{means:?}");
}

#[test]
fn a_summary_of_an_article_is_about_its_subject() {
    for row in read("articles.json").rows {
        let body = text_of(&row, "body");
        let subject = keywords::extract_keywords(keywords::Input {
            text: body.clone(),
            count: 2,
        })
        .unwrap();
        let output = summary::summarize_text(summary::Input {
            text: body.clone(),
            sentences: 3,
        })
        .unwrap();
        assert_eq!(output.sentences.len(), 3, "{}", row["title"]);
        let places: Vec<usize> = output
            .sentences
            .iter()
            .map(|sentence| body.find(sentence).unwrap())
            .collect();
        assert!(places.is_sorted(), "{}", row["title"]);
        let is_about_it = |sentence: &&String| {
            let sentence = sentence.to_lowercase();
            subject
                .keywords
                .iter()
                .any(|subject| sentence.contains(subject.keyword.trim_end_matches('s')))
        };
        assert!(
            output.sentences.iter().filter(is_about_it).count() >= 2,
            "{}: {output:?}",
            row["title"]
        );
    }
}

/// Whatever takes quadratic time here would take hours.
#[test]
fn a_megabyte_made_to_be_slow_is_answered() {
    for (start, repeated) in [("a.", ")"), ("a.", " '"), ("", "a'")] {
        let mut text = start.to_owned();
        while text.len() + repeated.len() <= 1_000_000 {
            text.push_str(repeated);
        }
        statistics::text_statistics(statistics::Input { text: text.clone() }).unwrap();
        keywords::extract_keywords(keywords::Input {
            text: text.clone(),
            count: 10,
        })
        .unwrap();
        summary::summarize_text(summary::Input {
            text: text.clone(),
            sentences: 50,
        })
        .unwrap();
        sentiment::analyze_sentiment(sentiment::Input { text }).unwrap();
    }
}

/// A planner fills in arguments by what the schema says of them.
fn assert_described<T: JsonSchema>() -> Value {
    let schema = schema_for!(T).to_value();
    let properties = schema["properties"].as_object().unwrap();
    for (name, property) in properties {
        assert!(property["description"].is_string(), "{name} of {schema}");
    }
    schema
}

#[test]
fn every_argument_and_result_is_described() {
    for schema in [
        assert_described::<table::Input>(),
        assert_described::<statistics::Input>(),
        assert_described::<sentiment::Input>(),
        assert_described::<keywords::Input>(),
        assert_described::<summary::Input>(),
    ] {
        assert_eq!(schema["additionalProperties"], false, "{schema}");
        assert_eq!(schema["required"].as_array().unwrap().len(), 1, "{schema}");
    }
    assert_described::<table::Output>();
    assert_described::<statistics::Output>();
    assert_described::<sentiment::Output>();
    assert_described::<keywords::Output>();
    assert_described::<summary::Output>();

    let count = &assert_described::<keywords::Input>()["properties"]["count"];
    assert_eq!(
        (&count["minimum"], &count["maximum"], &count["default"]),
        (&json!(1), &json!(100), &json!(10))
    );
    assert_eq!(
        assert_described::<table::Input>()["properties"]["path"]["format"],
        "path"
    );
    serde_json::from_value::<summary::Input>(json!({"text": "", "length": 3})).unwrap_err();
}
