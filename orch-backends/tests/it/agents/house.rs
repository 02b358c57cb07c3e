use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use orch_a2a::{
    Cancel, Funds, Invocation, InvokeError, Invoker, InvokerLimits, InvokerParts, OpenGate, Outcome,
    RetryPolicy, Transports,
    testing::{RememberingKeeper, draft},
};
use orch_backends::{
    http::{GuardedClient, HttpAgents, HttpOptions, Network},
    process::{ProcessAgents, ProcessOptions},
};
use orch_billing::{Billing, InMemoryLedger, Metering};
use orch_core::{
    Agent, Amount, BasisPoints, Caller, Catalog, Clock, Currency, InMemoryCatalog, InMemorySwitch,
    InvocationId, OsEntropy, Switch, SystemClock, Task,
    agent::{Endpoint, Pricing},
};
use serde_json::Value;

/// How long an agent may take in these tests.
pub(super) const TIMEOUT: Duration = Duration::from_millis(400);
/// The most bytes of an answer in these tests.
pub(super) const MAX_BYTES: usize = 100_000;
const CREDITS: i64 = 1_000;

/// A whole house in memory, with one paid agent that is somewhere else.
pub(super) struct House {
    pub(super) agent: Arc<Agent>,
    pub(super) keeper: RememberingKeeper,
    pub(super) cancel: Cancel,
    pub(super) transports: Transports,
    invoker: Invoker,
    billing: Billing,
    caller: Caller,
}

fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

/// Every way out, for tests: this machine may be called.
pub(super) fn transports(network: Network) -> Transports {
    let clock = Arc::new(SystemClock);
    let options = HttpOptions {
        network,
        plain_http: true,
        ..HttpOptions::default()
    };
    let client = GuardedClient::new(options, clock.clone()).unwrap();
    Transports {
        http: Some(Arc::new(HttpAgents::new(client, clock.clone()))),
        process: Some(Arc::new(ProcessAgents::new(ProcessOptions::default(), clock))),
        ..Transports::default()
    }
}

impl House {
    /// A house whose agent is there, and has this task.
    pub(super) async fn new(endpoint: Endpoint, network: Network, change: impl FnOnce(&mut Task)) -> Self {
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        let ledger = Arc::new(InMemoryLedger::default());
        let billing = Billing::new(ledger.clone(), clock.clone(), BasisPoints::new(0).unwrap());
        let catalog = Catalog::new(
            Arc::new(InMemoryCatalog::default()),
            clock.clone(),
            entropy.clone(),
        );
        let mut draft = draft("far", &["do"], Pricing::per_request(algo(100))).unwrap();
        draft.version.endpoint = endpoint;
        draft.version.tasks[0].timeout = Some(TIMEOUT);
        change(&mut draft.version.tasks[0]);
        let owner = Caller::host("owner".parse().unwrap());
        let agent = catalog.register(&owner, draft).await.unwrap();
        let caller = Caller::host("caller".parse().unwrap());
        billing
            .grant(caller.account(), algo(CREDITS), "first")
            .await
            .unwrap();
        let transports = transports(network);
        let parts = InvokerParts {
            catalog,
            billing: billing.clone(),
            metering: Metering::new(ledger, clock.clone()),
            switch: Switch::new(Arc::new(InMemorySwitch::default()), clock.clone()),
            clock,
            entropy,
            transports: transports.clone(),
            gate: Arc::new(OpenGate),
        };
        let limits = InvokerLimits {
            answer_bytes: MAX_BYTES,
            retry: RetryPolicy::ONCE,
            ..InvokerLimits::default()
        };
        Self {
            agent,
            keeper: RememberingKeeper::default(),
            cancel: Cancel::new(),
            transports,
            invoker: Invoker::new(parts, limits),
            billing,
            caller,
        }
    }

    /// Calls the agent.
    pub(super) async fn call(&self, arguments: Value) -> Result<Value, InvokeError> {
        let now = SystemClock.now();
        let invocation = Invocation {
            id: InvocationId::generate(now, &OsEntropy),
            agent: self.agent.id,
            version: self.agent.latest.version,
            task: "do".to_owned(),
            arguments: arguments.as_object().cloned().unwrap(),
            deadline: now + Duration::from_secs(30),
            funds: Funds::Credits,
            keeper: "run_1".to_owned(),
            step: None,
        };
        let called = self
            .invoker
            .invoke(&self.caller, &invocation, &self.keeper, &self.cancel);
        match called.await? {
            Outcome::Answered(answer) => Ok(answer.result),
            other => panic!("{other:?}"),
        }
    }

    /// Calls the agent, which fails in time and is not paid: no answer is kept, and no money is held.
    pub(super) async fn call_in_vain(&self, arguments: Value) -> InvokeError {
        let began = Instant::now();
        let error = self.call(arguments).await.unwrap_err();
        let took = began.elapsed();
        assert!(took < Duration::from_secs(12), "{error:?} took {took:?}");
        assert!(self.keeper.answers().is_empty());
        let balance = self.billing.balance(&self.caller, Currency::Algo).await.unwrap();
        assert_eq!(
            (balance.available, balance.held),
            (algo(CREDITS), algo(0)),
            "{error:?}"
        );
        error
    }
}
