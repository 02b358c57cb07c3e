//! Endpoints that are busy, gone or mad.

use std::{pin::pin, time::Duration};

use orch_core::{Clock, ManualClock};
use orch_planner::llm::{LlmError, LlmProvider};
use tokio::sync::mpsc;

use super::{KEY, Server, answer_of, answering, fixtures, model, question, streaming};

/// The outcome of something that waits, while a clock runs fast.
pub(super) async fn while_time_passes<T>(clock: &ManualClock, task: impl Future<Output = T>) -> T {
    let mut task = pin!(task);
    loop {
        tokio::select! {
            biased;
            outcome = &mut task => return outcome,
            // In real time, so that what the other side does comes first.
            () = pause() => clock.advance(Duration::from_millis(100)),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the other side of a socket knows no other clock"
)]
async fn pause() {
    tokio::time::sleep(Duration::from_millis(5)).await;
}

fn limited(headers: &str) -> Vec<String> {
    let body = fixtures::fault("Rate limit reached", "rate_limit_exceeded", "");
    fixtures::whole("429 Too Many Requests", headers, &body)
}

#[tokio::test]
async fn a_busy_endpoint_is_asked_again_when_it_says_so() {
    for (headers, millis) in [
        ("retry-after: 3\r\n", 3_000),
        ("retry-after: 1.5\r\n", 1_500),
        ("retry-after-ms: 250\r\nretry-after: 1\r\n", 250),
        ("retry-after: Mon, 15 Jan 2024 10:30:04 GMT\r\n", 4_000),
        (
            "x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 2s\r\n",
            2_000,
        ),
        (
            "anthropic-ratelimit-tokens-remaining: 0\r\nanthropic-ratelimit-tokens-reset: 2024-01-15T10:30:05Z\r\n",
            5_000,
        ),
    ] {
        let server = answering([limited(headers), fixtures::stream(fixtures::OPEN_AI)]).await;
        let (model, clock) = model(&server.url());
        let (began, question) = (clock.now(), question(&clock));
        while_time_passes(&clock, model.complete(&question))
            .await
            .unwrap();
        let took = i64::try_from(clock.now().since(began).as_millis()).unwrap();
        assert!((millis..millis + 1_500).contains(&took), "{headers:?}: {took} ms");
    }
}

#[tokio::test]
async fn who_would_come_too_late_does_not_wait() {
    let server = answering([limited("retry-after: 3600\r\n")]).await;
    let error = answer_of(&server, "/v1").await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(matches!(error, LlmError::RateLimited { .. }));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_overloaded_endpoint_is_asked_a_few_times() {
    for status in ["503 Service Unavailable", "529 Overloaded", "502 Bad Gateway"] {
        let body = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}"#;
        let server = answering([fixtures::whole(status, "", body)]).await;
        let (model, clock) = model(&server.url());
        let question = question(&clock);
        let error = while_time_passes(&clock, model.complete(&question))
            .await
            .unwrap_err();
        assert!(matches!(error, LlmError::Overloaded { .. }), "{error:?}");
        assert_eq!(server.requests().len(), 5, "{status}");
    }
}

#[tokio::test]
async fn an_endpoint_that_hangs_is_given_up_at_the_deadline() {
    for head in ["", fixtures::STREAM_HEAD] {
        let (received, mut asked) = mpsc::channel(8);
        let server = Server::start(move |mut peer| {
            let received = received.clone();
            async move {
                peer.request().await;
                peer.write(head).await;
                received.send(()).await.unwrap();
                peer.gone().await;
            }
        })
        .await;
        let (model, clock) = model(&server.url());
        let question = question(&clock);
        let (failed, ()) = tokio::join!(model.complete(&question), async {
            asked.recv().await;
            pause().await;
            clock.advance(Duration::from_secs(60));
        });
        assert!(matches!(failed.unwrap_err(), LlmError::TimedOut(_)));
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_unreachable_or_broke_off() {
    let half = &fixtures::OPEN_AI[..600];
    let server = Server::start(move |mut peer| async move {
        peer.request().await;
        peer.write(fixtures::STREAM_HEAD).await;
        peer.write(format!("{:x}\r\n{half}\r\n", half.len())).await;
    })
    .await;
    let (model, clock) = model(&server.url());
    let question = question(&clock);
    let error = while_time_passes(&clock, model.complete(&question))
        .await
        .unwrap_err();
    assert!(matches!(error, LlmError::Unreachable(_)), "{error:?}");
    let server = answering([fixtures::stream(half)]).await;
    let error = answer_of(&server, "").await.unwrap_err();
    assert_eq!(error.to_string(), "its answer cannot be read: it broke off");
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let address = Server::start(async |_| {}).await.address();
    let (model, clock) = model(&format!("http://{address}/v1"));
    let question = question(&clock);
    let error = while_time_passes(&clock, model.complete(&question))
        .await
        .unwrap_err();
    assert!(error.is_passing(), "{error:?}");
}

#[tokio::test]
async fn garbage_is_unreadable() {
    let huge = format!("data: {}\n\n", "x".repeat(2 * 1024 * 1024));
    let endless =
        r#"data: {"choices":[{"delta":{"content":"XXXX"}}]}"#.replace("XXXX", &"x".repeat(500_000)) + "\n\n";
    for events in ["data: {\n\n", "data: [1, 2\n\n", &huge, &endless.repeat(3)] {
        let server = streaming(events, 100_000).await;
        let error = answer_of(&server, "/v1").await.unwrap_err();
        assert!(matches!(error, LlmError::Unreadable { .. }), "{error:?}");
    }
    for body in ["<html>", "[]", "{}", r#"{"choices": []}"#] {
        let server = answering([fixtures::whole("200 OK", "", body)]).await;
        let error = answer_of(&server, "/v1").await.unwrap_err();
        assert!(matches!(error, LlmError::Unreadable { .. }), "{body}: {error:?}");
    }
}

#[tokio::test]
async fn the_key_is_never_shown() {
    let body = fixtures::fault(&format!("bad header x-key: {KEY}"), "x", "");
    let server = answering([fixtures::whole("400 Bad Request", "", &body)]).await;
    let (model, clock) = model(&server.url());
    let error = model.complete(&question(&clock)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "it refuses the request: bad header x-key: [secret]"
    );
    assert!(!format!("{model:?} {error:?}").contains(KEY));
    let body = fixtures::fault(
        &format!("Incorrect API key provided: {KEY}"),
        "invalid_api_key",
        "",
    );
    let server = answering([fixtures::whole("401 Unauthorized", "", &body)]).await;
    let error = answer_of(&server, "/v1").await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains(KEY));
}
