//! What an agent behind an HTTP address is sent, and what becomes of its answers.

use orch_a2a::{InvokeError, Sign, TransportError};
use orch_backends::http::Network;
use orch_core::agent::Endpoint;
use serde_json::{Value, json};

use super::house::House;
use crate::http::server::{Server, ok};

async fn house(server: &Server) -> House {
    let url = server.url();
    House::new(Endpoint::Http { url }, Network::Private, |_| {}).await
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn a_call_says_who_what_and_until_when() {
    let server = Server::answering(ok("application/json", r#"{"result":{"n":3},"units":2}"#)).await;
    let house = house(&server).await;
    assert_eq!(house.call(json!({ "a": 1 })).await.unwrap(), json!({ "n": 3 }));
    let request = &server.requests()[0];
    let body = body(request);
    let id = body["invocation_id"].as_str().unwrap();
    let deadline = body["deadline"].as_str().unwrap();
    assert!(id.starts_with("inv_") && deadline.ends_with('Z'), "{body}");
    let expected = json!({
        "invocation_id": id, "idempotency_key": id, "attempt": 1, "agent": "far", "version": "v1", "task": "do",
        "arguments": { "a": 1 }, "deadline": deadline, "caller": "caller",
    });
    assert_eq!(body, expected);
    let header = |name: &str| {
        let line = request.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} is missing in {request}"))
    };
    assert_eq!(header("idempotency-key: "), id);
    assert_eq!(header("deadline: "), deadline);
    assert_eq!(header("accept: "), "application/json, text/event-stream");
    let trace: String = id.chars().filter(char::is_ascii_hexdigit).collect();
    assert!(header("traceparent: ").starts_with("00-") && !trace.is_empty());
}

#[tokio::test]
async fn progress_comes_before_the_answer() {
    let events = "event: progress\ndata: {\"message\":\"half\",\"percent\":50}\n\nevent: progress\ndata: \"nearly\"\n\n\
                  event: news\ndata: 1\n\nevent: result\ndata: {\"result\":\"done\"}\n\nevent: progress\ndata: \"late\"\n\n";
    let server = Server::answering(ok("text/event-stream", events)).await;
    let house = house(&server).await;
    assert_eq!(house.call(json!({})).await.unwrap(), "done");
    let heard = house.keeper.progress();
    let heard: Vec<_> = heard
        .iter()
        .map(|report| (report.message.as_str(), report.percent))
        .collect();
    assert_eq!(heard, [("half", Some(50)), ("nearly", None)]);
}

#[tokio::test]
async fn attachments_go_beside_the_call() {
    let server = Server::answering(ok("application/json", r#"{"result":1}"#)).await;
    let url = server.url();
    let with_file = |task: &mut orch_core::Task| {
        task.parameters = json!({ "type": "object", "properties": {
            "report": { "type": "string", "contentEncoding": "base64", "contentMediaType": "text/csv" },
            "note": { "type": "string" },
        }});
    };
    let house = House::new(Endpoint::Http { url }, Network::Private, with_file).await;
    house
        .call(json!({ "report": "MSwyCg==", "note": "MSwyCg==" }))
        .await
        .unwrap();
    let request = &server.requests()[0];
    assert!(
        request.contains("content-type: multipart/form-data; boundary="),
        "{request}"
    );
    assert!(
        request.contains(r#""arguments":{"note":"MSwyCg==","report":{"$attachment":"report"}}"#),
        "{request}"
    );
    assert!(
        request.contains("name=\"report\"; filename=\"report\"\r\ncontent-type: text/csv\r\n\r\n1,2\n\r\n--")
    );
    let error = house.call(json!({ "report": "no base64!" })).await.unwrap_err();
    assert!(
        matches!(error, InvokeError::Refused { ref field, .. } if field == "/report"),
        "{error:?}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_cancelled_call_drops_its_connection() {
    let (gone, mut left) = tokio::sync::mpsc::channel(1);
    let (came, mut asked) = tokio::sync::mpsc::channel(1);
    let server = Server::start(move |mut peer| {
        let (came, gone) = (came.clone(), gone.clone());
        async move {
            peer.request().await;
            came.send(()).await.unwrap();
            peer.gone().await;
            gone.send(()).await.unwrap();
        }
    })
    .await;
    let url = server.url();
    let patient = |task: &mut orch_core::Task| task.timeout = None;
    let house = House::new(Endpoint::Http { url }, Network::Private, patient).await;
    let (error, ()) = tokio::join!(house.call_in_vain(json!({})), async {
        asked.recv().await;
        house.cancel.cancel();
    });
    assert!(matches!(error, InvokeError::Cancelled), "{error:?}");
    left.recv().await.unwrap();
}

#[tokio::test]
async fn a_probe_finds_out_who_answers() {
    let found = async |answer: &str| {
        let server = Server::answering(answer).await;
        let house = house(&server).await;
        let http = house.transports.http.clone().unwrap();
        let found = http.probe(&house.agent, &house.agent.latest).await;
        assert!(
            server
                .requests()
                .iter()
                .all(|request| request.starts_with("GET / "))
        );
        found
    };
    for head in [
        "200 OK",
        "404 Not Found",
        "405 Method Not Allowed",
        "401 Unauthorized",
    ] {
        let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(found(&answer).await, Ok(Sign::Alive), "{head}");
    }
    let failing = found("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n").await;
    assert!(
        matches!(failing, Err(TransportError::Unreachable { .. })),
        "{failing:?}"
    );
    let busy = found("HTTP/1.1 503 Busy\r\nretry-after: 3\r\ncontent-length: 0\r\n\r\n").await;
    assert!(matches!(busy, Err(TransportError::Overloaded { .. })), "{busy:?}");
}
