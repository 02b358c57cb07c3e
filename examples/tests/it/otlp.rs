//! Spans reach a collector.
#![cfg(test)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread,
};

use serde_json::json;

use crate::command::Place;

/// Answers one request with this JSON, and returns what it was: its head and its body.
fn answer(server: &TcpListener, answer: &str) -> (String, Vec<u8>) {
    let (mut stream, _) = server.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let start = head.len();
        reader.read_line(&mut head).unwrap();
        match head[start..].trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some(_) => {}
            None if head[start..].trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let length = answer.len();
    let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{answer}");
    stream.write_all(answer.as_bytes()).unwrap();
    (head, body)
}

fn server() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

#[test]
fn the_spans_of_a_run_reach_a_collector() {
    let (listener, url) = server();
    let collector = thread::spawn(move || answer(&listener, ""));
    let ran = Place::new().run(&[
        "--otlp",
        &url,
        "run",
        "--json",
        "Summarize examples/data/articles.json",
    ]);
    assert_eq!(ran.code(), 0, "{}", ran.error());

    let (head, body) = collector.join().unwrap();
    assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
    let text = String::from_utf8_lossy(&body);
    for word in ["orchestrator", "invoke", "run_", "inv_", "attempt"] {
        assert!(text.contains(word), "no {word} in what was sent");
    }
}

#[test]
fn an_agent_is_told_of_the_span_that_calls_it() {
    let (place, (listener, url), (agent, endpoint)) = (Place::new(), server(), server());
    let collector = thread::spawn(move || answer(&listener, ""));
    // Whoever only asks whether somebody is there is answered as well.
    let agent = thread::spawn(move || {
        loop {
            let (head, _) = answer(&agent, r#"{"result": "hello"}"#);
            if head.starts_with("POST ") {
                return head;
            }
        }
    });
    let greeter = json!({
        "name": "greeter", "url": endpoint,
        "tasks": [{"name": "greet", "parameters": {"type": "object"}}],
        "price": {"amount": "0.5", "currency": "ALGO"},
    });
    std::fs::write(
        place.path("agents.json"),
        json!({"agents": [greeter]}).to_string(),
    )
    .unwrap();
    let step = json!({"id": "greet", "agent": "greeter", "task": "greet", "arguments": {}});
    std::fs::write(place.path("plan.json"), json!({"steps": [step]}).to_string()).unwrap();
    let path = |name: &str| place.path(name).display().to_string();
    let private = "--allow-private-network";
    let imported = place.run(&[private, "agents", "import", &path("agents.json")]);
    assert_eq!(imported.code(), 0, "{}", imported.error());
    let ran = place.run(&[private, "--otlp", &url, "run", "--plan", &path("plan.json")]);
    assert_eq!(ran.code(), 0, "{}", ran.error());

    let head = agent.join().unwrap();
    let parent = head.lines().find_map(|line| line.strip_prefix("traceparent: "));
    let parts: Vec<&str> = parent.unwrap().split('-').collect();
    let [_, trace, span, sampled] = parts[..] else {
        panic!("{parts:?}")
    };
    assert_eq!(sampled, "01");
    let (_, spans) = collector.join().unwrap();
    for id in [trace, span] {
        let digits = id.as_bytes().chunks(2);
        let bytes: Vec<u8> = digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let is_there = spans.windows(bytes.len()).any(|window| window == bytes);
        assert!(is_there, "the collector knows nothing of {id}");
    }
}
