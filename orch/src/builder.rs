mod error;
#[cfg(any(feature = "http-clients", feature = "process"))]
mod reach;

use std::sync::Arc;

use orch_a2a::{
    AgentTransport, ApprovalGate, ApprovalRule, Executor, Gate, InProcess, Invoker, InvokerLimits,
    InvokerParts, LocalAgent, Transports,
};
use orch_approvals::{ApprovalOptions, Approvals};
use orch_auth::ApiKeys;
use orch_billing::{Billing, Metering};
use orch_core::{
    AccountId, BasisPoints, Caller, Catalog, Clock, Entropy, OsEntropy, Switch, SystemClock, audit::Audit,
};
use orch_planner::{
    AutoPlanner, LlmOptions, LlmPlanner, LlmProvider, MeteredModel, Planner, TokenPrice,
    catalog_planner::CatalogPlanner,
    orchestrations::{OrchestrationOptions, Orchestrations},
};

pub use error::BuildError;

use crate::{
    Orchestrator, Stores,
    count::Count,
    enroll::enroll,
    executor::TokioExecutor,
    orchestrator::{Parts, WorkerOptions},
    signed::{SignedOptions, SignedParts},
};

/// A language model, what it costs, and what bounds its use.
#[derive(Debug)]
struct Model {
    provider: Arc<dyn LlmProvider>,
    price: TokenPrice,
    options: LlmOptions,
}

/// Plugs an orchestrator together. Everything but the stores has a default.
#[derive(Debug)]
#[must_use]
pub struct Builder {
    stores: Stores,
    agents: Vec<LocalAgent>,
    owner: Option<AccountId>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    executor: Option<Arc<dyn Executor>>,
    in_process: Option<Arc<dyn AgentTransport>>,
    http: Option<Arc<dyn AgentTransport>>,
    #[cfg(feature = "http-clients")]
    http_options: orch_backends::http::HttpOptions,
    process: Option<Arc<dyn AgentTransport>>,
    #[cfg(feature = "process")]
    process_options: Option<orch_backends::process::ProcessOptions>,
    gate: Option<Arc<dyn Gate>>,
    rules: Vec<ApprovalRule>,
    approvals: ApprovalOptions,
    signed: SignedOptions,
    planner: Option<Arc<dyn Planner>>,
    model: Option<Model>,
    fee: BasisPoints,
    bytes_at_hand: usize,
    limits: InvokerLimits,
    orchestrations: OrchestrationOptions,
    worker: WorkerOptions,
}

impl Builder {
    pub(crate) fn new(stores: Stores) -> Self {
        Self {
            stores,
            agents: Vec::new(),
            owner: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            executor: None,
            in_process: None,
            http: None,
            #[cfg(feature = "http-clients")]
            http_options: orch_backends::http::HttpOptions::default(),
            process: None,
            #[cfg(feature = "process")]
            process_options: None,
            gate: None,
            rules: Vec::new(),
            approvals: ApprovalOptions::default(),
            signed: SignedOptions::default(),
            planner: None,
            model: None,
            fee: BasisPoints::default(),
            bytes_at_hand: Catalog::MAX_BYTES_AT_HAND,
            limits: InvokerLimits::default(),
            orchestrations: OrchestrationOptions::default(),
            worker: WorkerOptions::default(),
        }
    }

    /// Enrolls an agent that is a function of the host.
    pub fn agent(mut self, agent: LocalAgent) -> Self {
        self.agents.push(agent);
        self
    }

    /// The account that owns the host's own agents and earns with them; `host` unless it is given.
    pub fn owner(self, owner: AccountId) -> Self {
        Self {
            owner: Some(owner),
            ..self
        }
    }

    /// Tells the time; the machine's clock unless it is given.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Yields chance; the operating system's unless it is given.
    pub fn entropy(self, entropy: Arc<dyn Entropy>) -> Self {
        Self { entropy, ..self }
    }

    /// Runs the functions of the host's agents; each on a thread of its own unless it is given.
    pub fn executor(self, executor: Arc<dyn Executor>) -> Self {
        Self {
            executor: Some(executor),
            ..self
        }
    }

