//! Goals in plain words over the shipped files. The answers are checked against `data/expected.json`, which
//! `data/expected.py` computes without the agents, or against the files themselves.

#![cfg(test)]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::command::Place;

fn expected(file: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../data/expected.json")).unwrap();
    all[file].clone()
}

/// The result of the step that did a task; there is exactly one.
fn result<'a>(answer: &'a Value, task: &str) -> &'a Value {
    let steps = answer["steps_executed"].as_array().unwrap();
    let done: Vec<&Value> = steps.iter().filter(|step| step["task"] == task).collect();
    assert_eq!(done.len(), 1, "{task} in {answer:#}");
    &done[0]["result"]
}

fn tasks(answer: &Value) -> BTreeSet<&str> {
    let steps = answer["steps_executed"].as_array().unwrap();
    steps.iter().map(|step| step["task"].as_str().unwrap()).collect()
}

/// How often each of the keywords occurs, for those that are expected.
fn assert_keywords(answer: &Value, expected: &Value) {
    let found = result(answer, "extract_keywords")["keywords"].as_array().unwrap();
    for (keyword, occurrences) in expected.as_object().unwrap() {
        let entry = found.iter().find(|entry| entry["keyword"] == *keyword);
        assert_eq!(
            entry.map(|entry| &entry["occurrences"]),
            Some(occurrences),
            "{keyword} in {found:?}"
        );
    }
}

/// The members of text statistics that were also counted independently.
fn assert_statistics(answer: &Value, expected: &Value) {
    let counted = result(answer, "text_statistics");
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(counted[member], *value, "{member}");
    }
}

#[test]
fn the_rows_of_the_incidents_are_counted() {
    let answer = Place::new().answer("How many rows does examples/data/incidents.csv have?");
    let (table, expected) = (result(&answer, "read_table"), expected("incidents.csv"));
    assert_eq!(table["row_count"], expected["row_count"]);
    assert_eq!(table["columns"], expected["columns"]);
    let minutes: i64 = table["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["minutes"].as_i64().unwrap())
        .sum();
    assert_eq!(json!(minutes), expected["minutes_sum"]);
}

#[test]
fn the_words_of_a_column_of_the_incidents_are_counted() {
    let answer =
        Place::new().answer("Count the words of the description column in examples/data/incidents.csv");
    assert_statistics(&answer, &expected("incidents.csv")["statistics"]);
    assert_eq!(tasks(&answer), BTreeSet::from(["read_table", "text_statistics"]));
}

#[test]
fn the_reviews_are_measured_and_their_keywords_found() {
    let answer = Place::new().answer(
        "Read examples/data/reviews.csv, then give text statistics and the top 20 keywords of the reviews",
    );
    let expected = expected("reviews.csv");
    assert_statistics(&answer, &expected["statistics"]);
    assert_keywords(&answer, &expected["keywords"]);
}

#[test]
fn the_keywords_of_the_articles_are_found() {
    let answer = Place::new().answer("Give me the 30 most important keywords of examples/data/articles.json");
    assert_keywords(&answer, &expected("articles.json")["keywords"]);
}

#[test]
fn the_articles_are_measured() {
    let answer = Place::new().answer("Give me the text statistics of the file examples/data/articles.json");
    let expected = expected("articles.json");
    assert_statistics(&answer, &expected["statistics"]);
    assert_eq!(result(&answer, "read_table")["row_count"], expected["row_count"]);
}

#[test]
fn the_articles_are_summarized_in_their_own_words() {
    let answer =
        Place::new().answer("Summarize the column body of examples/data/articles.json in 5 sentences");
    let (summary, table) = (result(&answer, "summarize_text"), result(&answer, "read_table"));
    let sentences = summary["sentences"].as_array().unwrap();
    assert_eq!(sentences.len(), 5);
    let text = include_str!("../../data/articles.json");
    for sentence in sentences {
        let written = serde_json::to_string(sentence).unwrap();
        assert!(text.contains(written.trim_matches('"')), "{sentence}");
    }
    assert_eq!(table["text_column"], "body");
}

#[test]
fn the_sentiment_of_the_reviews_follows_their_ratings() {
    let answer = Place::new().answer("What is the sentiment of the reviews in examples/data/reviews.csv?");
    let expected = expected("reviews.csv");
    let mean_rating = expected["rating_sum"].as_f64().unwrap() / expected["row_count"].as_f64().unwrap();
    assert!(mean_rating > 3.0, "the reviews are good ones on the whole");
    assert_eq!(result(&answer, "analyze_sentiment")["sentiment"], "positive");
}

#[test]
fn a_quoted_text_needs_no_file() {
    let answer =
        Place::new().answer(r#"Analyze the sentiment of "I am very disappointed. This is terrible.""#);
    assert_eq!(result(&answer, "analyze_sentiment")["sentiment"], "negative");
    assert_eq!(answer["agents_used"], 1);
    assert_eq!(answer["total_cost"], json!(0.1));
}

#[test]
fn a_quoted_text_is_counted() {
    let answer =
        Place::new().answer(r#"How many words and sentences are in "The tide rises. The tide falls."?"#);
    assert_eq!(result(&answer, "text_statistics")["words"], 6);
    assert_eq!(result(&answer, "text_statistics")["sentences"], 2);
    assert_eq!(result(&answer, "text_statistics")["unique_words"], 4);
}

#[test]
fn three_agents_follow_each_other_and_two_stand_side_by_side() {
    let answer = Place::new().answer(
        "Read examples/data/incidents.csv, summarize it in four sentences, then count the words of the summary \
         and extract 3 keywords from the summary",
    );
    let steps = answer["steps_executed"].as_array().unwrap();
    assert_eq!(steps.len(), 4);
    let summary = &result(&answer, "summarize_text")["summary"];
    for task in ["text_statistics", "extract_keywords"] {
        let step = steps.iter().find(|step| step["task"] == task).unwrap();
        assert_eq!(step["parameters"]["text"], *summary);
    }
    let words = summary.as_str().unwrap().split_whitespace().count();
    assert_eq!(result(&answer, "text_statistics")["words"], words);
    assert_eq!(
        result(&answer, "extract_keywords")["keywords"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(answer["total_cost"], json!(0.17));
}

#[test]
fn the_goal_of_the_readme_does_what_it_says() {
    let readme = include_str!("../../../README.md");
    let goal = readme
        .split("--bin orchestrator -- run \"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let answer = Place::new().answer(goal);
    assert_eq!(answer["status"], "completed");
    assert_eq!(answer["agents_used"], 4);
    assert_eq!(
        result(&answer, "summarize_text")["sentences"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(
        result(&answer, "extract_keywords")["keywords"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
}
