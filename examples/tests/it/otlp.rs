//! Spans reach a collector.
#![cfg(test)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread,
};

use crate::command::Place;

/// Answers one batch of spans, and returns what it was: the first line and the body.
fn collect(collector: &TcpListener) -> (String, Vec<u8>) {
    let (mut stream, _) = collector.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
    stream.write_all(answer.as_bytes()).unwrap();
    (first, body)
}

#[test]
fn the_spans_of_a_run_reach_a_collector() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let collector = thread::spawn(move || collect(&listener));
    let ran = Place::new().run(&[
        "--otlp",
        &url,
        "run",
        "--json",
        "Summarize examples/data/articles.json",
    ]);
    assert_eq!(ran.code(), 0, "{}", ran.error());

    let (first, body) = collector.join().unwrap();
    assert_eq!(first.trim_end(), "POST /v1/traces HTTP/1.1");
    let text = String::from_utf8_lossy(&body);
    for word in ["orchestrator", "invoke", "run_", "inv_", "attempt"] {
        assert!(text.contains(word), "no {word} in what was sent");
    }
}