    /// Reaches the host's own agents in the place of their functions.
    #[cfg(feature = "testing")]
    pub(crate) fn in_process_transport(self, transport: Arc<dyn AgentTransport>) -> Self {
        Self {
            in_process: Some(transport),
            ..self
        }
    }

    /// Where agents behind an HTTP address may be, and the bounds of calls to them; by default anywhere on the internet,
    /// over https.
    #[cfg(feature = "http-clients")]
    pub fn http_options(self, http_options: orch_backends::http::HttpOptions) -> Self {
        Self { http_options, ..self }
    }

    /// Runs agents that are programs of this machine; they are not run unless this is given.
    #[cfg(feature = "process")]
    pub fn process_options(self, options: orch_backends::process::ProcessOptions) -> Self {
        Self {
            process_options: Some(options),
            ..self
        }
    }

    /// Reaches agents that are programs of this machine; none unless it is given.
    pub fn process_transport(self, transport: Arc<dyn AgentTransport>) -> Self {
        Self {
            process: Some(transport),
            ..self
        }
    }

    /// Reaches agents behind an HTTP address, in the place of the guarded client of the feature `http-clients`; without
    /// that feature none unless it is given.
    pub fn http_transport(self, transport: Arc<dyn AgentTransport>) -> Self {
        Self {
            http: Some(transport),
            ..self
        }
    }

