//! Whatever another directory's server does, it is an answer or a failure in time.

use std::{sync::Arc, time::Duration};

use orch_a2a::RemoteDirectory;
use orch_auth::{AgentSigner, DirectoryAway, PartyId};
use orch_backends::http::{GuardedClient, HttpDirectory, HttpError, HttpOptions};
use orch_core::ManualClock;
use tokio::sync::mpsc;

use super::{
    local,
    server::{Server, ok},
};

fn remote(url: &str) -> (RemoteDirectory, Arc<ManualClock>) {
    let (client, clock) = local(HttpOptions::default());
    let directory = HttpDirectory::new(url, client).unwrap();
    (RemoteDirectory::new(Arc::new(directory), clock.clone()), clock)
}

fn name(id: &str) -> PartyId {
    id.parse().unwrap()
}

fn record(id: &str) -> String {
    let pem = AgentSigner::from_seed(&[1; 32])
        .key()
        .to_pem()
        .replace('\n', "\\n");
    format!(
        r#"{{"agent_id":"{id}","status":"active","public_key":"{pem}","metadata":{{"api_endpoint":"https://one.example"}}}}"#
    )
}

#[tokio::test]
async fn it_is_asked_as_published() {
    let server = Server::answering(ok("application/json", &record("one:1"))).await;
    let (remote, _) = remote(&format!("{}base/", server.url()));
    let party = remote.agent(&name("one:1")).await.unwrap().unwrap();
    assert_eq!(party.endpoint.as_deref(), Some("https://one.example"));
    assert!(
        remote.service(&"srv".parse().unwrap()).await.is_err(),
        "that is no service"
    );
    let requests = server.requests();
    assert!(
        requests[0].starts_with("GET /base/api/v1/lookup/one%3A1 HTTP/1.1\r\n"),
        "{}",
        requests[0]
    );
    assert!(
        requests[1].starts_with("GET /base/api/v1/services/srv HTTP/1.1\r\n"),
        "{}",
        requests[1]
    );
    assert!(!requests[0].contains("authorization") && !requests[0].contains("x-api-key"));
}

#[tokio::test]
async fn what_it_does_not_know_is_unknown() {
    let answer = "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnone";
    let server = Server::answering(answer).await;
    let (remote, _) = remote(&server.url());
    assert_eq!(remote.agent(&name("one")).await, Ok(None));
    assert_eq!(remote.service(&"srv".parse().unwrap()).await, Ok(None));
}

#[tokio::test]
async fn whatever_else_it_answers_is_a_failure() {
    let elsewhere = Server::answering(ok("application/json", &record("one"))).await;
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        elsewhere.url()
    );
    let large = format!(
        r#"{{"agent_id":"one","status":"active","more":"{}"}}"#,
        "x".repeat(1024 * 1024)
    );
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    let endless = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}",
        chunk.repeat(64)
    );
    for answer in [
        redirect,
        ok("application/json", &large),
        endless,
        ok("application/json", &record("two")),
        ok("text/html", "<html>Welcome</html>"),
        ok("application/json", ""),
        ok("application/json", "[]"),
        "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
        "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 3600\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_owned(),
        "SSH-2.0-OpenSSH_9.2p1\r\n".to_owned(),
    ] {
        let said: String = answer.chars().take(60).collect();
        let server = Server::start(move |mut peer| {
            let answer = answer.clone();
            async move {
                peer.request().await;
                peer.write(answer).await;
            }
        })
        .await;
        let (remote, _) = remote(&server.url());
        assert_eq!(remote.agent(&name("one")).await, Err(DirectoryAway), "{said}");
        assert_eq!(server.requests().len(), 1, "{said}");
    }
    assert_eq!(elsewhere.n_connections(), 0, "nobody is sent on");
}

#[tokio::test]
async fn one_that_hangs_is_given_up() {
    for head in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"] {
        let (received, mut asked) = mpsc::channel(1);
        let server = Server::start(move |mut peer| {
            let received = received.clone();
            async move {
                peer.request().await;
                peer.write(head).await;
                received.send(()).await.unwrap();
                peer.gone().await;
                received.send(()).await.unwrap();
            }
        })
        .await;
        let (remote, clock) = remote(&server.url());
        let one = name("one");
        let (found, ()) = tokio::join!(remote.agent(&one), async {
            asked.recv().await;
            clock.advance(RemoteDirectory::PATIENCE);
        });
        assert_eq!(found, Err(DirectoryAway));
        asked.recv().await.unwrap();
        // It is left alone for a moment.
        assert_eq!(remote.agent(&one).await, Err(DirectoryAway));
        assert_eq!(server.requests().len(), 1);
        clock.advance(Duration::from_secs(1));
        let (found, ()) = tokio::join!(remote.agent(&one), async {
            asked.recv().await;
            clock.advance(RemoteDirectory::PATIENCE);
        });
        assert_eq!((found, server.requests().len()), (Err(DirectoryAway), 2));
    }
}

#[tokio::test]
async fn one_that_is_gone_or_out_of_bounds_is_a_failure() {
    let server = Server::answering("").await;
    let url = server.url();
    drop(server);
    tokio::task::yield_now().await;
    assert_eq!(remote(&url).0.agent(&name("one")).await, Err(DirectoryAway));
    let inward = Server::answering(ok("application/json", &record("one"))).await;
    let clock = Arc::new(ManualClock::default());
    let client = GuardedClient::new(HttpOptions::default(), clock.clone()).unwrap();
    let directory = HttpDirectory::new(&inward.url(), client).unwrap();
    let remote = RemoteDirectory::new(Arc::new(directory), clock);
    assert_eq!(remote.agent(&name("one")).await, Err(DirectoryAway));
    assert_eq!(inward.n_connections(), 0, "a private address");
}

#[test]
fn only_a_plain_url_is_a_directory() {
    let (client, _) = local(HttpOptions::default());
    for url in [
        "",
        "directory.example",
        "ftp://directory.example",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@directory.example",
        "https://directory.example/?key=1",
        "https://directory.example/#a",
    ] {
        let made = HttpDirectory::new(url, client.clone());
        assert!(matches!(made, Err(HttpError::Invalid { .. })), "{url}");
    }
}
