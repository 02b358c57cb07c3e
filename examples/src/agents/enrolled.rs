//! The five agents as the catalog shows them.

use orch::{Agent, AgentFunction, Amount, Currency, LocalAgent, MoneyError, agent::Pricing};
use serde_json::json;

use super::{keywords, sentiment, statistics, summary, table};

/// The five agents, to be handed to an orchestrator's builder.
///
/// # Errors
/// None in practice: the prices are ours.
pub fn all() -> Result<Vec<LocalAgent>, MoneyError> {
    Ok(vec![
        Agent::function::<table::Input, table::Output>("table-reader", "read_table", async |input| {
            table::read_table(input)
        })
        .title("Table reader")
        .description("Reads a file of the working directory: CSV, TSV, JSON or plain text.")
        .category("Files")
        .tag("csv")
        .tag("json")
        .tag("file")
        .task_description("Read a CSV or JSON file: its columns, rows and row count, and the text of a column.")
        .example(json!({"path": "measurements.csv"}), json!({"columns": ["day", "note"], "row_count": 1, "rows": [{"day": 1, "note": "dry"}], "text_column": "note", "text": "dry", "is_truncated": false}))
        .repeatable()
        .price(price("0.01")?),
        Agent::function::<statistics::Input, statistics::Output>("text-statistics", "text_statistics", async |input| {
            statistics::text_statistics(input)
        })
        .title("Text statistics")
        .description("Measures a text.")
        .category("Text")
        .tag("statistics")
        .tag("count")
        .task_description("Count the words, unique words, characters and sentences of a text, and estimate its reading time.")
        .repeatable()
        .price(price("0.01")?),
        Agent::function::<sentiment::Input, sentiment::Output>("sentiment-analyzer", "analyze_sentiment", async |input| {
            sentiment::analyze_sentiment(input)
        })
        .title("Sentiment analyzer")
        .description("Tells the mood of an English text by the rules and the lexicon of VADER.")
        .category("Text")
        .tag("sentiment")
        .tag("mood")
        .task_description("Analyze the sentiment of a text: positive, neutral or negative, with scores.")
        .repeatable()
        .price(price("0.1")?),
        Agent::function::<keywords::Input, keywords::Output>("keyword-extractor", "extract_keywords", async |input| {
            keywords::extract_keywords(input)
        })
        .title("Keyword extractor")
        .description("Finds the words that an English text is about.")
        .category("Text")
        .tag("keywords")
        .tag("topics")
        .task_description("Extract the most important keywords of a text.")
        .repeatable()
        .price(price("0.05")?),
        Agent::function::<summary::Input, summary::Output>("text-summarizer", "summarize_text", async |input| {
            summary::summarize_text(input)
        })
        .title("Text summarizer")
        .description("Shortens an English text to its most telling sentences, as they stand.")
        .category("Text")
        .tag("summary")
        .task_description("Summarize a text in a few of its own sentences.")
        .repeatable()
        .price(price("0.1")?),
    ])
}

fn price(algo: &str) -> Result<Pricing, MoneyError> {
    Ok(Pricing::per_request(Amount::parse(algo, Currency::Algo)?))
}