    /// Lets the calls that a rule is about wait for the humans that it names; none unless it is given. Of several rules,
    /// the first that is about a call counts.
    pub fn approval_rule(mut self, rule: ApprovalRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Bounds approvals, and says who looks after all of them.
    pub fn approval_options(self, approvals: ApprovalOptions) -> Self {
        Self { approvals, ..self }
    }

    /// How the house takes part in what agents sign.
    pub fn signed(self, signed: SignedOptions) -> Self {
        Self { signed, ..self }
    }

    /// Says which calls wait for a human, in the place of the rules.
    pub fn gate(self, gate: Arc<dyn Gate>) -> Self {
        Self {
            gate: Some(gate),
            ..self
        }
    }

    /// Turns goals into plans; by the catalog alone, without a model, unless it is given.
    pub fn planner(self, planner: Arc<dyn Planner>) -> Self {
        Self {
            planner: Some(planner),
            ..self
        }
    }

    /// Plans goals, and writes the answers of their runs, with a language model whose tokens cost so much. Where it is of
    /// no use, the planner does without it. No model is asked unless it is given.
    pub fn model(self, provider: Arc<dyn LlmProvider>, price: TokenPrice, options: LlmOptions) -> Self {
        let model = Some(Model {
            provider,
            price,
            options,
        });
        Self { model, ..self }
    }

    /// The share of every capture that the host keeps; nothing unless it is given.
    pub fn fee(self, fee: BasisPoints) -> Self {
        Self { fee, ..self }
    }

    /// The most memory that the agents of the catalog take in this process, in bytes; 512 MiB unless it is given. Where they
    /// would take more, the store is searched.
    pub fn bytes_at_hand(self, bytes_at_hand: usize) -> Self {
        Self {
            bytes_at_hand,
            ..self
        }
    }

    /// Bounds single calls.
    pub fn invoker_limits(self, limits: InvokerLimits) -> Self {
        Self { limits, ..self }
    }

    /// Bounds runs. Whether the worker is the sole one, the stores say.
    pub fn orchestration_options(self, orchestrations: OrchestrationOptions) -> Self {
        Self {
            orchestrations,
            ..self
        }
    }

    /// Bounds the worker.
    pub fn worker_options(self, worker: WorkerOptions) -> Self {
        Self { worker, ..self }
    }

    /// Plugs everything together and enrolls the host's agents in the catalog.
    ///
    /// # Errors
    /// An agent cannot be enrolled, or a rule cannot be meant.
    pub async fn build(self) -> Result<Orchestrator, BuildError> {
        #[cfg_attr(
            not(feature = "http-clients"),
            expect(unused_mut, reason = "the guarded client takes its options")
        )]
        let mut signed = self.signed;
        let (clock, entropy) = (self.clock, self.entropy);
        #[cfg(feature = "http-clients")]
        let http = match self.http {
            Some(transport) => Some(transport),
            None => Some(reach::guarded(self.http_options, clock.clone())?),
        };
        #[cfg(not(feature = "http-clients"))]
        let http = self.http;
        #[cfg(feature = "http-clients")]
        let relay = signed.relay(clock.clone())?;
        #[cfg(not(feature = "http-clients"))]
        let relay = signed.relay.clone();
        #[cfg(feature = "process")]
        let process = self
            .process
            .or_else(|| reach::programs(self.process_options, clock.clone()));
        #[cfg(not(feature = "process"))]
        let process = self.process;
        let paid_runs = self.stores.joined();
        let catalog = Catalog::new(self.stores.catalog, clock.clone(), entropy.clone())
            .with_bytes_at_hand(self.bytes_at_hand);
        let billing = Billing::new(self.stores.ledger, clock.clone(), self.fee);
        let metering = Metering::new(self.stores.usage, clock.clone());
        let api_keys = ApiKeys::new(self.stores.api_keys, clock.clone(), entropy.clone());
        let approvals = Approvals::new(
            self.stores.approvals,
            clock.clone(),
            entropy.clone(),
            self.approvals,
        );
        let gate = match self.gate {
            Some(gate) => gate,
            None => Arc::new(ApprovalGate::new(approvals.clone(), catalog.clone(), self.rules)?),
        };
        let threads = TokioExecutor::new();
        let executor = self.executor.unwrap_or_else(|| Arc::new(threads.clone()));
        let functions = Arc::new(InProcess::new(executor));
        let owner = Caller::host(match self.owner {
            Some(owner) => owner,
            None => "host".parse()?,
        });
        for agent in &self.agents {
            enroll(&catalog, &functions, &owner, agent).await?;
        }
        let parts = InvokerParts {
            catalog: catalog.clone(),
            billing: billing.clone(),
            metering: metering.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            transports: Transports {
                in_process: Some(self.in_process.unwrap_or(functions)),
                http,
                process,
                relay,
            },
            gate,
            switch: Switch::new(self.stores.switch, clock.clone()),
        };
        let invoker = Invoker::new(parts, self.limits);
        let planner = self
            .planner
            .unwrap_or_else(|| Arc::new(CatalogPlanner::new(catalog.clone())));
        let planner = match self.model {
            None => planner,
            Some(Model {
                provider,
                price,
                options,
            }) => {
                let model =
                    MeteredModel::new(provider, price, billing.clone(), clock.clone(), entropy.clone());
                let model = LlmPlanner::new(model, catalog.clone(), invoker.clone(), options);
                Arc::new(AutoPlanner::new(model, planner))
            }
        };
        let orchestrations = Orchestrations::new(
            self.stores.orchestrations,
            paid_runs,
            invoker.clone(),
            catalog.clone(),
            billing.clone(),
            planner,
            clock.clone(),
            entropy.clone(),
            OrchestrationOptions {
                sole_worker: self.stores.sharing.is_exclusive(),
                ..self.orchestrations
            },
        );
        if let Some(bell) = self.stores.sharing.bell() {
            bell.listen(orchestrations.ear());
            bell.listen(approvals.ear());
        }
        let executions = Count::new();
        let parts = SignedParts {
            parties: self.stores.parties,
            services: self.stores.services,
            transactions: self.stores.transactions,
            invoker: invoker.clone(),
            approvals: approvals.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            executions: executions.clone(),
            is_sole: self.stores.sharing.is_exclusive(),
        };
        let (transactions, registry) = signed.build(parts).await?;
        let audit = Audit::new(self.stores.audit, clock.clone(), &*entropy);
        Ok(Orchestrator::new(Parts {
            audit,
            transactions,
            registry,
            executions,
            catalog,
            billing,
            metering,
            api_keys,
            approvals,
            invoker,
            orchestrations,
            clock,
            entropy,
            sharing: self.stores.sharing,
            tallies: self.stores.tallies,
            threads,
            options: self.worker,
            working: Count::new(),
        }))
    }
}
