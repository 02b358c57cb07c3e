use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use orch_billing::{
    Balance, BalanceOf, Billing, Closing, Extension, Grant, Hold, HoldQuery, HoldState, InMemoryLedger,
    LedgerStore, Metering, Period, Refund, Settled, UsageRecord,
};
use orch_core::{
    AccountId, Agent, Amount, BasisPoints, Caller, Catalog, Clock, Currency, InMemoryCatalog, InMemorySwitch,
    InvocationId, ManualClock, PageRequest, SeededEntropy, StoreError, Switch, agent::Pricing,
    catalog::AgentDraft,
};
use serde_json::{Value, json};

use crate::{
    Cancel, Executor, Funds, Gate, InProcess, InlineExecutor, Invocation, InvokeError, Invoker,
    InvokerLimits, InvokerParts, LocalAgent, Outcome, Transports,
    testing::{RememberingKeeper, Script, ScriptedGate, ScriptedTransport, draft},
};

/// A whole house in memory, with one paid agent that follows a script: `writer`, which does `write`.
pub(crate) struct House {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ledger: Arc<FaultyLedger>,
    pub(crate) billing: Billing,
    pub(crate) metering: Metering,
    pub(crate) catalog: Catalog,
    pub(crate) transport: Arc<ScriptedTransport>,
    pub(crate) gate: Arc<ScriptedGate>,
    pub(crate) stops: Arc<InMemorySwitch>,
    pub(crate) switch: Switch,
    pub(crate) invoker: Invoker,
    pub(crate) caller: Caller,
    pub(crate) owner: Caller,
    pub(crate) writer: Arc<Agent>,
    pub(crate) keeper: RememberingKeeper,
    pub(crate) cancel: Cancel,
    limits: InvokerLimits,
    entropy: Arc<SeededEntropy>,
}

pub(crate) fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

pub(crate) fn account(name: &str) -> Caller {
    Caller::host(name.parse::<AccountId>().unwrap())
}

