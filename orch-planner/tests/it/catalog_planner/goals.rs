//! Goals over text, and what is planned for them.

use super::{agents, assert_steps, caller, plan, planner_over};
use orch_planner::{Goal, Planner};

const READ: &str = r#"read_table = table-reader(path: "examples/data/reviews.csv")"#;
const SENTIMENT: &str = "analyze_sentiment = sentiment-analyzer(text: <read_table/text>)";
const STATISTICS: &str = "text_statistics = text-statistics(text: <read_table/text>)";

#[tokio::test]
async fn three_in_sequence_and_two_beside_each_other() {
    let steps = [
        READ,
        "summarize_text = text-summarizer(sentences: 3, text: <read_table/text>)",
        "analyze_sentiment = sentiment-analyzer(text: <summarize_text/summary>)",
        "extract_keywords = keyword-extractor(count: 5, text: <summarize_text/summary>)",
    ];
    for goal in [
        "Read examples/data/reviews.csv, summarize the reviews in three sentences, then tell the sentiment and the top 5 \
         keywords of the summary",
        "Summarize examples/data/reviews.csv in 3 sentences. Then give me the sentiment and 5 keywords of the summary.",
        "Please load the file examples/data/reviews.csv; write a summary of the reviews of at most 3 sentences; then find \
         the sentiment and the five most frequent key words of that summary!",
        "1. Read \"examples/data/reviews.csv\"\n2. Condense the text into three sentences\n3. Determine the mood and the \
         top five keywords of the summary",
    ] {
        assert_steps(goal, &plan(goal).await, &steps);
    }
}

#[tokio::test]
async fn what_is_needed_before_is_put_before() {
    for goal in [
        "sentiment of examples/data/reviews.csv",
        "What is the sentiment of the reviews in examples/data/reviews.csv?",
        "Read examples/data/reviews.csv and tell me the overall sentiment.",
        "Are the reviews in examples/data/reviews.csv positive or negative?",
        "In examples/data/reviews.csv, what's the mood?",
        "Analyze the sentiment of 'examples/data/reviews.csv'.",
        "I have a file examples/data/reviews.csv. Tell me its sentiment.",
        "Could you please work out the opinion in examples/data/reviews.csv, thanks",
    ] {
        assert_steps(goal, &plan(goal).await, &[READ, SENTIMENT]);
    }
}

#[tokio::test]
async fn what_leads_in_belongs_to_what_follows() {
    let goal = "First summarize examples/data/reviews.csv in 5 sentences; next, from that summary, extract 4 keywords; finally, \
                compute statistics of the summary.";
    let steps = [
        READ,
        "summarize_text = text-summarizer(sentences: 5, text: <read_table/text>)",
        "extract_keywords = keyword-extractor(count: 4, text: <summarize_text/summary>)",
        "text_statistics = text-statistics(text: <summarize_text/summary>)",
    ];
    assert_steps(goal, &plan(goal).await, &steps);
    let goal = "Read the reviews (examples/data/reviews.csv)";
    assert_steps(goal, &plan(goal).await, &[READ]);
}

#[tokio::test]
async fn what_needs_the_same_runs_beside_each_other() {
    for goal in [
        "Count the words of examples/data/reviews.csv and tell the sentiment",
        "Give me the statistics and the sentiment of examples/data/reviews.csv",
        "Read examples/data/reviews.csv, count its words and characters, and judge its sentiment",
    ] {
        assert_steps(goal, &plan(goal).await, &[READ, STATISTICS, SENTIMENT]);
    }
    let goal = "Read examples/data/reviews.csv, then summarize it in two sentences, extract the 10 top keywords, and analyze \
                the sentiment of the reviews";
    let steps = [
        READ,
        "summarize_text = text-summarizer(sentences: 2, text: <read_table/text>)",
        "extract_keywords = keyword-extractor(count: 10, text: <read_table/text>)",
        SENTIMENT,
    ];
    assert_steps(goal, &plan(goal).await, &steps);
}

