//! Agents that have little to do with text.

use orch_core::catalog::AgentDraft;
use serde_json::json;

use super::{agent, object, task, text, whole};

/// Agents that do something else.
pub(crate) fn others() -> Vec<AgentDraft> {
    let number = |description: &str| json!({"type": "number", "description": description});
    let choice = |values: &[&str]| json!({"type": "string", "enum": values});
    let ok = || object(&[("ok", json!({"type": "boolean"}))]);
    vec![
        agent(
            "weather",
            "Weather",
            &["forecast"],
            task(
                "get_weather",
                "Tells the current weather of a city.",
                object(&[
                    ("city", text("Name of the city")),
                    ("unit?", choice(&["celsius", "fahrenheit"])),
                ]),
                object(&[
                    ("temperature", number("Degrees")),
                    ("conditions", text("What the sky looks like")),
                ]),
            ),
        ),
        agent(
            "geocoder",
            "Geocoder",
            &["coordinates"],
            task(
                "geocode",
                "Finds the coordinates of a place.",
                object(&[("place", text("The place to find"))]),
                object(&[
                    ("latitude", number("Degrees north")),
                    ("longitude", number("Degrees east")),
                ]),
            ),
        ),
        agent(
            "sun",
            "Sun times",
            &["sunrise", "sunset"],
            task(
                "sun_times",
                "Computes when the sun rises and sets at coordinates.",
                object(&[
                    ("latitude", number("Degrees north")),
                    ("longitude", number("Degrees east")),
                    ("date?", json!({"type": "string", "format": "date"})),
                ]),
                object(&[
                    ("sunrise", text("When it rises")),
                    ("sunset", text("When it sets")),
                ]),
            ),
        ),
        agent(
            "translator",
            "Translator",
            &["language"],
            task(
                "translate_text",
                "Translates a text into another language.",
                object(&[
                    ("text", text("The text to translate")),
                    ("target_language", text("The language to translate into")),
                ]),
                object(&[("translation", text("The translated text"))]),
            ),
        ),
        agent(
            "fetcher",
            "Page fetcher",
            &["web", "download"],
            task(
                "fetch_page",
                "Downloads a web page and gives its readable text.",
                object(&[(
                    "url",
                    json!({"type": "string", "format": "uri", "description": "Address of the page"}),
                )]),
                object(&[
                    ("title", text("Title of the page")),
                    ("content", text("The readable text of the page")),
                ]),
            ),
        ),
        agent(
            "mailer",
            "Mailer",
            &["email"],
            task(
                "send_email",
                "Sends an e-mail.",
                object(&[
                    (
                        "to",
                        json!({"type": "string", "format": "email", "description": "Who gets it"}),
                    ),
                    ("subject?", text("The subject line")),
                    ("body", text("What it says")),
                ]),
                ok(),
            ),
        ),
        agent(
            "currency",
            "Currency converter",
            &["exchange"],
            task(
                "convert_currency",
                "Converts an amount of money from one currency into another.",
                object(&[
                    ("amount", number("How much")),
                    ("from", choice(&["EUR", "USD", "GBP"])),
                    ("to", choice(&["EUR", "USD", "GBP"])),
                ]),
                object(&[("converted", number("How much that is"))]),
            ),
        ),
        agent(
            "calendar",
            "Calendar",
            &["meeting"],
            task(
                "add_event",
                "Puts an event into the calendar.",
                object(&[
                    ("title", text("What it is")),
                    ("date", json!({"type": "string", "format": "date"})),
                    ("all_day?", json!({"type": "boolean"})),
                ]),
                ok(),
            ),
        ),
        agent(
            "stocks",
            "Stock quotes",
            &["market"],
            task(
                "stock_price",
                "Looks up the last price of a share.",
                object(&[("symbol", text("Ticker symbol of the company"))]),
                object(&[("price", number("The last price"))]),
            ),
        ),
        agent(
            "images",
            "Image resizer",
            &["picture", "photo"],
            task(
                "resize_image",
                "Resizes a picture to a width and a height in pixels.",
                object(&[
                    (
                        "path",
                        json!({"type": "string", "format": "path", "description": "Path of the picture"}),
                    ),
                    ("width", whole("Pixels across", 1, 10_000)),
                    ("height", whole("Pixels down", 1, 10_000)),
                ]),
                object(&[(
                    "path",
                    json!({"type": "string", "format": "path", "description": "Path of the resized picture"}),
                )]),
            ),
        ),
        agent(
            "jokes",
            "Jokes",
            &["fun"],
            task(
                "tell_joke",
                "Tells a joke.",
                object(&[]),
                object(&[("joke", text("The joke"))]),
            ),
        ),
        agent(
            "passwords",
            "Passwords",
            &["security"],
            task(
                "generate_password",
                "Makes up a random password.",
                object(&[
                    ("length?", whole("How many characters it has", 8, 128)),
                    (
                        "symbols?",
                        json!({"type": "boolean", "description": "Whether it has punctuation"}),
                    ),
                ]),
                object(&[("password", text("The password"))]),
            ),
        ),
        agent(
            "files",
            "File copier",
            &["disk"],
            task(
                "copy_file",
                "Copies a file to another place.",
                object(&[
                    ("source", json!({"type": "string", "format": "path"})),
                    ("destination", json!({"type": "string", "format": "path"})),
                ]),
                ok(),
            ),
        ),
    ]
}
