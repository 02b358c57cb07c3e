//! Goals over agents of other kinds: what is looked up, converted, sent.

use super::{assert_steps, plan};

#[tokio::test]
async fn words_go_into_what_looks_them_up() {
    for (goal, step) in [
        (
            "What is the weather in New York?",
            r#"get_weather = weather(city: "New York")"#,
        ),
        (
            "Tell me the current weather in Paris in celsius",
            r#"get_weather = weather(city: "Paris", unit: "celsius")"#,
        ),
        (
            "Convert 12.50 EUR to USD",
            r#"convert_currency = currency(amount: 12.5, from: "EUR", to: "USD")"#,
        ),
        (
            "Find the coordinates of Mount Everest",
            r#"geocode = geocoder(place: "Mount Everest")"#,
        ),
        (
            "Translate 'good morning' into French",
            r#"translate_text = translator(target_language: "French", text: "good morning")"#,
        ),
        (
            "Generate a password with 20 characters and without symbols",
            r#"generate_password = passwords(length: 20, symbols: false)"#,
        ),
        (
            "Resize photo.png to a width of 640 and a height of 480",
            r#"resize_image = images(height: 480, path: "photo.png", width: 640)"#,
        ),
        (
            "Copy the file a/b.txt to c/d.txt",
            r#"copy_file = files(destination: "c/d.txt", source: "a/b.txt")"#,
        ),
        (
            "Add an event 'Board meeting' on 2026-12-01 to the calendar",
            r#"add_event = calendar(date: "2026-12-01", title: "Board meeting")"#,
        ),
        ("Tell me a joke", "tell_joke = jokes()"),
    ] {
        assert_steps(goal, &plan(goal).await, &[step]);
    }
}

#[tokio::test]
async fn a_place_keeps_its_state() {
    let goal = "How's the weather in San Francisco, CA and in Boston, MA?";
    let steps = [
        r#"get_weather = weather(city: "San Francisco, CA")"#,
        r#"get_weather-2 = weather(city: "Boston, MA")"#,
    ];
    assert_steps(goal, &plan(goal).await, &steps);
}

#[tokio::test]
async fn what_is_looked_up_for_several_is_looked_up_for_each() {
    for goal in [
        "What is the weather in Berlin, New York and Rome?",
        "Tell the weather in Berlin, in New York, and in Rome",
    ] {
        let steps = [
            r#"get_weather = weather(city: "Berlin")"#,
            r#"get_weather-2 = weather(city: "New York")"#,
            r#"get_weather-3 = weather(city: "Rome")"#,
        ];
        assert_steps(goal, &plan(goal).await, &steps);
    }
}

#[tokio::test]
async fn answers_go_into_what_is_called_like_them() {
    let goal = "Tell the sun times in Reykjavik";
    let steps = [
        r#"geocode = geocoder(place: "Reykjavik")"#,
        "sun_times = sun(latitude: <geocode/latitude>, longitude: <geocode/longitude>)",
    ];
    assert_steps(goal, &plan(goal).await, &steps);
}

#[tokio::test]
async fn a_page_is_fetched_where_an_address_is_given() {
    let goal = "Summarize https://example.com/news.html in 2 sentences and translate the summary into German";
    let steps = [
        r#"fetch_page = fetcher(url: "https://example.com/news.html")"#,
        "summarize_text = text-summarizer(sentences: 2, text: <fetch_page/content>)",
        r#"translate_text = translator(target_language: "German", text: <summarize_text/summary>)"#,
    ];
    assert_steps(goal, &plan(goal).await, &steps);
}

#[tokio::test]
async fn a_nested_wish_is_granted_first() {
    let goal = "Tell the sentiment of the summary of notes.txt";
    let steps = [
        r#"read_table = table-reader(path: "notes.txt")"#,
        "summarize_text = text-summarizer(text: <read_table/text>)",
        "analyze_sentiment = sentiment-analyzer(text: <summarize_text/summary>)",
    ];
    assert_steps(goal, &plan(goal).await, &steps);
}

#[tokio::test]
async fn what_was_just_made_is_passed_on() {
    let goal = "Read notes.txt, summarize it, then translate it into French and email the translation to ann@example.com";
    let steps = [
        r#"read_table = table-reader(path: "notes.txt")"#,
        "summarize_text = text-summarizer(text: <read_table/text>)",
        r#"translate_text = translator(target_language: "French", text: <summarize_text/summary>)"#,
        r#"send_email = mailer(body: <translate_text/translation>, to: "ann@example.com")"#,
    ];
    assert_steps(goal, &plan(goal).await, &steps);
}