#[tokio::test]
async fn one_step_is_enough_where_one_does_it() {
    for (goal, step) in [
        ("Read examples/data/reviews.csv", READ),
        ("Show me the table in examples/data/reviews.csv", READ),
        (
            "Read the body column of notes.csv",
            r#"read_table = table-reader(column: "body", path: "notes.csv")"#,
        ),
        (
            "Load notes.csv with column 'free text'",
            r#"read_table = table-reader(column: "free text", path: "notes.csv")"#,
        ),
        (
            "What is the sentiment of \"I love it\"?",
            r#"analyze_sentiment = sentiment-analyzer(text: "I love it")"#,
        ),
        (
            "Judge the sentiment of this text: It broke. I am sad.",
            r#"analyze_sentiment = sentiment-analyzer(text: "It broke. I am sad.")"#,
        ),
        (
            "Give me the three most important keywords of “cats, dogs and cats”",
            r#"extract_keywords = keyword-extractor(count: 3, text: "cats, dogs and cats")"#,
        ),
        (
            "Summarize the following in one sentence: A is B. C is D.",
            r#"summarize_text = text-summarizer(sentences: 1, text: "A is B. C is D.")"#,
        ),
        (
            "How many words are in 'to be or not to be'?",
            r#"text_statistics = text-statistics(text: "to be or not to be")"#,
        ),
    ] {
        assert_steps(goal, &plan(goal).await, &[step]);
    }
}

#[tokio::test]
async fn questions_are_wishes() {
    let path = r#"read_table = table-reader(path: "examples/data/incidents.csv")"#;
    let keywords =
        |count: &str| format!("extract_keywords = keyword-extractor({count}text: <read_table/text>)");
    for (goal, step) in [
        (
            "How many sentences are in examples/data/incidents.csv?",
            STATISTICS.to_owned(),
        ),
        (
            "How long does it take to read examples/data/incidents.csv?",
            STATISTICS.to_owned(),
        ),
        (
            "What is the reading time of examples/data/incidents.csv?",
            STATISTICS.to_owned(),
        ),
        (
            "Is examples/data/incidents.csv mostly positive?",
            SENTIMENT.to_owned(),
        ),
        (
            "What do people think of the service in examples/data/incidents.csv?",
            SENTIMENT.to_owned(),
        ),
        (
            "How negative are the reports in examples/data/incidents.csv?",
            SENTIMENT.to_owned(),
        ),
        (
            "What are the main topics in examples/data/incidents.csv?",
            keywords(""),
        ),
        (
            "What are the most important words in examples/data/incidents.csv?",
            keywords(""),
        ),
        (
            "Which 20 keywords describe examples/data/incidents.csv best?",
            keywords("count: 20, "),
        ),
    ] {
        assert_steps(goal, &plan(goal).await, &[path, &step]);
    }
    let goal = "How many rows does examples/data/incidents.csv have?";
    assert_steps(goal, &plan(goal).await, &[path]);
}

#[tokio::test]
async fn lists_are_wishes_each() {
    let summary = "summarize_text = text-summarizer(sentences: 2, text: <read_table/text>)";
    let keywords = "extract_keywords = keyword-extractor(count: 8, text: <read_table/text>)";
    for goal in [
        "Analyze examples/data/reviews.csv: sentiment, 8 keywords, and a 2-sentence summary",
        "For examples/data/reviews.csv, give me the sentiment, eight keywords as well as a summary (max 2 sentences).",
        "Take examples/data/reviews.csv. First, judge its sentiment. Second, pick out the 8 best keywords. Third, condense \
         it to 2 sentences.",
    ] {
        assert_steps(goal, &plan(goal).await, &[READ, SENTIMENT, keywords, summary]);
    }
}