/// What the account has at first.
pub(crate) const CREDITS: i64 = 1_000;
/// What a call of the writer costs.
pub(crate) const PRICE: i64 = 100;
/// How long an invocation may take.
pub(crate) const TIME: Duration = Duration::from_secs(30);

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}, InvokerLimits::default()).await
    }

    /// A house whose writer is registered otherwise.
    pub(crate) async fn with_writer(change: impl FnOnce(&mut AgentDraft)) -> Self {
        Self::with(change, InvokerLimits::default()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut AgentDraft), limits: InvokerLimits) -> Self {
        let clock = Arc::new(ManualClock::default());
        let entropy = Arc::new(SeededEntropy::default());
        let ledger = Arc::new(FaultyLedger::default());
        let fee = BasisPoints::new(1_000).unwrap();
        let billing = Billing::new(ledger.clone(), clock.clone(), fee);
        let metering = Metering::new(ledger.inner.clone(), clock.clone());
        let catalog = Catalog::new(
            Arc::new(InMemoryCatalog::default()),
            clock.clone(),
            entropy.clone(),
        );
        let transport = Arc::new(ScriptedTransport::new(clock.clone()));
        transport.always("writer/write", Script::Echo);
        let gate = Arc::new(ScriptedGate::default());
        let transports = Transports {
            in_process: Some(transport.clone()),
            ..Transports::default()
        };
        let stops = Arc::new(InMemorySwitch::default());
        let switch = Switch::new(stops.clone(), clock.clone());
        let parts = InvokerParts {
            catalog: catalog.clone(),
            billing: billing.clone(),
            metering: metering.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            transports,
            gate: gate.clone(),
            switch: switch.clone(),
        };
        let invoker = Invoker::new(parts, limits);
        let (caller, owner) = (account("caller"), account("owner"));
        let mut writer = draft("writer", &["write"], Pricing::per_request(algo(PRICE))).unwrap();
        change(&mut writer);
        let writer = catalog.register(&owner, writer).await.unwrap();
        billing
            .grant(caller.account(), algo(CREDITS), "first")
            .await
            .unwrap();
        Self {
            clock,
            ledger,
            billing,
            metering,
            catalog,
            transport,
            gate,
            stops,
            switch,
            invoker,
            caller,
            owner,
            writer,
            keeper: RememberingKeeper::default(),
            cancel: Cancel::new(),
            limits,
            entropy,
        }
    }

    /// A new invocation of the writer.
    pub(crate) fn invocation(&self) -> Invocation {
        self.invocation_of(&self.writer, "write", &json!({ "text": "a" }))
    }

    pub(crate) fn invocation_of(&self, agent: &Agent, task: &str, arguments: &Value) -> Invocation {
        let now = self.clock.now();
        Invocation {
            id: InvocationId::generate(now, &*self.entropy),
            agent: agent.id,
            version: agent.latest.version,
            task: task.to_owned(),
            arguments: arguments.as_object().unwrap().clone(),
            deadline: now + TIME,
            funds: Funds::Credits,
            keeper: "run_1".to_owned(),
            step: None,
        }
    }

    pub(crate) async fn invoke(&self, invocation: &Invocation) -> Result<Outcome, InvokeError> {
        let Self {
            invoker,
            caller,
            keeper,
            cancel,
            ..
        } = self;
        invoker.invoke(caller, invocation, keeper, cancel).await
    }

    /// Invokes, and meanwhile moves the clock on by a second, as often as it takes.
    pub(crate) async fn invoke_while_time_passes(
        &self,
        invocation: &Invocation,
    ) -> Result<Outcome, InvokeError> {
        let time = async {
            loop {
                tokio::task::yield_now().await;
                self.clock.advance(Duration::from_secs(1));
            }
        };
        tokio::select! {
            biased;
            outcome = self.invoke(invocation) => outcome,
            () = time => unreachable!("time passes for ever"),
        }
    }

    /// From now on, another gate is in the way.
    pub(crate) fn replace_gate(&mut self, gate: Arc<dyn Gate>) {
        let transports = Transports {
            in_process: Some(self.transport.clone()),
            ..Transports::default()
        };
        self.invoker = self.invoker(transports, gate);
    }

    /// From now on, agents are reached otherwise.
    pub(crate) fn replace_transports(&mut self, transports: Transports) {
        self.invoker = self.invoker(transports, self.gate.clone());
    }

    /// An invoker like that of the house, that runs this agent as a function, and the agent.
    pub(crate) async fn hire(&self, local: LocalAgent) -> (Invoker, Arc<Agent>) {
        self.hire_on(Arc::new(InlineExecutor), local).await
    }

    /// The same, on another executor.
    pub(crate) async fn hire_on(
        &self,
        executor: Arc<dyn Executor>,
        local: LocalAgent,
    ) -> (Invoker, Arc<Agent>) {
        let functions = InProcess::new(executor);
        let agent = self
            .catalog
            .register(&self.owner, local.draft().unwrap())
            .await
            .unwrap();
        functions.enroll(agent.slug.clone(), &local);
        let transports = Transports {
            in_process: Some(Arc::new(functions)),
            ..Transports::default()
        };
        (self.invoker(transports, self.gate.clone()), agent)
    }

    fn invoker(&self, transports: Transports, gate: Arc<dyn Gate>) -> Invoker {
        let parts = InvokerParts {
            catalog: self.catalog.clone(),
            billing: self.billing.clone(),
            metering: self.metering.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            transports,
            gate,
            switch: self.switch.clone(),
        };
        Invoker::new(parts, self.limits)
    }

    /// What the caller can spend and what is held of it.
    pub(crate) async fn credits(&self) -> (i64, i64) {
        let Balance { available, held } = self.billing.balance(&self.caller, Currency::Algo).await.unwrap();
        (available.minor(), held.minor())
    }

    /// What the agent's owner has earned.
    pub(crate) async fn earnings(&self) -> i64 {
        let earned = self.billing.earnings(&self.owner, Currency::Algo).await;
        earned.unwrap().minor()
    }

    /// What became of the invocation's hold.
    pub(crate) async fn hold(&self, invocation: &Invocation) -> Option<HoldState> {
        let hold = self.billing.find_hold(invocation.hold()).await.unwrap();
        hold.map(|hold| hold.state)
    }

    /// The caller's usage records, the latest first.
    pub(crate) async fn usage(&self) -> Vec<UsageRecord> {
        let page = self
            .metering
            .list(&self.caller, Period::ALWAYS, PageRequest::default());
        page.await.unwrap().items
    }

    /// Nothing was paid and nothing is held.
    pub(crate) async fn assert_money_is_back(&self, case: &str) {
        assert_eq!(self.credits().await, (CREDITS, 0), "credits after {case}");
        assert_eq!(self.earnings().await, 0, "earnings after {case}");
    }
}

/// A ledger whose units fail when told to.
#[derive(Debug, Default)]
pub(crate) struct FaultyLedger {
    pub(crate) inner: Arc<InMemoryLedger>,
    failing: Mutex<HashSet<&'static str>>,
}

impl FaultyLedger {
    /// From now on, these units fail and no others.
    pub(crate) fn fail(&self, units: &[&'static str]) {
        *self.failing.lock().unwrap() = units.iter().copied().collect();
    }

    fn unit(&self, name: &str) -> Result<&InMemoryLedger, StoreError> {
        if self.failing.lock().unwrap().contains(name) {
            return Err(StoreError::Unavailable("told to fail".into()));
        }
        Ok(&self.inner)
    }
}

#[async_trait]
impl LedgerStore for FaultyLedger {
    async fn grant(&self, grant: &Grant) -> Result<Settled<()>, StoreError> {
        self.unit("grant")?.grant(grant).await
    }

    async fn hold(&self, hold: &Hold) -> Result<Settled<Hold>, StoreError> {
        self.unit("hold")?.hold(hold).await
    }

    async fn extend(&self, extension: &Extension) -> Result<Settled<Hold>, StoreError> {
        self.unit("extend")?.extend(extension).await
    }

    async fn close(&self, closing: &Closing) -> Result<Settled<Hold>, StoreError> {
        self.unit("close")?.close(closing).await
    }

    async fn refund(&self, refund: &Refund) -> Result<Settled<Hold>, StoreError> {
        self.unit("refund")?.refund(refund).await
    }

    async fn holds(&self, query: &HoldQuery) -> Result<Vec<Hold>, StoreError> {
        self.unit("holds")?.holds(query).await
    }

    async fn balance(&self, of: &BalanceOf, currency: Currency) -> Result<Balance, StoreError> {
        self.unit("balance")?.balance(of, currency).await
    }
}
