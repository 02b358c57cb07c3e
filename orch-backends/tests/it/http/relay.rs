//! Whatever a provider's server does, a signed transaction ends as published, in time, and the provider runs once.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures_util::future::{BoxFuture, join_all};
use orch_a2a::{
    Directory, InMemoryServices, InMemoryTransactions, Invoker, InvokerLimits, InvokerParts, OpenGate,
    Request, Spawner, TransactError, TransactionOptions, TransactionParts, Transactions, Transports,
    transaction::{End, State},
};
use orch_approvals::{ApprovalOptions, Approvals, InMemoryApprovals};
use orch_auth::{
    AgentKeyOptions, AgentKeys, AgentSigner, Document, Form, InMemoryParties, Party, Registration, Vouched,
};
use orch_backends::http::{HttpOptions, HttpRelay, Network};
use orch_billing::{Billing, InMemoryLedger, Metering};
use orch_core::{BasisPoints, Catalog, InMemoryCatalog, InMemorySwitch, OsEntropy, Switch, SystemClock};

use super::server::{Server, ok};

#[derive(Debug)]
struct TokioSpawner;

impl Spawner for TokioSpawner {
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        tokio::spawn(work);
    }
}

/// Transactions whose provider is at this address.
async fn transactions(address: SocketAddr, network: Network) -> Transactions {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
    let ledger = Arc::new(InMemoryLedger::default());
    let options = HttpOptions {
        network,
        plain_http: true,
        ..HttpOptions::default()
    };
    let relay = HttpRelay::new(options, clock.clone()).unwrap();
    let parts = InvokerParts {
        catalog: Catalog::new(
            Arc::new(InMemoryCatalog::default()),
            clock.clone(),
            entropy.clone(),
        ),
        billing: Billing::new(ledger.clone(), clock.clone(), BasisPoints::default()),
        metering: Metering::new(ledger, clock.clone()),
        clock: clock.clone(),
        entropy: entropy.clone(),
        transports: Transports {
            relay: Some(Arc::new(relay)),
            ..Transports::default()
        },
        gate: Arc::new(OpenGate),
        switch: Switch::new(Arc::new(InMemorySwitch::default()), clock.clone()),
    };
    let agents = AgentKeys::new(
        Arc::new(InMemoryParties::default()),
        clock.clone(),
        AgentKeyOptions::default(),
    );
    for (id, endpoint) in [("one", None), ("two", Some(format!("http://{address}")))] {
        let registration = Registration {
            id: id.parse().unwrap(),
            key: signer().key(),
            revoke_previous: false,
            status: Party::ACTIVE.into(),
            endpoint,
            metadata: "{}".into(),
            is_listed: true,
        };
        agents.register(registration, Vouched::ByTheHost).await.unwrap();
    }
    let directory = Directory::new(agents, Arc::new(InMemoryServices::default()), clock.clone());
    let record = Document::read(
        br#"{"service_id":"srv","provider_agent_id":"two","metadata":{"service_path_template":"/do"}}"#,
    );
    directory.register(&record.unwrap()).await.unwrap();
    let options = TransactionOptions {
        answer_timeout: Duration::from_secs(2),
        hard_timeout: Duration::from_secs(4),
        ..TransactionOptions::default()
    };
    let parts = TransactionParts {
        directory,
        store: Arc::new(InMemoryTransactions::default()),
        invoker: Invoker::new(parts, InvokerLimits::default()),
        approvals: Approvals::new(
            Arc::new(InMemoryApprovals::default()),
            clock.clone(),
            entropy.clone(),
            ApprovalOptions::default(),
        ),
        clock,
        entropy,
        spawner: Arc::new(TokioSpawner),
        signer: signer(),
    };
    Transactions::new(parts, options).unwrap()
}

fn signer() -> AgentSigner {
    AgentSigner::from_seed(&[1; 32])
}

