//! Connections to PostgreSQL that are encrypted, and who is believed on the other side.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use orch_backends::{ConnectError, Options, SqlStore, sql::test_db};
use orch_core::StoreError;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};
use url::Url;

/// What a client that wants TLS says first (PostgreSQL's protocol, `SSLRequest`).
const WANTS_TLS: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// How a door answers who wants TLS.
enum Manner {
    /// With a certificate for this name, before the server at this address.
    Tls(&'static str, Option<String>),
    /// That it speaks none.
    Plain,
    /// Not at all.
    Silent,
}

/// What stands between a client and a server that speaks no TLS itself.
struct Door {
    port: u16,
    /// The certificate of the door, as a file.
    root: PathBuf,
    n_encrypted: Arc<AtomicUsize>,
    /// What came after TLS was refused.
    plain: Arc<Mutex<Vec<u8>>>,
    task: AbortHandle,
    _folder: tempfile::TempDir,
}

impl Door {
    async fn open(manner: Manner) -> Self {
        let name = match manner {
            Manner::Tls(name, _) => name,
            Manner::Plain | Manner::Silent => "localhost",
        };
        let identity = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root.pem");
        std::fs::write(&root, pem(identity.cert.der())).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![identity.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (n_encrypted, plain) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<u8>>>::default());
        let (counted, heard, manner) = (n_encrypted.clone(), plain.clone(), Arc::new(manner));
        let task = tokio::spawn(async move {
            loop {
                let (mut client, _) = listener.accept().await.unwrap();
                let (acceptor, counted, heard) = (acceptor.clone(), counted.clone(), heard.clone());
                let manner = manner.clone();
                tokio::spawn(async move {
                    let mut first = [0; 8];
                    client.read_exact(&mut first).await.unwrap();
                    assert_eq!(first, WANTS_TLS);
                    match &*manner {
                        Manner::Tls(_, behind) => {
                            client.write_all(b"S").await.unwrap();
                            let Ok(mut client) = acceptor.accept(client).await else {
                                return;
                            };
                            counted.fetch_add(1, Ordering::SeqCst);
                            let mut server = TcpStream::connect(behind.as_ref().unwrap()).await.unwrap();
                            // Either side may leave without a word.
                            drop(tokio::io::copy_bidirectional(&mut client, &mut server).await);
                        }
                        Manner::Plain => {
                            client.write_all(b"N").await.unwrap();
                            while let Ok(byte) = client.read_u8().await {
                                heard.lock().unwrap().push(byte);
                            }
                        }
                        Manner::Silent => std::future::pending().await,
                    }
                });
            }
        });
        Self {
            port,
            root,
            n_encrypted,
            plain,
            task: task.abort_handle(),
            _folder: folder,
        }
    }

    /// Where a client finds the server behind it, to which the roots of `trusted` vouch.
    fn url(&self, server: &Url, trusted: &Self) -> String {
        let mut url = server.clone();
        url.set_host(Some("localhost")).unwrap();
        url.set_port(Some(self.port)).unwrap();
        url.query_pairs_mut()
            .append_pair("sslmode", "verify-full")
            .append_pair("sslrootcert", trusted.root.to_str().unwrap());
        url.into()
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A certificate as text (RFC 7468).
fn pem(certificate: &[u8]) -> String {
    let text = STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

fn nowhere() -> Url {
    "postgres://nobody:secret@nowhere/none".parse().unwrap()
}

#[tokio::test]
async fn what_goes_to_the_server_and_back_is_encrypted() {
    let Some(server) = test_db::postgres_url() else {
        return;
    };
    let server: Url = server.parse().unwrap();
    let behind = format!("{}:{}", server.host_str().unwrap(), server.port().unwrap_or(5432));
    let door = Door::open(Manner::Tls("localhost", Some(behind))).await;
    let options = Options {
        connections: 2,
        schema: format!("encrypted_{}", std::process::id()),
        ..Options::default()
    };
    let drop_schema = format!("DROP SCHEMA {} CASCADE", options.schema);
    let store = SqlStore::connect(&door.url(&server, &door), options)
        .await
        .unwrap();
    let n_runs = store.read((), |tx, ()| {
        Box::pin(async move {
            let rows = tx.query("SELECT COUNT(*) AS n FROM orch_runs", &[]).await?;
            rows[0].of("orch_runs").integer("n")
        })
    });
    assert_eq!(n_runs.await.unwrap(), 0);
    let dropped = store.write(drop_schema, |tx, sql| {
        Box::pin(async move { tx.execute(sql, &[]).await })
    });
    dropped.await.unwrap();
    assert!(door.n_encrypted.load(Ordering::SeqCst) > 0);
}

#[tokio::test]
async fn nobody_is_believed_who_does_not_prove_to_be_the_server() {
    let known = Door::open(Manner::Tls("localhost", None)).await;
    let unknown = Door::open(Manner::Tls("localhost", None)).await;
    let misnamed = Door::open(Manner::Tls("elsewhere.example", None)).await;
    let plain = Door::open(Manner::Plain).await;
    let silent = Door::open(Manner::Silent).await;
    for (door, trusted) in [
        (&unknown, &known),
        (&misnamed, &misnamed),
        (&plain, &plain),
        (&silent, &silent),
    ] {
        let options = Options {
            timeout: Duration::from_millis(500),
            ..Options::default()
        };
        let outcome = SqlStore::connect(&door.url(&nowhere(), trusted), options).await;
        assert!(
            matches!(outcome, Err(ConnectError::Store(StoreError::Unavailable(_)))),
            "{outcome:?}"
        );
        assert_eq!(door.n_encrypted.load(Ordering::SeqCst), 0);
        assert_eq!(*door.plain.lock().unwrap(), [0; 0]);
    }
}

#[tokio::test]
async fn roots_that_cannot_be_read_are_told() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("absent.pem", None),
        ("empty.pem", Some("")),
        (
            "broken.pem",
            Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ),
    ] {
        let file = folder.path().join(name);
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let url = format!("{}?sslmode=verify-full&sslrootcert={}", nowhere(), file.display());
        let refused = SqlStore::connect(&url, Options::default()).await.unwrap_err();
        let told = refused.to_string();
        assert!(matches!(refused, ConnectError::Invalid { .. }), "{told}");
        assert!(told.contains(name) && !told.contains("secret"), "{told}");
    }
}
