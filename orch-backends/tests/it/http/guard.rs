//! Where the client does not go, however the address is written.

use std::{
    io,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use orch_backends::http::{GuardedClient, HttpError, HttpOptions, Network, Request, Resolver};
use orch_core::SystemClock;

use super::{
    local,
    server::{Server, ok},
};

/// Answers as told, one answer after the other, and the last one for ever.
#[derive(Debug)]
struct Names(Mutex<Vec<Vec<IpAddr>>>);

impl Names {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().rev().map(parse).collect())))
    }
}

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 {
            answers.pop()
        } else {
            answers.last().cloned()
        };
        Ok(answer.unwrap_or_default())
    }
}

fn client(options: HttpOptions) -> GuardedClient {
    GuardedClient::new(options, Arc::new(SystemClock)).unwrap()
}

async fn is_forbidden(client: &GuardedClient, url: &str) -> bool {
    let error = client.send(Request::get(url)).await.unwrap_err();
    assert!(error.is_unsent(), "{url}: {error:?}");
    matches!(error, HttpError::Forbidden { .. })
}

#[tokio::test]
async fn every_spelling_of_a_private_address_is_forbidden() {
    let server = Server::answering(ok("text/plain", "secret")).await;
    let client = client(HttpOptions {
        plain_http: true,
        ..HttpOptions::default()
    });
    let port = server.address().port();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "[fd00:ec2::254]",
        "localhost",
    ] {
        assert!(
            is_forbidden(&client, &format!("http://{host}:{port}/")).await,
            "{host}"
        );
    }
    assert_eq!(server.n_connections(), 0);
}

#[tokio::test]
async fn other_schemes_are_forbidden() {
    let public = client(HttpOptions::default());
    for url in [
        "http://1.1.1.1/",
        "ftp://1.1.1.1/",
        "file:///etc/passwd",
        "data:text/plain,1",
    ] {
        assert!(is_forbidden(&public, url).await, "{url}");
    }
}

#[tokio::test]
async fn a_name_that_resolves_to_a_private_address_is_forbidden() {
    let server = Server::answering(ok("text/plain", "secret")).await;
    for addresses in [
        &["127.0.0.1"][..],
        &["::ffff:127.0.0.1"],
        &["10.0.0.1", "127.0.0.1", "::1"],
    ] {
        let client = client(HttpOptions {
            plain_http: true,
            resolver: Names::new(&[addresses]),
            ..HttpOptions::default()
        });
        let url = format!("http://innocent.example:{}/", server.address().port());
        assert!(is_forbidden(&client, &url).await, "{addresses:?}");
    }
    assert_eq!(server.n_connections(), 0);
}

#[tokio::test]
async fn what_private_networks_allow_does_not_reach_metadata() {
    let (client, _) = local(HttpOptions::default());
    for host in [
        "169.254.169.254",
        "[fd00:ec2::254]",
        "0.0.0.0",
        "[::ffff:169.254.169.254]",
        "168.63.129.16",
    ] {
        assert!(is_forbidden(&client, &format!("http://{host}/")).await, "{host}");
    }
}

#[tokio::test]
async fn only_the_allowed_addresses_of_a_name_are_tried() {
    let server = Server::answering(ok("text/plain", "here")).await;
    let client = client(HttpOptions {
        network: Network::Private,
        resolver: Names::new(&[&["169.254.169.254", "0.0.0.0", "127.0.0.1"]]),
        ..HttpOptions::default()
    });
    let url = format!("http://mixed.example:{}/", server.address().port());
    let answer = client.send(Request::get(url)).await.unwrap();
    assert_eq!(answer.bytes().await.unwrap(), "here");
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_judged_at_every_connection() {
    let closing = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";
    let server = Server::answering(closing).await;
    // Were a name resolved once to be judged and once more to be connected to, the first call would go astray.
    let names = Names::new(&[&["127.0.0.1"], &["169.254.169.254"], &["127.0.0.1"]]);
    let client = client(HttpOptions {
        network: Network::Private,
        resolver: names,
        ..HttpOptions::default()
    });
    let url = format!("http://rebinding.example:{}/", server.address().port());
    let first = client.send(Request::get(&url)).await.unwrap();
    assert_eq!(first.bytes().await.unwrap(), "ok");
    assert!(is_forbidden(&client, &url).await);
    assert_eq!(
        client
            .send(Request::get(&url))
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap(),
        "ok"
    );
    assert_eq!(server.n_connections(), 2);
}

#[tokio::test]
async fn a_name_without_an_address_is_unresolved() {
    let client = client(HttpOptions {
        resolver: Names::new(&[&[]]),
        ..HttpOptions::default()
    });
    let error = client
        .send(Request::get("https://nobody.example/"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, HttpError::Unresolved { .. }) && error.is_unsent(),
        "{error:?}"
    );
}
