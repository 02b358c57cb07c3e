//! Time and size are bounded, whatever the server does.

use std::time::Duration;

use orch_backends::http::{HttpError, HttpOptions, Request};
use tokio::sync::mpsc;

use super::{local, server::Server};

const HEAD: &str = "HTTP/1.1 200 OK\r\n\r\n";

#[tokio::test]
async fn a_host_that_does_not_answer_is_given_up() {
    let (received, mut asked) = mpsc::channel(1);
    let server = Server::start(move |mut peer| {
        let received = received.clone();
        async move {
            peer.request().await;
            received.send(()).await.unwrap();
            peer.gone().await;
            received.send(()).await.unwrap();
        }
    })
    .await;
    let (client, clock) = local(HttpOptions::default());
    let (answer, ()) = tokio::join!(client.send(Request::get(server.url())), async {
        asked.recv().await;
        clock.advance(Duration::from_secs(60));
    });
    let error = answer.unwrap_err();
    assert!(
        matches!(error, HttpError::TimedOut { after, .. } if after == Duration::from_secs(60)),
        "{error:?}"
    );
    assert!(!error.is_unsent());
    // The connection is dropped with the call.
    asked.recv().await.unwrap();
}

#[tokio::test]
async fn a_head_that_comes_slowly_is_given_up() {
    let (received, mut asked) = mpsc::channel(1);
    let server = Server::start(move |mut peer| {
        let received = received.clone();
        async move {
            peer.request().await;
            peer.write("HTTP/1.1 200 OK\r\n").await;
            while peer.write("x-slow: 1\r\n").await {
                received.send(()).await.unwrap();
            }
        }
    })
    .await;
    let (client, clock) = local(HttpOptions::default());
    let request = Request::get(server.url()).head_timeout(Duration::from_secs(5));
    let (answer, ()) = tokio::join!(client.send(request), async {
        for _ in 0..5 {
            asked.recv().await;
            clock.advance(Duration::from_secs(1));
        }
        asked.close();
    });
    assert!(matches!(answer.unwrap_err(), HttpError::TimedOut { .. }));
}

#[tokio::test]
async fn silence_within_a_body_is_given_up() {
    let server = Server::start(async |mut peer| {
        peer.request().await;
        peer.write(format!("{HEAD}one")).await;
        peer.gone().await;
    })
    .await;
    let (client, clock) = local(HttpOptions::default());
    let mut answer = client.send(Request::get(server.url())).await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "one");
    let (chunk, ()) = tokio::join!(answer.chunk(), async { clock.advance(Duration::from_secs(30)) });
    assert!(
        matches!(chunk.unwrap_err(), HttpError::TimedOut { after, .. } if after == Duration::from_secs(30))
    );
}

#[tokio::test]
async fn a_body_that_trickles_is_given_up_at_the_end_of_the_whole() {
    let server = Server::start(async |mut peer| {
        peer.request().await;
        peer.write(HEAD).await;
        while peer.write("x").await {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let (client, clock) = local(HttpOptions {
        max_bytes: usize::MAX,
        ..HttpOptions::default()
    });
    let request = Request::get(server.url()).idle_timeout(Duration::from_secs(3600));
    let mut answer = client.send(request).await.unwrap();
    let mut n_chunks = 0;
    let error = loop {
        match answer.chunk().await {
            Ok(chunk) => assert!(chunk.is_some()),
            Err(error) => break error,
        }
        n_chunks += 1;
        clock.advance(Duration::from_secs(20));
        assert!(n_chunks < 20);
    };
    assert!(
        matches!(error, HttpError::TimedOut { after, .. } if after == Duration::from_secs(120)),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_endless_body_is_cut() {
    let server = Server::start(async |mut peer| {
        peer.request().await;
        peer.write(HEAD).await;
        while peer.write([b'x'; 1000]).await {}
    })
    .await;
    let (client, _) = local(HttpOptions::default());
    let answer = client
        .send(Request::get(server.url()).max_bytes(100_000))
        .await
        .unwrap();
    assert!(matches!(
        answer.bytes().await.unwrap_err(),
        HttpError::TooLarge { limit: 100_000, .. }
    ));
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_not_read() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\nx").await;
    let (client, _) = local(HttpOptions::default());
    let error = client.send(Request::get(server.url())).await.unwrap_err();
    assert!(matches!(error, HttpError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn a_compressed_body_is_not_unpacked() {
    for encoding in ["gzip", "br", "deflate, gzip", "ZSTD"] {
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: 3\r\n\r\n\x1f\x08\x00"
        );
        let server = Server::answering(answer).await;
        let (client, _) = local(HttpOptions::default());
        let error = client.send(Request::get(server.url())).await.unwrap_err();
        assert!(matches!(error, HttpError::Encoded { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn exchanges_with_a_host_are_bounded() {
    let (received, mut asked) = mpsc::channel(10);
    let server = Server::start(move |mut peer| {
        let received = received.clone();
        async move {
            peer.request().await;
            received.send(()).await.unwrap();
            peer.write(format!("{HEAD}on")).await;
            peer.gone().await;
        }
    })
    .await;
    let (client, clock) = local(HttpOptions {
        max_per_host: 2,
        ..HttpOptions::default()
    });
    let get = || client.send(Request::get(server.url()));
    let (first, second) = (get().await.unwrap(), get().await.unwrap());
    let (third, ()) = tokio::join!(get(), async { clock.advance(Duration::from_secs(60)) });
    let error = third.unwrap_err();
    assert!(
        matches!(error, HttpError::Busy { .. }) && error.is_unsent(),
        "{error:?}"
    );
    assert_eq!(server.n_connections(), 2);
    drop(first);
    get().await.unwrap();
    drop(second);
    for _ in 0..3 {
        asked.recv().await.unwrap();
    }
}
