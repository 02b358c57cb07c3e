//! Five agents that read and judge text, as a host may enroll them, and others that do something else.

mod others;

use orch_core::{
    Amount, Currency, Task,
    agent::{Endpoint, Pricing},
    catalog::{AgentDraft, VersionDraft},
};
use serde_json::{Value, json};

pub(crate) use others::others;

pub(super) fn price(minor: i64) -> Pricing {
    Pricing::per_request(Amount::new(minor, Currency::Algo).unwrap())
}

pub(super) fn task(name: &str, description: &str, parameters: Value, returns: Value) -> Task {
    Task {
        name: name.into(),
        description: description.into(),
        parameters,
        returns,
        examples: Vec::new(),
        repeatable: true,
        timeout: None,
    }
}

pub(super) fn agent(name: &str, title: &str, tags: &[&str], task: Task) -> AgentDraft {
    let mut version = VersionDraft::new(title, vec![task], price(1_000), Endpoint::InProcess);
    version.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    AgentDraft::new("acme".parse().unwrap(), name.parse().unwrap(), version)
}

fn described(mut agent: AgentDraft, description: &str) -> AgentDraft {
    agent.version.description = description.into();
    agent
}

/// An object schema; a parameter whose name ends in `?` may be left out.
pub(super) fn object(properties: &[(&str, Value)]) -> Value {
    let required: Vec<&str> = properties
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !name.ends_with('?'))
        .collect();
    let properties: serde_json::Map<String, Value> = properties
        .iter()
        .map(|(name, schema)| (name.trim_end_matches('?').to_owned(), schema.clone()))
        .collect();
    json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties,
        "required": required, "additionalProperties": false})
}

pub(super) fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn whole(description: &str, minimum: u32, maximum: u32) -> Value {
    json!({"type": "integer", "format": "uint", "description": description, "minimum": minimum, "maximum": maximum})
}

fn count(description: &str) -> Value {
    json!({"type": "integer", "format": "uint", "description": description, "minimum": 0})
}

pub(super) fn table() -> AgentDraft {
    let path = "Path of the file, absolute or relative to the working directory: `.csv` or `.tsv` with a header row, \
        `.json` with an array of objects or an object holding one, `.txt` or `.md` as one column `text` with a row per line.";
    let task = task(
        "read_table",
        "Read a CSV or JSON file: its columns, rows and row count, and the text of a column.",
        object(&[
            (
                "path",
                json!({"type": "string", "format": "path", "description": path}),
            ),
            (
                "column?",
                json!({"type": ["string", "null"], "default": null,
                "description": "Name of the column whose text is wanted; without it, the column with the most text."}),
            ),
        ]),
        object(&[
            (
                "columns",
                json!({"type": "array", "items": {"type": "string"}, "description": "Names of the columns, in the order of the file."}),
            ),
            (
                "row_count",
                count("Number of rows in the file, without the header."),
            ),
            (
                "rows",
                json!({"type": "array", "items": {"type": "object"}, "description": "The first rows, as objects by column."}),
            ),
            (
                "text_column",
                json!({"type": ["string", "null"], "description": "Name of the column that `text` is taken from."}),
            ),
            (
                "text",
                text("The text of that column, one row after the other, joined by line ends."),
            ),
            (
                "is_truncated",
                json!({"type": "boolean", "description": "Whether `rows` or `text` had to be cut."}),
            ),
        ]),
    );
    described(
        agent("table-reader", "Table reader", &["csv", "json", "file"], task),
        "Reads a file of the working directory: CSV, TSV, JSON or plain text.",
    )
}

pub(super) fn statistics() -> AgentDraft {
    let task = task(
        "text_statistics",
        "Count the words, unique words, characters and sentences of a text, and estimate its reading time.",
        object(&[("text", text("The text to count, at most 1,000,000 bytes."))]),
        object(&[
            ("characters", count("Characters, white space included.")),
            ("words", count("Words, as Unicode defines them.")),
            ("unique_words", count("Different words, whatever their case.")),
            ("sentences", count("Sentences; a line end ends one as well.")),
            (
                "average_words_per_sentence",
                json!({"type": "number", "description": "Words per sentence, to two decimals."}),
            ),
            (
                "longest_word",
                text("The longest word, the first of several; empty when there is no word."),
            ),
            (
                "reading_time_seconds",
                count("Seconds an adult takes to read it silently."),
            ),
        ]),
    );
    described(
        agent(
            "text-statistics",
            "Text statistics",
            &["statistics", "count"],
            task,
        ),
        "Measures a text.",
    )
}

pub(super) fn sentiment() -> AgentDraft {
    let mut returns = object(&[
        (
            "sentiment",
            json!({"$ref": "#/$defs/Sentiment", "description": "The feeling of the whole text."}),
        ),
        (
            "confidence",
            json!({"type": "number", "description": "How far the text is from feeling otherwise."}),
        ),
        ("scores", json!({"$ref": "#/$defs/Scores"})),
    ]);
    returns["$defs"] = json!({
        "Sentiment": {"oneOf": [{"const": "positive"}, {"const": "neutral"}, {"const": "negative"}]},
        "Scores": object(&[("positive", json!({"type": "number"})), ("negative", json!({"type": "number"}))]),
    });
    let task = task(
        "analyze_sentiment",
        "Analyze the sentiment of a text: positive, neutral or negative, with scores.",
        object(&[(
            "text",
            text(
                "The English text to judge, at most 1,000,000 bytes; several texts are separated by line ends.",
            ),
        )]),
        returns,
    );
    described(
        agent(
            "sentiment-analyzer",
            "Sentiment analyzer",
            &["sentiment", "mood"],
            task,
        ),
        "Tells the mood of an English text by the rules and the lexicon of VADER.",
    )
}

pub(super) fn keywords() -> AgentDraft {
    let keyword = json!({"type": "array", "items": {"$ref": "#/$defs/Keyword"}, "description": "The keywords, the most frequent first."});
    let task = task(
        "extract_keywords",
        "Extract the most important keywords of a text.",
        object(&[
            (
                "text",
                text("The English text to find keywords in, at most 1,000,000 bytes."),
            ),
            (
                "count?",
                whole("How many keywords to return at most, from 1 to 100.", 1, 100),
            ),
        ]),
        object(&[("keywords", keyword)]),
    );
    described(
        agent(
            "keyword-extractor",
            "Keyword extractor",
            &["keywords", "topics"],
            task,
        ),
        "Finds the words that an English text is about.",
    )
}

pub(super) fn summary() -> AgentDraft {
    let task = task(
        "summarize_text",
        "Summarize a text in a few of its own sentences.",
        object(&[
            (
                "text",
                text("The English text to summarize, at most 1,000,000 bytes."),
            ),
            (
                "sentences?",
                whole("How many sentences the summary has at most, from 1 to 50.", 1, 50),
            ),
        ]),
        object(&[
            (
                "summary",
                text("The chosen sentences as one text, in the order in which they stand in the original."),
            ),
            (
                "sentences",
                json!({"type": "array", "items": {"type": "string"}, "description": "The chosen sentences one by one."}),
            ),
        ]),
    );
    described(
        agent("text-summarizer", "Text summarizer", &["summary"], task),
        "Shortens an English text to its most telling sentences, as they stand.",
    )
}

pub(super) fn useful() -> Vec<AgentDraft> {
    vec![table(), statistics(), sentiment(), keywords(), summary()]
}

pub(super) fn all() -> Vec<AgentDraft> {
    useful().into_iter().chain(others()).collect()
}
