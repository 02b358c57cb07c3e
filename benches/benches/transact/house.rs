//! The surface for signed transactions, served over a file.

use std::{future::pending, net::SocketAddr, time::Duration};

use axum::{Router, body::Bytes, http::header, routing::post};
use ed25519_dalek::{Signature, VerifyingKey};
use orch::{
    Orchestrator, SignedOptions, SystemClock,
    a2a::store::Filter,
    auth::{AgentSigner, Document, Form, Party, Registration, Vouched},
    backends::{
        SqlStore,
        http::{HttpOptions, Network},
        sql::Options,
    },
};
use orch_benches::Outcome;
use orch_http_adapter::a2a::{A2a, A2aOptions};
use serde_json::json;
use tokio::net::TcpListener;

/// What the bare route answers: as long as the answer of a transaction.
const BARE: &str = r#"{"transaction_id":"tx_01kc0000000000000000000000","status":"success","timestamp":"2025-12-05T17:00:00Z","result":{"message":"Hello, Alice!"},"data":{"message":"Hello, Alice!"}}"#;

pub(crate) struct House {
    orchestrator: Orchestrator,
    address: SocketAddr,
    signers: Vec<AgentSigner>,
    bare: (VerifyingKey, Vec<u8>, Signature),
    _folder: Option<tempfile::TempDir>,
}

impl House {
    /// A house with so many consumers and one provider, there.
    pub(crate) async fn new(n_consumers: usize, provider: SocketAddr) -> Outcome<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let url = format!("sqlite://{}/orch.db", folder.path().display());
        let store = SqlStore::connect(&url, Options::default()).await?;
        let house = Self::over(store, n_consumers, provider).await?;
        Ok(Self {
            _folder: Some(folder),
            ..house
        })
    }

    /// The same over a store that is there.
    pub(crate) async fn over(store: SqlStore, n_consumers: usize, provider: SocketAddr) -> Outcome<Self> {
        let signed = SignedOptions {
            signer: Some(AgentSigner::from_seed(&[0xff; 32])),
            http: HttpOptions {
                network: Network::Private,
                ..HttpOptions::default()
            },
            ..SignedOptions::default()
        };
        let orchestrator = Orchestrator::builder(store).signed(signed).build().await?;
        let worker = orchestrator.worker();
        tokio::spawn(worker);
        let signers: Vec<_> = (0..n_consumers)
            .map(|number| AgentSigner::from_seed(&[u8::try_from(number).unwrap_or(u8::MAX); 32]))
            .collect();
        for (number, signer) in signers.iter().enumerate() {
            register(&orchestrator, &consumer(number), signer, None).await?;
        }
        let bistro = AgentSigner::from_seed(&[0xfe; 32]);
        register(
            &orchestrator,
            "agent-bistro",
            &bistro,
            Some(format!("http://{provider}")),
        )
        .await?;
        let service = r#"{"service_id":"srv-greet","provider_agent_id":"agent-bistro","metadata":{"service_path_template":"/greet"}}"#;
        let record = Document::read(service.as_bytes())?;
        orchestrator.directory().register(&record).await?;
        let router = A2a::new(orchestrator.clone(), A2aOptions::default())
            .surface()
            .router();
        let router = Router::new().route("/bare", post(bare)).fallback_service(router);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move {
            orch_http_adapter::serve(listener, router, pending(), &SystemClock, Duration::ZERO).await;
        });
        let canonical = Form::A
            .write(&Document::read(body(0, 0).as_bytes())?)
            .ok_or("no form")?;
        let signature = Signature::from_bytes(signers[0].sign(&canonical).as_bytes());
        Ok(Self {
            bare: (
                VerifyingKey::from_bytes(signers[0].key().as_bytes())?,
                canonical,
                signature,
            ),
            orchestrator,
            address,
            signers,
            _folder: None,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What nobody can do without.
    pub(crate) fn verify_bare(&self) -> Outcome<()> {
        let (key, canonical, signature) = &self.bare;
        Ok(key.verify_strict(std::hint::black_box(canonical), signature)?)
    }

    /// What the provider is sent is signed twice: its body, and for whom it is sent.
    pub(crate) fn sign_twice(&self, call: &[u8]) {
        for signer in &self.signers[..2] {
            std::hint::black_box(signer.sign(std::hint::black_box(call)));
        }
    }

    /// The bytes of a request, signed.
    pub(crate) fn request(&self, path: &str, client: usize, number: usize) -> Outcome<Vec<u8>> {
        let body = body(client, number);
        let canonical = Form::A
            .write(&Document::read(body.as_bytes())?)
            .ok_or("no form")?;
        let signature = self.signers[client].sign(&canonical).to_text();
        let (consumer, length) = (consumer(client), body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             x-agent-signature: {signature}\r\nx-amorce-agent-id: {consumer}\r\n\r\n{body}"
        );
        Ok(request.into_bytes())
    }

    /// Everything is in the books, and has succeeded.
    pub(crate) async fn check(&self, n_expected: usize) -> Outcome<()> {
        let filter = Filter {
            state: Some("success".to_owned()),
            limit: u32::MAX >> 1,
            ..Filter::default()
        };
        match self.orchestrator.transactions().list(&filter).await?.len() {
            n_found if n_found == n_expected => Ok(()),
            n_found => Err(format!("{n_found} of {n_expected} transactions are in the books").into()),
        }
    }

    pub(crate) async fn end(&self) {
        self.orchestrator.shutdown(Duration::ZERO).await;
    }
}

async fn bare(body: Bytes) -> ([(header::HeaderName, &'static str); 1], &'static str) {
    std::hint::black_box(body);
    ([(header::CONTENT_TYPE, "application/json")], BARE)
}

pub(crate) fn consumer(number: usize) -> String {
    format!("agent-{number:03}")
}

fn body(client: usize, number: usize) -> String {
    json!({ "service_id": "srv-greet", "consumer_agent_id": consumer(client), "payload": { "name": "Alice" },
            "priority": "normal", "transaction_id": format!("tx_{number}") })
    .to_string()
}

async fn register(
    orchestrator: &Orchestrator,
    id: &str,
    signer: &AgentSigner,
    endpoint: Option<String>,
) -> Outcome<()> {
    let registration = Registration {
        id: id.parse()?,
        key: signer.key(),
        revoke_previous: false,
        status: Party::ACTIVE.into(),
        endpoint,
        metadata: "{}".into(),
        is_listed: true,
    };
    let agents = orchestrator.directory().agents();
    agents.register(registration, Vouched::ByTheHost).await?;
    Ok(())
}
