//! Servers that break the rules of HTTP.

use orch_backends::http::{HttpError, HttpOptions, Request};

use super::{local, server::Server};

async fn head_of(answer: &str) -> HttpError {
    let (client, _) = local(HttpOptions::default());
    let answer = answer.to_owned();
    let sent: String = answer.chars().take(60).collect();
    let server = Server::start(move |mut peer| {
        let answer = answer.clone();
        async move {
            peer.request().await;
            peer.write(answer).await;
        }
    })
    .await;
    let error = client.send(Request::get(server.url())).await.expect_err(&sent);
    assert!(!error.is_unsent(), "{error:?}");
    error
}

#[tokio::test]
async fn what_is_no_http_is_garbled() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: 1\r\n".repeat(200));
    let large = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(200_000));
    for answer in [
        "SSH-2.0-OpenSSH_9.2p1\r\n",
        "HTTP/1.1 two hundred\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx",
        "HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        &many,
        &large,
    ] {
        let error = head_of(answer).await;
        assert!(
            matches!(error, HttpError::Garbled { .. }),
            "{answer:.40}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_head_is_interrupted() {
    for answer in ["", "HTTP/1.1 200 OK\r\nx: "] {
        let error = head_of(answer).await;
        assert!(
            matches!(error, HttpError::Interrupted { .. }),
            "{answer:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_interrupted() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    ] {
        let server = Server::start(move |mut peer| async move {
            peer.request().await;
            peer.write(answer).await;
        })
        .await;
        let (client, _) = local(HttpOptions::default());
        let answered = client.send(Request::get(server.url())).await.unwrap();
        let error = answered.bytes().await.unwrap_err();
        assert!(
            matches!(error, HttpError::Interrupted { .. }),
            "{answer:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn nobody_there_is_unconnected() {
    let server = Server::answering("").await;
    let url = server.url();
    drop(server);
    tokio::task::yield_now().await;
    let (client, _) = local(HttpOptions::default());
    let error = client.send(Request::get(url)).await.unwrap_err();
    assert!(
        matches!(error, HttpError::Unconnected { .. }) && error.is_unsent(),
        "{error:?}"
    );
}