/// What came of asking once, and of asking again until it has ended.
async fn ends(address: SocketAddr, network: Network) -> (String, String) {
    let transactions = transactions(address, network).await;
    let body = r#"{"consumer_agent_id":"one","service_id":"srv","payload":{"a":1},"transaction_id":"tx_1"}"#;
    let document = Document::read(body.as_bytes()).unwrap();
    let signature = signer().sign(&Form::A.write(&document).unwrap()).to_text();
    let request = Request {
        body: body.as_bytes(),
        signature: Some(&signature),
        ..Request::default()
    };
    let mut told = Vec::new();
    for _ in 0..4 {
        let transacted = transactions.transact(&request).await;
        told.push(match &transacted.result {
            Ok(transaction) => match &transaction.state {
                State::Ended {
                    end: End::Refused { status, .. },
                    ..
                } => format!("refused {status}"),
                State::Ended {
                    end: End::Answered { .. },
                    ..
                } => "answered".to_owned(),
                State::Ended { end, .. } => format!("{end:?}"),
                other => panic!("{other:?}"),
            },
            Err(error) if matches!(**error, TransactError::InProgress) => "in progress".to_owned(),
            Err(error) => error.to_string(),
        });
    }
    (told[0].clone(), told[3].clone())
}

/// What a server does after it has written its answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Closes,
    Hangs,
    WritesOn,
}

async fn writing(answer: impl Into<String>, then: Then) -> Server {
    let answer = answer.into();
    Server::start(move |mut peer| {
        let answer = answer.clone();
        async move {
            peer.request().await;
            peer.write(answer).await;
            match then {
                Then::Closes => {}
                Then::Hangs => peer.gone().await,
                Then::WritesOn => while peer.write([b'x'; 65_536]).await {},
            }
        }
    })
    .await
}

#[tokio::test]
async fn whatever_a_provider_does_a_transaction_ends_as_published() {
    let large = ok("application/json", &"1".repeat(10 * 1024 * 1024));
    let endless = "HTTP/1.1 200 OK\r\n\r\n";
    let inward = "HTTP/1.1 307 Go\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\n\r\n";
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":";
    let unreachable = "the provider cannot be reached";
    let cases = [
        (
            "answers",
            ok("application/json", "{}"),
            Then::Closes,
            "answered",
            "answered",
        ),
        ("closes", String::new(), Then::Closes, "Lost", "Lost"),
        (
            "garbage",
            "\u{1} no HTTP\r\n\r\n".to_owned(),
            Then::Closes,
            "Lost",
            "Lost",
        ),
        ("cut", cut.to_owned(), Then::Closes, "Lost", "Lost"),
        ("10 MB", large, Then::Closes, "refused 200", "refused 200"),
        (
            "inward",
            inward.to_owned(),
            Then::Closes,
            "refused 307",
            "refused 307",
        ),
        (
            "busy",
            "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n".to_owned(),
            Then::Closes,
            unreachable,
            unreachable,
        ),
        ("hangs", String::new(), Then::Hangs, "in progress", "TimedOut"),
        (
            "stalls",
            endless.to_owned(),
            Then::Hangs,
            "in progress",
            "TimedOut",
        ),
        (
            "endless",
            endless.to_owned(),
            Then::WritesOn,
            "refused 200",
            "refused 200",
        ),
    ];
    let checks = cases.map(|(name, answer, then, first, last)| async move {
        let server = writing(answer, then).await;
        let (told, at_last) = ends(server.address(), Network::Private).await;
        assert_eq!((told.as_str(), at_last.as_str()), (first, last), "{name}");
        let n_asked = if name == "busy" { 4 } else { 1 };
        assert_eq!(server.requests().len(), n_asked, "{name}");
    });
    join_all(checks).await;
}

#[tokio::test]
async fn a_provider_within_is_not_reached_from_without() {
    let server = writing(ok("application/json", "{}"), Then::Closes).await;
    let (told, _) = ends(server.address(), Network::Public).await;
    assert_eq!(told, "the provider cannot be reached");
    assert_eq!(server.n_connections(), 0);
}
