use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use orch_approvals::{ApprovalOptions, Approvals, InMemoryApprovals};
use orch_auth::{
    AgentKeyOptions, AgentKeys, AgentSigner, Document, InMemoryParties, Party, Registration, Vouched,
};
use orch_billing::{Billing, HoldId, InMemoryLedger, Metering};
use orch_core::{
    Amount, BasisPoints, Caller, Catalog, Currency, InMemoryCatalog, InMemorySwitch, InvocationId,
    ManualClock, SeededEntropy, Switch,
};

use crate::{
    AgentTransport, Call, Directory, Exchange, InMemoryServices, InMemoryTransactions, Invoker,
    InvokerLimits, InvokerParts, OpenGate, ProgressSink, QuotaOptions, Reply, Request, Spawner, Transacted,
    TransactionOptions, TransactionParts, TransactionStore, Transactions, TransportError, Transports,
};

/// What the provider does with a call.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Answer(u16, &'static str),
    Unreachable,
    Lost,
    Hang,
}

/// A provider behind a script: the next act, or else what it always does.
#[derive(Debug)]
pub(super) struct Provider {
    pub(super) acts: Mutex<VecDeque<Act>>,
    pub(super) calls: Mutex<Vec<Arc<Exchange>>>,
    invocations: Mutex<Vec<InvocationId>>,
    release: tokio::sync::Notify,
}

impl Provider {
    pub(super) fn n_calls(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    /// What the ledger knows each call by.
    pub(super) fn holds(&self) -> Vec<HoldId> {
        let invocations = self.invocations.lock().unwrap();
        invocations
            .iter()
            .map(|id| HoldId::from_uuid(id.uuid()))
            .collect()
    }

    /// Lets everything go on that hangs.
    pub(super) fn release(&self) {
        self.release.notify_waiters();
    }
}

#[async_trait]
impl AgentTransport for Provider {
    async fn send(&self, call: Call, _: &ProgressSink) -> Result<Reply, TransportError> {
        let exchange = call.exchange.clone().expect("transactions are relayed");
        self.calls.lock().unwrap().push(exchange.clone());
        self.invocations.lock().unwrap().push(call.invocation);
        let act = self.acts.lock().unwrap().pop_front();
        match act.unwrap_or(Act::Answer(200, r#"{"message": "Hello, Alice!", "n": 1.50}"#)) {
            Act::Answer(status, body) => exchange.answer(status, Some(body.as_bytes())),
            Act::Unreachable => Err(TransportError::unreachable("refused")),
            Act::Lost => Err(TransportError::lost("reset")),
            Act::Hang => {
                self.release.notified().await;
                exchange.answer(200, Some(b"\"late\""))
            }
        }
    }
}

#[derive(Debug)]
struct TokioSpawner;

impl Spawner for TokioSpawner {
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        tokio::spawn(work);
    }
}

pub(super) struct House {
    pub(super) transactions: Transactions,
    pub(super) approvals: Approvals,
    pub(super) provider: Arc<Provider>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) store: Arc<InMemoryTransactions>,
    pub(super) billing: Billing,
    pub(super) signer: AgentSigner,
}

pub(super) const SERVICE: &str = r#"{"service_id":"srv-greet","provider_agent_id":"agent-002","metadata":{"service_path_template":"/greet"}}"#;

pub(super) fn sole() -> TransactionOptions {
    TransactionOptions {
        is_sole: true,
        ..TransactionOptions::default()
    }
}

/// Twenty a minute and five a second, refused beyond.
pub(super) fn enforced() -> TransactionOptions {
    let quota = QuotaOptions {
        enforced: true,
        ..QuotaOptions::default()
    };
    TransactionOptions { quota, ..sole() }
}

impl House {
    pub(super) async fn new() -> Self {
        Self::with(sole(), Arc::default()).await
    }

    pub(super) async fn with(options: TransactionOptions, store: Arc<InMemoryTransactions>) -> Self {
        Self::seeing(options, store.clone(), store).await
    }

