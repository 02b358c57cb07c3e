//! What a well-behaved server is sent, and what of its answer comes back.

use std::{sync::Arc, time::Duration};

use orch_backends::http::{HttpError, HttpOptions, Multipart, Part, Request, TraceParent, Traces, header};
use serde_json::{Value, json};

use super::{
    local,
    server::{Server, ok},
};

#[tokio::test]
async fn json_goes_out_and_comes_back_over_one_connection() {
    let server = Server::answering(ok("application/json", r#"{"sum":3}"#)).await;
    let (client, _) = local(HttpOptions::default());
    let trace = TraceParent::new(1, 2, true).unwrap();
    for _ in 0..3 {
        let request = Request::post(server.url())
            .bearer("s3cret")
            .trace(trace)
            .json(&json!({ "a": [1, 2] }));
        let answer = client.send(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.is_of_type("application/json"));
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "sum": 3 }));
    }
    assert_eq!(server.n_connections(), 1);
    let request = &server.requests()[0];
    for line in [
        "POST / HTTP/1.1",
        "authorization: Bearer s3cret",
        "accept-encoding: identity",
        "content-type: application/json",
        "traceparent: 00-00000000000000000000000000000001-0000000000000002-01",
    ] {
        assert!(
            request.lines().any(|sent| sent == line),
            "{line} is missing in {request}"
        );
    }
    assert!(request.ends_with(r#"{"a":[1,2]}"#));
}

#[derive(Debug)]
struct Spans;

impl Traces for Spans {
    fn current(&self) -> Option<TraceParent> {
        TraceParent::new(7, 8, true)
    }
}

#[tokio::test]
async fn the_traces_of_the_host_go_on() {
    let server = Server::answering(ok("text/plain", "")).await;
    let (client, _) = local(HttpOptions {
        traces: Arc::new(Spans),
        ..HttpOptions::default()
    });
    let own = TraceParent::new(1, 2, true).unwrap();
    client.send(Request::get(server.url()).trace(own)).await.unwrap();
    let request = &server.requests()[0];
    let parents: Vec<&str> = request
        .lines()
        .filter(|line| line.starts_with("traceparent: "))
        .collect();
    assert_eq!(
        parents,
        ["traceparent: 00-00000000000000000000000000000007-0000000000000008-01"]
    );
}

#[tokio::test]
async fn parts_go_out_as_a_form() {
    let server = Server::answering(ok("text/plain", "")).await;
    let (client, _) = local(HttpOptions::default());
    let part = Part {
        name: "report".to_owned(),
        file_name: Some("a.csv".to_owned()),
        content_type: "text/csv".to_owned(),
        content: "1,2".into(),
    };
    let request = Request::post(server.url()).multipart(&Multipart { parts: vec![part] });
    assert_eq!(client.send(request).await.unwrap().bytes().await.unwrap(), "");
    let request = &server.requests()[0];
    assert!(request.contains("content-type: multipart/form-data; boundary=orch-part-"));
    assert!(
        request.contains("name=\"report\"; filename=\"a.csv\"\r\ncontent-type: text/csv\r\n\r\n1,2\r\n--")
    );
}

#[tokio::test]
async fn events_come_as_they_are_sent() {
    let server = Server::start(async |mut peer| {
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\ndata: on")
            .await;
        for piece in [
            "e\n\nda",
            "ta: two\n\n: still\n\n",
            "event: end\ndata\n\ndata: cut off",
        ] {
            peer.write(piece).await;
        }
    })
    .await;
    let (client, _) = local(HttpOptions::default());
    let answer = client.send(Request::get(server.url())).await.unwrap();
    assert!(answer.is_of_type("text/event-stream"));
    let mut events = answer.events(1000);
    let mut read = Vec::new();
    while let Some(event) = events.next().await.unwrap() {
        read.push((event.name, event.data));
    }
    let expected = [("message", "one"), ("message", "two"), ("end", "")];
    assert_eq!(
        read,
        expected.map(|(name, data)| (name.to_owned(), data.to_owned()))
    );
}

#[tokio::test]
async fn a_refusal_says_when_to_come_back() {
    let (client, clock) = local(HttpOptions::default());
    for (value, expected) in [
        ("7", Some(7)),
        ("Mon, 15 Jan 2024 10:31:00 GMT", Some(60)),
        ("Mon, 15 Jan 2024 10:00:00 GMT", Some(0)),
        ("soon", None),
    ] {
        let answer = format!("HTTP/1.1 503 Busy\r\nretry-after: {value}\r\ncontent-length: 0\r\n\r\n");
        let server = Server::answering(answer).await;
        let answer = client.send(Request::get(server.url())).await.unwrap();
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.retry_after(), expected.map(Duration::from_secs), "{value}");
    }
    drop(clock);
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_and_nothing_leaves() {
    let server = Server::answering(ok("text/plain", "")).await;
    let (client, _) = local(HttpOptions::default());
    let address = server.address();
    for request in [
        Request::get(server.url()).header(header::ACCEPT, "a\r\nb: c"),
        Request::get("not a URL"),
        Request::get(format!("http://user:pass@{address}/")),
        Request::get(format!("http://{address}/{}", "x".repeat(9000))),
        Request::post(server.url()).json(&std::collections::HashMap::from([([1, 2], 3)])),
    ] {
        let error = client.send(request).await.unwrap_err();
        assert!(matches!(error, HttpError::Invalid { .. }), "{error:?}");
        assert!(error.is_unsent());
    }
    assert_eq!(server.n_connections(), 0);
}

#[test]
fn secrets_are_not_printed() {
    let request = Request::get("https://a.example")
        .bearer("s3cret")
        .secret_header(header::COOKIE, "t0ken");
    let printed = format!("{request:?}");
    assert!(
        !printed.contains("s3cret") && !printed.contains("t0ken"),
        "{printed}"
    );
}
