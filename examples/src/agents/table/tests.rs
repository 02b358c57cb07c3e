//! Files as people have them, and as they should not be.

use std::fs;

use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::*;

fn try_read(name: &str, content: impl AsRef<[u8]>, column: Option<&str>) -> Result<Output, AgentError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    read_table(Input {
        path: path.to_str().unwrap().to_owned(),
        column: column.map(str::to_owned),
    })
}

fn read(name: &str, content: impl AsRef<[u8]>) -> Output {
    try_read(name, content, None).unwrap()
}

/// Why a file is refused, without the folder in front of its name.
fn refusal(name: &str, content: impl AsRef<[u8]>) -> String {
    let error = try_read(name, content, None).unwrap_err();
    assert_eq!(error.field(), "path");
    error
        .reason()
        .split_once(&format!("{name}: "))
        .unwrap()
        .1
        .to_owned()
}

#[test]
fn separated_values_become_rows_of_numbers_text_and_nulls() {
    let content = "\u{feff}id,code,note\n1,007,\"wet, cold\nand dark\"\n2.5,,dry\n";
    let output = read("a.csv", content);
    assert_eq!(output.columns, ["id", "code", "note"]);
    assert_eq!(output.row_count, 2);
    assert_eq!(
        json!(output.rows),
        json!([{"id": 1, "code": "007", "note": "wet, cold\nand dark"}, {"id": 2.5, "code": null, "note": "dry"}])
    );
    assert_eq!(
        (output.text_column.as_deref(), output.text.as_str()),
        (Some("note"), "wet, cold\nand dark\ndry")
    );
    assert!(!output.is_truncated);
    assert_eq!(read("A.TSV", "a\tb\n1\tx, y\n").text, "x, y");
}

