//! Every way in which an agent's server can misbehave: a named failure, in time, and the hold released.

mod servers;

use std::{net::SocketAddr, sync::atomic::Ordering, time::Duration};

use futures_util::future::join_all;
use orch_a2a::InvokeError;
use orch_backends::http::Network;
use orch_core::agent::Endpoint;
use serde_json::json;

use super::house::{House, MAX_BYTES, TIMEOUT};
use crate::http::server::{Server, ok};

/// What the failure must be called.
type Expected = fn(&InvokeError) -> bool;

macro_rules! expect {
    ($name:ident) => {
        |error| matches!(error, InvokeError::$name { .. })
    };
}

async fn fails(name: &str, network: Network, address: SocketAddr, expected: Expected) {
    // Many at once on a busy machine.
    fails_within(Duration::from_secs(10), name, network, address, expected).await;
}

async fn fails_within(
    timeout: Duration,
    name: &str,
    network: Network,
    address: SocketAddr,
    expected: Expected,
) {
    let url = format!("http://{address}/");
    let house = House::new(Endpoint::Http { url }, network, |task| {
        task.timeout = Some(timeout);
    })
    .await;
    let error = house.call_in_vain(json!({ "text": "a" })).await;
    assert!(expected(&error), "{name}: {error:?}");
}

#[tokio::test]
async fn whatever_a_server_does_is_a_named_failure_in_time() {
    let status = |status: &str| format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
    let event = |event: &str| format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n{event}");
    let redirect = |to: &str| format!("HTTP/1.1 307 Go\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
    let large = format!(r#"{{"result":"{}"}}"#, "x".repeat(10 * 1024 * 1024));
    let slightly_large = format!(r#"{{"result":"{}"}}"#, "x".repeat(MAX_BYTES));
    let refusal = r#"{"error":{"message":"too long","field":"/text"}}"#;
    let refused = format!(
        "HTTP/1.1 422 No\r\ncontent-length: {}\r\n\r\n{refusal}",
        refusal.len()
    );
    let writes: Vec<(&str, String, Expected)> = vec![
        ("closes at once", String::new(), expect!(Lost)),
        (
            "garbage",
            "\u{1}\u{2} not HTTP \r\n\r\n".to_owned(),
            expect!(Unreadable),
        ),
        (
            "garbage within HTTP",
            ok("application/json", "{\"result\":"),
            expect!(Unreadable),
        ),
        ("other JSON", ok("application/json", "[1]"), expect!(Unreadable)),
        ("no result", ok("application/json", "{}"), expect!(Unreadable)),
        ("10 MB", ok("application/json", &large), expect!(TooLarge)),
        (
            "a little too much",
            ok("application/json", &slightly_large),
            expect!(TooLarge),
        ),
        (
            "10 MB without a length",
            event(&format!("data: {large}")),
            expect!(TooLarge),
        ),
        (
            "a head without end",
            format!("HTTP/1.1 200 OK\r\n{}", "x: y\r\n".repeat(50_000)),
            expect!(Unreadable),
        ),
        (
            "dies within the head",
            "HTTP/1.1 200 OK\r\nconte".to_owned(),
            expect!(Lost),
        ),
        (
            "dies within the body",
            "HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"re".to_owned(),
            expect!(Lost),
        ),
        (
            "dies within its events",
            event("event: progress\ndata: {}\n\nevent: result\ndata: {"),
            expect!(Lost),
        ),
        (
            "chunked garbage",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}".to_owned(),
            expect!(Lost),
        ),
        (
            "two lengths",
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
            expect!(Unreadable),
        ),
        (
            "a gzip bomb",
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\u{1f}x".to_owned(),
            expect!(Unreadable),
        ),
        (
            "redirects inward",
            redirect("http://169.254.169.254/"),
            expect!(Barred),
        ),
        ("redirects to itself", redirect("/"), expect!(Unreadable)),
        (
            "redirects to a file",
            redirect("file:///etc/passwd"),
            expect!(Barred),
        ),
        ("has too much to do", status("429 Slower"), expect!(Overloaded)),
        (
            "says when to come back",
            "HTTP/1.1 503 Busy\r\nretry-after: 9\r\ncontent-length: 0\r\n\r\n".to_owned(),
            expect!(Overloaded),
        ),
        ("is away", status("503 Away"), expect!(Lost)),
        ("stands before nobody", status("502 Nobody"), expect!(Lost)),
        ("fails", status("500 Oh"), expect!(Failed)),
        ("is not found", status("404 Nothing"), expect!(Failed)),
        ("refuses an argument", refused, expect!(Refused)),
        (
            "fails in its events",
            event("event: error\ndata: {\"error\":\"no\"}\n\n"),
            expect!(Failed),
        ),
    ];
    let writes = writes.into_iter().map(|(name, answer, expected)| async move {
        let server = servers::writing(answer).await;
        fails(name, Network::Private, server.address(), expected).await;
    });
    join_all(writes).await;
}

#[tokio::test]
async fn a_server_that_does_not_end_is_given_up_in_time() {
    let cases: Vec<(&str, Server, Expected)> = vec![
        (
            "hangs after the request",
            servers::hanging("").await,
            expect!(TimedOut),
        ),
        (
            "hangs within the head",
            servers::hanging("HTTP/1.1 200 OK\r\nx: ").await,
            expect!(TimedOut),
        ),
        (
            "hangs after the head",
            servers::hanging("HTTP/1.1 200 OK\r\n\r\n").await,
            expect!(TimedOut),
        ),
        (
            "trickles its head",
            servers::repeating("HTTP/1.1 200 OK\r\n", "x: y\r\n", 20).await,
            expect!(TimedOut),
        ),
        (
            "trickles its body",
            servers::repeating("HTTP/1.1 200 OK\r\n\r\n", " ", 20).await,
            expect!(TimedOut),
        ),
    ];
    let cases = cases.into_iter().map(|(name, server, expected)| async move {
        fails_within(TIMEOUT, name, Network::Private, server.address(), expected).await;
    });
    join_all(cases).await;
    // The kernel takes the connection, and nobody ever accepts it.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = deaf.local_addr().unwrap();
    fails_within(
        TIMEOUT,
        "never accepts",
        Network::Private,
        address,
        expect!(TimedOut),
    )
    .await;
    drop(deaf);
    fails("is not there", Network::Private, address, expect!(Offline)).await;
    let resetting = servers::resetting().await;
    fails("resets", Network::Private, resetting.address(), expect!(Lost)).await;
}

#[tokio::test]
async fn what_has_no_end_is_not_read_to_it() {
    for (name, head, piece) in [
        ("an endless body", "HTTP/1.1 200 OK\r\n\r\n", "x".repeat(10_000)),
        (
            "endless progress",
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n",
            "event: progress\ndata: \"more\"\n\n".repeat(300),
        ),
    ] {
        let server = servers::repeating(head, &piece, 0).await;
        fails(name, Network::Private, server.address(), expect!(TooLarge)).await;
        // What was sent is what is allowed, and what the kernel's buffers took in.
        let sent = servers::SENT.swap(0, Ordering::SeqCst);
        assert!(sent < 16 * 1024 * 1024, "{name}: {sent} bytes");
    }
}

#[tokio::test]
async fn an_agent_on_a_private_address_is_barred_unless_the_host_allows_it() {
    let server = Server::answering(ok("application/json", r#"{"result":1}"#)).await;
    fails("is private", Network::Public, server.address(), expect!(Barred)).await;
    assert_eq!(server.n_connections(), 0);
}
