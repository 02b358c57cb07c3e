//! Redirects are followed within the rules.

use orch_backends::http::{HeaderName, HttpError, HttpOptions, Request, StatusCode};
use serde_json::json;

use super::{
    local,
    server::{Server, ok},
};

fn redirect(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
}

#[tokio::test]
async fn what_can_be_asked_again_is() {
    let target = Server::answering(ok("text/plain", "found")).await;
    let (client, _) = local(HttpOptions::default());
    for status in [301, 302, 303, 307, 308] {
        let server = Server::answering(redirect(status, &target.url())).await;
        let answer = client.send(Request::get(server.url())).await.unwrap();
        assert_eq!(answer.bytes().await.unwrap(), "found", "{status}");
    }
}

#[tokio::test]
async fn a_call_is_repeated_only_where_the_redirect_says_so() {
    let target = Server::answering(ok("text/plain", "done")).await;
    let (client, _) = local(HttpOptions::default());
    for (status, followed) in [(301, false), (302, false), (303, false), (307, true), (308, true)] {
        let before = target.requests().len();
        let server = Server::answering(redirect(status, &target.url())).await;
        let answer = client
            .send(Request::post(server.url()).json(&json!(1)))
            .await
            .unwrap();
        assert_eq!(answer.status() == StatusCode::OK, followed, "{status}");
        assert_eq!(
            target.requests().len() - before,
            usize::from(followed),
            "{status}"
        );
    }
    assert!(
        target
            .requests()
            .iter()
            .all(|request| request.starts_with("POST ") && request.ends_with("\r\n1"))
    );
}

#[tokio::test]
async fn credentials_stay_with_their_origin() {
    let target = Server::answering(ok("text/plain", "")).await;
    let server = Server::answering(redirect(307, &target.url())).await;
    let (client, _) = local(HttpOptions::default());
    let request = Request::get(server.url())
        .bearer("s3cret")
        .secret_header(HeaderName::from_static("x-api-key"), "k3y")
        .header(HeaderName::from_static("x-note"), "plain");
    client.send(request).await.unwrap();
    assert!(server.requests()[0].contains("s3cret") && server.requests()[0].contains("k3y"));
    let seen = &target.requests()[0];
    assert!(
        !seen.contains("s3cret") && !seen.contains("k3y") && seen.contains("x-note: plain"),
        "{seen}"
    );
}

#[tokio::test]
async fn a_redirect_inward_is_refused() {
    let (client, _) = local(HttpOptions::default());
    for location in [
        "http://169.254.169.254/latest/meta-data",
        "http://[::]/",
        "file:///etc/passwd",
        "http://0/",
    ] {
        let server = Server::answering(redirect(302, location)).await;
        let error = client.send(Request::get(server.url())).await.unwrap_err();
        let HttpError::Redirected { source, .. } = &error else {
            panic!("{location}: {error:?}");
        };
        assert!(
            matches!(**source, HttpError::Forbidden { .. }),
            "{location}: {error:?}"
        );
        // The first server has had the request.
        assert!(!error.is_unsent());
    }
}

#[tokio::test]
async fn a_redirect_that_leads_nowhere_is_named() {
    let (client, _) = local(HttpOptions::default());
    let nowhere = "HTTP/1.1 302 Elsewhere\r\ncontent-length: 0\r\n\r\n".to_owned();
    let long = redirect(302, &format!("/{}", "x".repeat(10_000)));
    for answer in [nowhere, redirect(302, "http://["), long] {
        let server = Server::answering(answer).await;
        let error = client.send(Request::get(server.url())).await.unwrap_err();
        assert!(matches!(error, HttpError::Misdirected { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_circle_ends() {
    let server = Server::answering(redirect(302, "/again")).await;
    let (client, _) = local(HttpOptions {
        max_redirects: 3,
        ..HttpOptions::default()
    });
    let error = client.send(Request::get(server.url())).await.unwrap_err();
    assert!(
        matches!(
            error,
            HttpError::Misdirected {
                reason: "too often",
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(server.requests().len(), 4);
}