#[test]
fn objects_become_rows_wherever_their_array_is() {
    let rows = r#"[{"b": "text", "a": 1}, {"a": null, "c": [true]}]"#;
    for content in [
        rows.to_owned(),
        format!(r#"{{"total": 2, "tags": ["x"], "items": {rows}}}"#),
    ] {
        let output = read("a.json", content);
        assert_eq!(output.columns, ["a", "b", "c"]);
        assert_eq!(
            json!(output.rows),
            json!([{"a": 1, "b": "text"}, {"a": null, "c": [true]}])
        );
        assert_eq!(output.text, "text");
    }
    assert_eq!(read("a.json", "\u{feff}[]").row_count, 0);
}

#[test]
fn lines_become_rows_of_one_column() {
    let output = read("a.md", "# Title\r\n\r\n007\n");
    assert_eq!(output.columns, ["text"]);
    assert_eq!(json!(output.rows), json!([{"text": "# Title"}, {"text": "007"}]));
    assert_eq!(output.text, "# Title\n007");
    assert_eq!(read("empty.txt", "").row_count, 0);
}

#[test]
fn the_wanted_column_is_given_as_text() {
    let content = "n,word\n1,one\n,\n3,three\n";
    assert_eq!(try_read("a.csv", content, Some("n")).unwrap().text, "1\n3");
    let error = try_read("a.csv", content, Some("no")).unwrap_err();
    assert_eq!(error.field(), "column");
    assert!(
        error
            .reason()
            .ends_with(r#"a.csv has no column "no"; it has: n, word"#),
        "{error}"
    );
}

#[test]
fn a_table_without_text_has_no_text_column() {
    let output = read("a.csv", "n\n1\n");
    assert_eq!((output.text_column, output.text.as_str()), (None, ""));
}

#[test]
fn a_malformed_file_is_refused_with_its_line() {
    assert_eq!(
        refusal("a.csv", "a,b\n1,2\n\"x\ny\",2\n1\n"),
        "line 5: has 1 fields where the header has 2"
    );
    assert_eq!(
        refusal("a.csv", "a,b\n1,2,3\n"),
        "line 2: has 3 fields where the header has 2"
    );
    assert_eq!(refusal("a.csv", b"a\n\xff\n"), "line 2: is not valid UTF-8");
    assert_eq!(refusal("a.csv", "a,b,a\n"), "has two columns named \"a\"");
    assert_eq!(refusal("a.csv", ""), "has no header row");
    assert!(refusal("a.json", "[{]").starts_with("is not JSON: "));
    assert_eq!(
        refusal("a.json", "[{\"a\": 1}, 2]"),
        "element 2: is not an object"
    );
    assert_eq!(
        refusal("a.json", "{\"a\": [1]}"),
        "is neither an array of objects nor an object holding one"
    );
    assert_eq!(
        refusal("a.json", "{\"a\": [{}], \"b\": [{}]}"),
        "holds several arrays of objects: a, b"
    );
    let deep = format!("[{{\"a\": {}{}}}]", "[".repeat(100_000), "]".repeat(100_000));
    assert!(refusal("a.json", deep).contains("recursion limit"));
}

#[test]
fn only_regular_files_of_known_kinds_and_bounded_size_are_read() {
    assert_eq!(
        refusal("a.pdf", "a"),
        "is none of .csv, .tsv, .json, .txt and .md"
    );
    assert_eq!(
        refusal("a.txt", "a".repeat(16 * 1024 * 1024 + 1)),
        "is larger than 16777216 bytes"
    );
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("folder.csv");
    fs::create_dir(&path).unwrap();
    for (path, reason) in [
        (path.to_str().unwrap(), "is not a regular file"),
        ("no/such.csv", "cannot be read: "),
        ("nul\0.csv", "cannot be read: "),
        ("", "is none of "),
    ] {
        let error = read_table(Input {
            path: path.to_owned(),
            column: None,
        })
        .unwrap_err();
        assert!(
            error.to_string().starts_with(&format!("path: {path}: {reason}")),
            "{error}"
        );
    }
}

#[test]
fn long_tables_are_counted_whole_and_returned_in_part() {
    let rows = read("a.csv", format!("a\n{}", "x\n".repeat(1_001)));
    assert_eq!(
        (rows.row_count, rows.rows.len(), rows.is_truncated),
        (1_001, 1_000, true)
    );
    assert!(!read("a.csv", format!("a\n{}", "x\n".repeat(1_000))).is_truncated);
    let text = read("a.txt", format!("x{}", "é".repeat(200_000)));
    assert_eq!((text.text.len(), text.is_truncated), (199_999, true));
    let wide = read("a.txt", format!("{}\n", "y".repeat(600_000)).repeat(2));
    assert_eq!((wide.row_count, wide.rows.len()), (2, 1));
}

#[test]
fn a_header_is_bounded() {
    let names = (0..1_001).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(refusal("a.csv", names), "has more than 1000 columns");
    assert_eq!(
        refusal("a.csv", "n".repeat(1_001)),
        "names column 1 with more than 1000 bytes"
    );
    assert_eq!(read("a.csv", ",b\n1,2\n").columns, ["column_1", "b"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), extension in "csv|tsv|json|txt") {
        let _ = try_read(&format!("a.{extension}"), bytes, None);
    }

    #[test]
    fn near_tables_are_read_or_refused(content in "([\\[\\]{}:,\n\"a1]|\"a\":){0,60}", extension in "csv|json") {
        if let Ok(output) = try_read(&format!("a.{extension}"), content, None) {
            prop_assert_eq!(output.row_count, output.rows.len() as u64);
            prop_assert!(output.rows.iter().flat_map(|row| row.keys()).all(|key| output.columns.contains(key)));
        }
    }

    #[test]
    fn written_cells_read_back(cells in prop::collection::vec(prop::collection::vec("[ -~é\n]{1,8}", 2), 1..8)) {
        let mut writer = csv::Writer::from_writer(vec![]);
        writer.write_record(["one", "two"]).unwrap();
        cells.iter().for_each(|row| writer.write_record(row).unwrap());
        let output = read("a.csv", writer.into_inner().unwrap());
        let read: Vec<Vec<String>> = output
            .rows
            .iter()
            .map(|row| ["one", "two"].map(|name| cell::text(&row[name]).unwrap()).to_vec())
            .collect();
        prop_assert_eq!(read, cells);
    }
}
