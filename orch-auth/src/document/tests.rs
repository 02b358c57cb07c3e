use super::*;

#[test]
fn members_are_found_by_name() {
    let body = br#"{"b":{"x":"y"},"a":[1],"n":null,"s":"\ud800"}"#;
    let document = Document::read(body).unwrap();
    assert_eq!(
        document
            .get("b")
            .and_then(|b| b.get("x"))
            .and_then(Document::as_str),
        Some("y")
    );
    assert_eq!(
        document.get("a").and_then(Document::items).map(<[_]>::len),
        Some(1)
    );
    assert!(document.get("n").is_some_and(Document::is_null));
    assert_eq!(
        document.get("s").unwrap().as_str(),
        None,
        "a lone surrogate is no str"
    );
    assert_eq!(document.get("c"), None);
    let names: Vec<_> = document
        .members()
        .unwrap()
        .iter()
        .filter_map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["a", "b", "n", "s"]);
    assert_eq!(document.members().unwrap().without("b").iter().len(), 3);
}

#[test]
fn texts_count_in_code_points_and_in_units() {
    let document = Document::read("\"a\u{eb}\u{ff01}\u{1f600}\\udc00\"".as_bytes()).unwrap();
    let Document::Text(text) = document else {
        panic!("no text")
    };
    let points: Vec<_> = text.code_points().collect();
    assert_eq!(points, [0x61, 0xeb, 0xff01, 0x1_f600, 0xdc00]);
    let units: Vec<_> = text.code_units().collect();
    assert_eq!(units, [0x61, 0xeb, 0xff01, 0xd83d, 0xde00, 0xdc00]);
}