#[tokio::test]
async fn two_wishes_about_one_text_both_take_it() {
    let goal = "Give me the word count of 'to be, or not to be' and its sentiment";
    let steps = [
        r#"text_statistics = text-statistics(text: "to be, or not to be")"#,
        r#"analyze_sentiment = sentiment-analyzer(text: "to be, or not to be")"#,
    ];
    assert_steps(goal, &plan(goal).await, &steps);
    let goal = "Summarize notes.txt and then summarize the summary in one sentence";
    let steps = [
        r#"read_table = table-reader(path: "notes.txt")"#,
        "summarize_text = text-summarizer(text: <read_table/text>)",
        "summarize_text-2 = text-summarizer(sentences: 1, text: <summarize_text/summary>)",
    ];
    assert_steps(goal, &plan(goal).await, &steps);
}

#[tokio::test]
async fn details_go_to_the_step_that_takes_them() {
    let goal = "Extract the top 7 keywords of the title column of data/articles.json";
    let steps = [
        r#"read_table = table-reader(column: "title", path: "data/articles.json")"#,
        "extract_keywords = keyword-extractor(count: 7, text: <read_table/text>)",
    ];
    assert_steps(goal, &plan(goal).await, &steps);
    let goal = "Give a 4 sentence summary of notes.txt with 12 keywords";
    let steps = [
        r#"read_table = table-reader(path: "notes.txt")"#,
        "summarize_text = text-summarizer(sentences: 4, text: <read_table/text>)",
    ];
    assert_steps(goal, &plan(goal).await, &steps);
}

#[tokio::test]
async fn several_files_are_each_worked_on() {
    let goal = "Summarize a.txt and b.txt";
    let steps = [
        r#"read_table = table-reader(path: "a.txt")"#,
        "summarize_text = text-summarizer(text: <read_table/text>)",
        r#"read_table-2 = table-reader(path: "b.txt")"#,
        "summarize_text-2 = text-summarizer(text: <read_table-2/text>)",
    ];
    assert_steps(goal, &plan(goal).await, &steps);
    let goal = "Tell the sentiment of a.csv, and the keywords of b.csv";
    let steps = [
        r#"read_table = table-reader(path: "a.csv")"#,
        SENTIMENT,
        r#"read_table-2 = table-reader(path: "b.csv")"#,
        "extract_keywords = keyword-extractor(text: <read_table-2/text>)",
    ];
    assert_steps(goal, &plan(goal).await, &steps);
}

#[tokio::test]
async fn the_context_is_worked_on_where_nothing_else_is_said() {
    let planner = planner_over(agents::all()).await;
    for (goal, steps) in [
        (
            "Summarize the text",
            &[r#"summarize_text = text-summarizer(text: "It rained.")"#][..],
        ),
        (
            "Tell the sentiment and the keywords",
            &[
                r#"analyze_sentiment = sentiment-analyzer(text: "It rained.")"#,
                r#"extract_keywords = keyword-extractor(text: "It rained.")"#,
            ],
        ),
        (
            "Summarize and extract keywords",
            &[
                r#"summarize_text = text-summarizer(text: "It rained.")"#,
                r#"extract_keywords = keyword-extractor(text: "It rained.")"#,
            ],
        ),
        (
            "Summarize it, then find the keywords of the summary",
            &[
                r#"summarize_text = text-summarizer(text: "It rained.")"#,
                "extract_keywords = keyword-extractor(text: <summarize_text/summary>)",
            ],
        ),
        (
            "Read examples/data/reviews.csv and tell the sentiment",
            &[READ, SENTIMENT],
        ),
    ] {
        let goal = Goal::new(goal).unwrap().with_context("It rained.").unwrap();
        assert_steps(&goal.text, &planner.plan(&caller(), &goal).await, steps);
    }
}

#[tokio::test]
async fn the_same_goal_has_the_same_plan() {
    let goal = "Read a.csv, summarize it, then tell the sentiment and the keywords of the summary";
    assert_eq!(plan(goal).await.unwrap(), plan(goal).await.unwrap());
}