    /// A house that sees its store only through another one.
    pub(super) async fn seeing(
        options: TransactionOptions,
        store: Arc<InMemoryTransactions>,
        seen: Arc<dyn TransactionStore>,
    ) -> Self {
        let clock = Arc::new(ManualClock::default());
        let entropy = Arc::new(SeededEntropy::default());
        let ledger = Arc::new(InMemoryLedger::default());
        let billing = Billing::new(ledger.clone(), clock.clone(), BasisPoints::default());
        let provider = Arc::new(Provider {
            acts: Mutex::default(),
            calls: Mutex::default(),
            invocations: Mutex::default(),
            release: tokio::sync::Notify::new(),
        });
        let invoker = Invoker::new(
            InvokerParts {
                catalog: Catalog::new(
                    Arc::new(InMemoryCatalog::default()),
                    clock.clone(),
                    entropy.clone(),
                ),
                metering: Metering::new(ledger, clock.clone()),
                billing: billing.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
                transports: Transports {
                    relay: Some(provider.clone()),
                    ..Transports::default()
                },
                gate: Arc::new(OpenGate),
                switch: Switch::new(Arc::new(InMemorySwitch::default()), clock.clone()),
            },
            InvokerLimits::default(),
        );
        let parties = Arc::new(InMemoryParties::default());
        let agents = AgentKeys::new(parties, clock.clone(), AgentKeyOptions::default());
        let directory = Directory::new(agents, Arc::new(InMemoryServices::default()), clock.clone());
        let approvals = Approvals::new(
            Arc::new(InMemoryApprovals::default()),
            clock.clone(),
            entropy.clone(),
            ApprovalOptions::default(),
        );
        let parts = TransactionParts {
            directory,
            store: seen,
            invoker,
            approvals: approvals.clone(),
            clock: clock.clone(),
            entropy,
            spawner: Arc::new(TokioSpawner),
            signer: AgentSigner::from_seed(&[0x42; 32]),
        };
        let house = Self {
            transactions: Transactions::new(parts, options).unwrap(),
            approvals,
            provider,
            clock,
            store,
            billing,
            signer: AgentSigner::from_seed(&[1; 32]),
        };
        house.register("agent-001", 1).await;
        house.register("agent-002", 2).await;
        house.offer(SERVICE).await;
        house
    }

    pub(super) async fn register(&self, id: &str, number: u8) {
        let registration = Registration {
            id: id.parse().unwrap(),
            key: AgentSigner::from_seed(&[number; 32]).key(),
            revoke_previous: false,
            status: Party::ACTIVE.into(),
            endpoint: Some("http://provider.example:5001/".into()),
            metadata: "{}".into(),
            is_listed: true,
        };
        let agents = self.transactions.directory().agents();
        agents.register(registration, Vouched::ByTheHost).await.unwrap();
    }

    pub(super) async fn offer(&self, record: &str) {
        let record = Document::read(record.as_bytes()).unwrap();
        self.transactions.directory().register(&record).await.unwrap();
    }

    pub(super) fn will(&self, acts: impl IntoIterator<Item = Act>) {
        self.provider.acts.lock().unwrap().extend(acts);
    }

    /// Signs a body and asks.
    pub(super) async fn ask(&self, body: &str, key: Option<&str>) -> Transacted {
        let signature = self.sign(body);
        let request = Request {
            body: body.as_bytes(),
            signature: Some(&signature),
            key,
            ..Request::default()
        };
        self.transactions.transact(&request).await
    }

    pub(super) fn sign(&self, body: &str) -> String {
        let document = Document::read(body.as_bytes()).unwrap();
        self.signer
            .sign(&orch_auth::Form::A.write(&document).unwrap())
            .to_text()
    }

    /// The same, told what it was answered as one text; the whole answer has arrived.
    pub(super) async fn hear(&self, body: &str, key: Option<&str>) -> String {
        let mut transacted = self.ask(body, key).await;
        transacted.delivery.arrived();
        told(&transacted)
    }

    pub(super) async fn grant(&self, account: &str, minor: i64) {
        let amount = Amount::new(minor, Currency::Algo).unwrap();
        self.billing
            .grant(&account.parse().unwrap(), amount, "first")
            .await
            .unwrap();
    }

    pub(super) async fn available(&self, account: &str) -> i64 {
        let caller = Caller::host(account.parse().unwrap());
        self.billing
            .balance(&caller, Currency::Algo)
            .await
            .unwrap()
            .available
            .minor()
    }

    /// Lets everything that can go on go on.
    pub(super) async fn settle(&self) {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }

    pub(super) async fn after(&self, delay: Duration) {
        self.settle().await;
        self.clock.advance(delay);
        self.settle().await;
    }
}

pub(super) fn told(transacted: &Transacted) -> String {
    match &transacted.result {
        Ok(transaction) => format!("{:?}", transaction.state),
        Err(error) => error.to_string(),
    }
}

pub(super) fn body(id: Option<&str>) -> String {
    let id = id.map_or(String::new(), |id| format!(r#","transaction_id":"{id}""#));
    format!(
        r#"{{"consumer_agent_id":"agent-001","service_id":"srv-greet","payload":{{"name":"Alice"}}{id}}}"#
    )
}
