//! TLS: whom the client believes.

use std::sync::Arc;

use orch_backends::http::{HttpError, HttpOptions, Request};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use super::{
    local,
    server::{Server, Stream, ok},
};

/// A server that speaks TLS under this name, and its certificate.
async fn server(name: &str, answer: String) -> (Server, Vec<u8>) {
    let identity = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate = identity.cert.der().clone();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let above = move |stream| {
        let accepting = acceptor.accept(stream);
        async { Some(Box::new(accepting.await.ok()?) as Box<dyn Stream>) }
    };
    let behave = move |mut peer: super::server::Peer| {
        let answer = answer.clone();
        async move {
            while peer.request().await.is_some() {
                peer.write(&answer).await;
            }
        }
    };
    (Server::start_above(above, behave).await, certificate.to_vec())
}

fn url(server: &Server) -> String {
    format!("https://localhost:{}/", server.address().port())
}

#[tokio::test]
async fn a_certificate_of_a_trusted_root_is_believed() {
    let (server, root) = server("localhost", ok("text/plain", "safe")).await;
    let (client, _) = local(HttpOptions {
        extra_roots: vec![root],
        ..HttpOptions::default()
    });
    let answer = client.send(Request::get(url(&server))).await.unwrap();
    assert_eq!(answer.bytes().await.unwrap(), "safe");
}

#[tokio::test]
async fn other_certificates_are_not() {
    let (unknown, _) = server("localhost", ok("text/plain", "")).await;
    let (misnamed, root) = server("elsewhere.example", ok("text/plain", "")).await;
    let plain = Server::start(async |mut peer| {
        peer.write("SSH-2.0-OpenSSH_9.2p1\r\n").await;
    })
    .await;
    let (client, _) = local(HttpOptions {
        extra_roots: vec![root],
        ..HttpOptions::default()
    });
    for server in [unknown, misnamed, plain] {
        let error = client.send(Request::get(url(&server))).await.unwrap_err();
        assert!(
            matches!(error, HttpError::Unconnected { .. }) && error.is_unsent(),
            "{error:?}"
        );
        assert!(server.requests().is_empty());
    }
}

#[tokio::test]
async fn nothing_leads_away_from_https() {
    let target = Server::answering(ok("text/plain", "")).await;
    let redirect = format!(
        "HTTP/1.1 302 Elsewhere\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        target.url()
    );
    let (server, root) = server("localhost", redirect).await;
    let (client, _) = local(HttpOptions {
        extra_roots: vec![root],
        ..HttpOptions::default()
    });
    let error = client.send(Request::get(url(&server))).await.unwrap_err();
    assert!(
        matches!(
            error,
            HttpError::Misdirected {
                reason: "away from https",
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(target.n_connections(), 0);
}

#[tokio::test]
async fn a_root_that_is_no_certificate_is_refused() {
    let options = HttpOptions {
        extra_roots: vec![vec![1, 2, 3]],
        ..HttpOptions::default()
    };
    let clock = Arc::new(orch_core::SystemClock);
    assert!(orch_backends::http::GuardedClient::new(options, clock).is_err());
}
