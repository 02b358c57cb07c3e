//! How each form writes numbers and texts, and what is no document.

use orch_auth::{Document, Form, document::DocumentError};
use proptest::prelude::*;

fn written(form: Form, body: &str) -> Option<String> {
    let document = Document::read(body.as_bytes()).unwrap();
    form.write(&document)
        .map(|bytes| String::from_utf8(bytes).unwrap())
}

/// The published table: the token, and what C and D make of it.
#[test]
fn numbers_are_written_as_published() {
    for (token, python, ecma_script) in [
        ("1.50", "1.5", "1.5"),
        ("1E2", "100.0", "100"),
        ("100.0", "100.0", "100"),
        ("1e15", "1000000000000000.0", "1000000000000000"),
        ("1e16", "1e+16", "10000000000000000"),
        ("1e+16", "1e+16", "10000000000000000"),
        ("10000000000000000", "10000000000000000", "10000000000000000"),
        ("0.0001", "0.0001", "0.0001"),
        ("0.00001", "1e-05", "0.00001"),
        ("1e-05", "1e-05", "0.00001"),
        ("1e-6", "1e-06", "0.000001"),
        ("1e-7", "1e-07", "1e-7"),
        ("1e-07", "1e-07", "1e-7"),
        ("1e20", "1e+20", "100000000000000000000"),
        ("1e21", "1e+21", "1e+21"),
        ("1e+21", "1e+21", "1e+21"),
        ("-0", "0", "0"),
        ("-0.0", "-0.0", "0"),
        ("0e0", "0.0", "0"),
        (
            "1180591620717411303424",
            "1180591620717411303424",
            "1.1805916207174113e+21",
        ),
        (
            "12345678901234567.0",
            "1.2345678901234568e+16",
            "12345678901234568",
        ),
        ("80767263853308.625", "80767263853308.62", "80767263853308.62"),
        ("5e-324", "5e-324", "5e-324"),
        ("-123456789.123", "-123456789.123", "-123456789.123"),
        (
            "1.7976931348623157e308",
            "1.7976931348623157e+308",
            "1.7976931348623157e+308",
        ),
        ("1e100", "1e+100", "1e+100"),
    ] {
        assert_eq!(written(Form::A, token).as_deref(), Some(token));
        assert_eq!(written(Form::B, token).as_deref(), Some(token));
        assert_eq!(written(Form::C, token).as_deref(), Some(python), "{token}");
        assert_eq!(written(Form::D, token).as_deref(), Some(ecma_script), "{token}");
    }
}

#[test]
fn integers_that_binary64_cannot_tell_apart_have_no_form_d() {
    for token in [
        "9007199254740993",
        "-9007199254740993",
        "12345678901234567890123",
        // A binary64 has it, and what ECMAScript writes for that is another integer.
        "22222222221111112",
        "-22222222221111112",
    ] {
        assert_eq!(written(Form::D, token), None, "{token}");
    }
    assert_eq!(written(Form::D, &"9".repeat(400)), None, "beyond every float");
    assert_eq!(
        written(Form::D, "9007199254740992").as_deref(),
        Some("9007199254740992")
    );
}

#[test]
fn of_members_with_one_name_the_last_counts() {
    let body = r#"{"b":1,"a":{"x":1,"x":2},"b":3,"b":[{"y":1,"y":0}]}"#;
    assert_eq!(
        written(Form::A, body).as_deref(),
        Some(r#"{"a":{"x":2},"b":[{"y":0}]}"#)
    );
}

#[test]
fn texts_are_escaped_as_each_language_does() {
    let body = r#""\u00eb\ud83d\ude00/\u007f\u2028\b\f\n\r\t\u0001\"\\\ud800\udc00\ud800""#;
    let python = r#""\u00eb\ud83d\ude00/\u007f\u2028\b\f\n\r\t\u0001\"\\\ud800\udc00\ud800""#;
    let javascript = "\"\u{eb}\u{1f600}/\u{7f}\u{2028}\\b\\f\\n\\r\\t\\u0001\\\"\\\\\u{10000}\\ud800\"";
    assert_eq!(written(Form::A, body).as_deref(), Some(python));
    assert_eq!(written(Form::D, body).as_deref(), Some(javascript));
}

#[test]
fn what_is_no_document_is_refused() {
    for body in [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "--1",
        "NaN",
        "Infinity",
        "-Infinity",
        "nul",
        "tru",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u+123\"",
        "\"\n\"",
        "\"\u{0}\"",
        "1 2",
        "{} {}",
        "[1 2]",
        "{\"a\" 1}",
        "/* */ 1",
        "\u{feff}1",
        "'a'",
        "0x10",
        "1_000",
    ] {
        let read = Document::read(body.as_bytes());
        assert!(
            matches!(read, Err(DocumentError::Malformed { .. })),
            "{body:?}: {read:?}"
        );
    }
    for body in [&b"\"\xff\""[..], b"\xef\xbb\xbf\xff", b"\"\xed\xa0\x80\""] {
        assert_eq!(Document::read(body), Err(DocumentError::NotUtf8));
    }
}

#[test]
fn a_document_is_bounded() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Document::read(nested(128).as_bytes()).is_ok());
    let too_deep = Err(DocumentError::TooDeep { levels: 128 });
    assert_eq!(Document::read(nested(129).as_bytes()), too_deep);
    assert_eq!(Document::read("[".repeat(1_000_000).as_bytes()), too_deep);
    assert!(Document::read("1".repeat(1000).as_bytes()).is_ok());
    for large in ["1".repeat(1001), "1e309".to_owned(), "-1e999".to_owned()] {
        assert_eq!(
            Document::read(large.as_bytes()),
            Err(DocumentError::LargeNumber { at: 0 })
        );
    }
}

proptest! {
    /// What serde_json takes for a value we take too, and write so that it reads the same.
    #[test]
    fn every_form_reads_back(text: String, number: f64, integer: i64, names: Vec<String>) {
        let members: serde_json::Map<_, _> =
            names.into_iter().map(|name| (name, serde_json::json!([number, integer, text]))).collect();
        let value = serde_json::Value::Object(members);
        let body = value.to_string();
        // Read back as well, since its own floats do not come back to the last digit.
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        let document = Document::read(body.as_bytes()).unwrap();
        for form in Form::ALL {
            let Some(bytes) = form.write(&document) else { continue };
            let read: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            let again = Document::read(&bytes).unwrap();
            // What ECMAScript writes without an exponent may read as an integer that no float has.
            if form == Form::D {
                continue;
            }
            prop_assert_eq!(form.write(&again), Some(bytes), "a form is the form of itself");
            if matches!(form, Form::A | Form::B) {
                prop_assert_eq!(read, value.clone());
            }
        }
    }

    /// Whatever comes, it is read or refused, and what serde_json refuses we refuse.
    #[test]
    fn nothing_is_read_that_is_no_json(bytes: Vec<u8>) {
        if Document::read(&bytes).is_ok() {
            prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok());
        }
    }
}
