//! A house of one provider and two consumers, in memory.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use orch_a2a::{
    AgentTransport, Call, Directory, InMemoryServices, Invoker, InvokerLimits, InvokerParts, OpenGate,
    ProgressSink, Reply, Spawner, TransactionOptions, TransactionParts, Transactions, TransportError,
    Transports,
};
use orch_approvals::{ApprovalOptions, Approvals, InMemoryApprovals};
use orch_auth::{
    AgentKeyOptions, AgentKeys, AgentSigner, Document, InMemoryParties, Party, Registration, Vouched,
};
use orch_billing::{Billing, InMemoryLedger, Metering};
use orch_core::{
    BasisPoints, Catalog, InMemoryCatalog, InMemorySwitch, ManualClock, SeededEntropy, Switch, Timestamp,
};

use crate::subject;

/// The moment that the published page shows.
const PUBLISHED: Timestamp = Timestamp::from_millis(1_764_954_000_000);

const SERVICES: [&str; 2] = [
    r#"{"service_id":"srv-greet","provider_agent_id":"agent-bistro","metadata":{"service_path_template":"/greet/{name}"}}"#,
    r#"{"service_id":"srv-plain","provider_agent_id":"agent-bistro"}"#,
];

/// The consumer of the published vectors.
pub fn consumer() -> AgentSigner {
    AgentSigner::from_seed(&std::array::from_fn(|place| place.to_le_bytes()[0]))
}

/// Answers every call, and counts them.
#[derive(Debug, Default)]
struct Provider(AtomicUsize);

#[async_trait]
impl AgentTransport for Provider {
    async fn send(&self, call: Call, _: &ProgressSink) -> Result<Reply, TransportError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let exchange = call.exchange.expect("transactions are relayed");
        assert!(
            exchange.url.starts_with("http://10.0.0.7:5001"),
            "{}",
            exchange.url
        );
        assert!(!exchange.url.contains("/.."), "{}", exchange.url);
        Document::read(&exchange.body).expect("what is forwarded is JSON");
        exchange.answer(200, Some(b"{}"))
    }
}

#[derive(Debug)]
struct TokioSpawner;

impl Spawner for TokioSpawner {
    fn spawn(&self, work: std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'static>>) {
        tokio::spawn(work);
    }
}

/// A fresh one for each input, so that what is found is found again.
pub struct House {
    /// What is put to the test.
    pub transactions: Transactions,
    provider: Arc<Provider>,
}

impl House {
    /// A house in which nothing has happened.
    pub async fn new() -> Self {
        let clock = Arc::new(ManualClock::at(PUBLISHED));
        let entropy = Arc::new(SeededEntropy::default());
        let ledger = Arc::new(InMemoryLedger::default());
        let provider = Arc::new(Provider::default());
        let parts = InvokerParts {
            catalog: Catalog::new(
                Arc::new(InMemoryCatalog::default()),
                clock.clone(),
                entropy.clone(),
            ),
            metering: Metering::new(ledger.clone(), clock.clone()),
            billing: Billing::new(ledger, clock.clone(), BasisPoints::default()),
            clock: clock.clone(),
            entropy: entropy.clone(),
            transports: Transports {
                relay: Some(provider.clone()),
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
        let approvals = Arc::new(InMemoryApprovals::default());
        let parts = TransactionParts {
            directory: Directory::new(agents, Arc::new(InMemoryServices::default()), clock.clone()),
            store: subject::store(),
            invoker: Invoker::new(parts, InvokerLimits::default()),
            approvals: Approvals::new(
                approvals,
                clock.clone(),
                entropy.clone(),
                ApprovalOptions::default(),
            ),
            clock,
            entropy,
            spawner: Arc::new(TokioSpawner),
            signer: AgentSigner::from_seed(&[0x42; 32]),
        };
        let transactions = Transactions::new(parts, TransactionOptions::default()).expect("a fit name");
        let house = Self {
            transactions,
            provider,
        };
        for id in ["agent-001", "agent-bistro", &consumer().key().derived_id()] {
            house.register(id).await;
        }
        for service in SERVICES {
            let record = Document::read(service.as_bytes()).expect("a record");
            let registered = house.transactions.directory().register(&record).await;
            registered.expect("a service");
        }
        house
    }

    /// How often the provider was called.
    pub fn n_calls(&self) -> usize {
        self.provider.0.load(Ordering::Relaxed)
    }

    async fn register(&self, id: &str) {
        let registration = Registration {
            id: id.parse().expect("an id"),
            key: consumer().key(),
            revoke_previous: false,
            status: Party::ACTIVE.into(),
            endpoint: Some("http://10.0.0.7:5001".into()),
            metadata: "{}".into(),
            is_listed: true,
        };
        let agents = self.transactions.directory().agents();
        agents
            .register(registration, Vouched::ByTheHost)
            .await
            .expect("an agent");
    }
}
