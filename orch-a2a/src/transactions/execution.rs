//! One execution of a transaction: a place among the provider's calls, the corridor, and what came of it, written down.

use std::{
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::{Either, select};
use orch_core::{
    AccountId, Agent, AgentId, AgentVersion, Caller, Currency, InvocationId, StoreError, Task, Timestamp,
    Uuid, Version,
    agent::{Endpoint, Pricing},
    catalog::Resolved,
};
use serde_json::Map;
use sha2::{Digest, Sha256};

use super::{
    Shared,
    approval::UsedApproval,
    error::TransactError,
    flights::{Flight, Landed, Lead},
    owed,
};
use crate::{
    Answer, Cancel, Exchange, Funds, Invocation, InvokeError, Keeper, Kept, Outcome, Progress,
    directory::Service,
    invoker::{Permit, Relayed},
    store::{Finish, Name},
    transaction::{End, State, Transaction},
};

/// What an execution needs, with nothing borrowed: it goes on when its client has gone.
pub(super) struct Execution {
    pub(super) shared: Arc<Shared>,
    pub(super) caller: Caller,
    pub(super) service: Service,
    /// What let it through, where a human had to.
    pub(super) approval: Option<UsedApproval>,
    /// The account that the provider earns with.
    pub(super) payee: AccountId,
    pub(super) transaction: Transaction,
    pub(super) exchange: Arc<Exchange>,
    pub(super) lead: Lead,
    /// Until when a place is waited for.
    pub(super) place_by: Timestamp,
}

impl Execution {
    /// Runs to the end, and lands the flight.
    pub(super) async fn run(self) {
        let landed = match self.place().await {
            None => self.not_executed(TransactError::NoPlace).await,
            Some(permit) => self.relay(permit).await,
        };
        self.lead.land(landed);
    }

    async fn place(&self) -> Option<Permit> {
        let Shared { lanes, clock, .. } = &*self.shared;
        let entering = pin!(lanes.enter(&self.transaction.provider, self.transaction.priority));
        match select(entering, clock.sleep_until(self.place_by)).await {
            Either::Left((place, _)) => place.map(Permit::of),
            Either::Right(_) => None,
        }
    }

    async fn relay(&self, permit: Permit) -> Landed {
        let relayed = Relayed {
            resolved: self.target(),
            exchange: self.exchange.clone(),
            permit,
        };
        let invocation = self.invocation(&relayed.resolved);
        let keeper = TransactionKeeper {
            execution: self,
            ended: Mutex::default(),
        };
        let (invoker, cancel) = (&self.shared.invoker, Cancel::new());
        let invoked = invoker.relay(&self.caller, &invocation, &relayed, &keeper, &cancel);
        let failure = match invoked.await {
            Ok(Outcome::Answered(_) | Outcome::Late(_)) => None,
            Ok(Outcome::Waiting(_)) => {
                // A transaction waits for nobody: what a policy asks for must be there before.
                let abandoned = self.shared.invoker.abandon(&self.caller, &invocation).await;
                if let Err(error) = abandoned {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "the price of a transaction is given back later");
                }
                return self.not_executed(self.unapproved("missing")).await;
            }
            Ok(Outcome::Lost) => None,
            Err(failure) => Some(failure),
        };
        let kept = keeper
            .ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(state) = kept {
            if let Some(InvokeError::Unsettled(error)) = failure {
                let error = &error as &dyn std::error::Error;
                tracing::error!(transaction = %self.transaction.id, error, "an answered transaction is not paid");
            }
            return self.landed(state);
        }
        match failure {
            Some(failure) => self.failed(failure).await,
            None => self.ended(End::Lost).await,
        }
    }

    /// What a failure of the call means.
    async fn failed(&self, failure: InvokeError) -> Landed {
        if let Some(end) = self.exchange.end() {
            return self.ended(end).await;
        }
        let unreachable = TransactError::Unreachable;
        match failure {
            InvokeError::Unreleased { failure, .. } => Box::pin(self.failed(*failure)).await,
            InvokeError::Offline { .. }
            | InvokeError::Overloaded { .. }
            | InvokeError::Barred { .. }
            | InvokeError::NoTransport { .. }
            | InvokeError::Busy { .. }
            | InvokeError::Cancelled
            | InvokeError::Stopped { begun: false, .. } => self.not_executed(unreachable).await,
            InvokeError::Funds(error) => self.not_executed(TransactError::Funds(error)).await,
            InvokeError::Denied { .. } => self.not_executed(self.unapproved("rejected")).await,
            InvokeError::Store(error) => self.not_executed(TransactError::Store(error)).await,
            InvokeError::AgentNotFound { .. }
            | InvokeError::VersionNotFound { .. }
            | InvokeError::TaskNotFound { .. }
            | InvokeError::Misdeclared { .. }
            | InvokeError::Refused { .. }
            | InvokeError::Forbidden { .. }
            | InvokeError::HoldClosed { .. } => self.not_executed(unreachable).await,
            InvokeError::TimedOut { .. } => self.ended(End::TimedOut).await,
            failure => {
                self.wonder(&failure);
                self.ended(End::Lost).await
            }
        }
    }

    fn wonder(&self, failure: &InvokeError) {
        let error = failure as &dyn std::error::Error;
        tracing::info!(transaction = %self.transaction.id, error, "what became of a transaction is unknown");
    }

    fn unapproved(&self, reason: &'static str) -> TransactError {
        TransactError::ApprovalRequired {
            service: self.service.record.id.to_string(),
            reason,
        }
    }

    async fn not_executed(&self, reason: TransactError) -> Landed {
        // As soon as it is written, the same transaction may be made again elsewhere, by the same approval.
        self.shared.give_back(self.approval.as_ref()).await;
        // If that cannot be written, the transaction is not made again, which is safe.
        self.write(&State::NotExecuted).await;
        Landed::NotExecuted(Arc::new(reason))
    }

    async fn ended(&self, end: End) -> Landed {
        let at = self.shared.clock.now();
        let state = State::Ended { at, end };
        self.write(&state).await;
        self.landed(state)
    }

    fn landed(&self, state: State) -> Landed {
        Landed::Ended(Arc::new(Transaction {
            state,
            ..self.transaction.clone()
        }))
    }

    /// Writes down how far the transaction is, trying again for a while where the store is away.
    async fn write(&self, state: &State) -> bool {
        const PAUSES: [u64; 5] = [0, 50, 200, 1_000, 3_000];
        let mut has_failed = false;
        for pause in PAUSES {
            self.shared.clock.sleep(Duration::from_millis(pause)).await;
            let written = match self.try_write(state).await {
                // What is there may be what a try has written whose reply was lost.
                Ok(false) if has_failed => self.is_written(state).await,
                written => written,
            };
            match written {
                Ok(written) => return written,
                Err(error) => {
                    has_failed = true;
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(transaction = %self.transaction.id, error, "a transaction is not written down");
                }
            }
        }
        false
    }

    async fn is_written(&self, state: &State) -> Result<bool, StoreError> {
        let Transaction { consumer, id, .. } = &self.transaction;
        let known = self.shared.store.find(consumer, &Name::Id(id.clone())).await?;
        let is_ours =
            |known: Transaction| known.executions == self.transaction.executions && known.state == *state;
        Ok(known.is_some_and(is_ours))
    }

    async fn try_write(&self, state: &State) -> Result<bool, StoreError> {
        let transaction = &self.transaction;
        let (at, cost) = match state {
            State::Ended { at, end } => {
                let is_paid = matches!(end, End::Answered { .. });
                (*at, self.service.price.filter(|_| is_paid))
            }
            State::Pending | State::NotExecuted => (self.shared.clock.now(), None),
        };
        let finish = Finish {
            consumer: transaction.consumer.clone(),
            id: transaction.id.clone(),
            execution: transaction.executions,
            state: state.clone(),
            joined: self.flight().n_joined(),
            event: transaction.became(at, state, cost),
        };
        self.shared.store.finish(&finish).await
    }

    fn flight(&self) -> Arc<Flight> {
        self.lead.flight()
    }

    fn invocation(&self, target: &Resolved) -> Invocation {
        Invocation {
            id: InvocationId::generate(self.shared.clock.now(), &*self.shared.entropy),
            agent: target.agent.id,
            version: target.version.version,
            task: self.service.record.id.to_string(),
            arguments: Map::new(),
            deadline: self.transaction.ends_by,
            funds: Funds::Credits,
            keeper: owed::keeper(&self.transaction),
            step: None,
        }
    }

    /// The provider as the corridor knows agents: what the directory says of it, under an id that is made of its own.
    fn target(&self) -> Resolved {
        let Service { record, price, .. } = &self.service;
        let pricing = price.map_or(Pricing::free(Currency::Algo), Pricing::per_request);
        let id = agent_id(self.transaction.provider.as_str());
        let version = Arc::new(AgentVersion {
            version: Version::FIRST,
            title: self.transaction.provider.to_string(),
            description: String::new(),
            category: String::new(),
            tags: Vec::new(),
            tasks: vec![Task::new(record.id.as_str(), "")],
            pricing,
            endpoint: Endpoint::Http {
                url: self.exchange.url.clone(),
            },
            on_chain: None,
            created_at: record.updated_at,
        });
        let slug = self.shared.slug(id);
        let agent = Agent {
            id,
            organization: self.shared.organization.clone(),
            name: slug.clone(),
            slug,
            owner: self.payee.clone(),
            developer: orch_core::agent::Developer::default(),
            visibility: orch_core::agent::Visibility::Private,
            status: orch_core::agent::Status::Online,
            last_seen: None,
            rating: orch_core::agent::Rating::default(),
            performance: orch_core::agent::Performance::default(),
            created_at: record.updated_at,
            updated_at: record.updated_at,
            revision: 1,
            deprecations: Vec::new(),
            latest: version.clone(),
        };
        Resolved {
            agent: Arc::new(agent),
            version,
        }
    }
}

/// The id that an agent of the directory has in the books: always the same for the same name.
pub(super) fn agent_id(name: &str) -> AgentId {
    let digest = Sha256::new()
        .chain_update("a2a agent ")
        .chain_update(name)
        .finalize();
    let bytes = digest
        .iter()
        .take(16)
        .fold(0_u128, |bytes, byte| (bytes << 8) | u128::from(*byte));
    AgentId::from_uuid(Uuid::from_u128(bytes))
}

/// Stores the answer before it is paid.
struct TransactionKeeper<'e> {
    execution: &'e Execution,
    ended: Mutex<Option<State>>,
}

impl std::fmt::Debug for TransactionKeeper<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TransactionKeeper")
            .field(&self.execution.transaction.id)
            .finish()
    }
}

#[async_trait]
impl Keeper for TransactionKeeper<'_> {
    async fn keep(&self, _: &Answer) -> Result<Kept, StoreError> {
        let Execution { exchange, shared, .. } = self.execution;
        let Some(end) = exchange.end() else {
            return Ok(Kept::Lost);
        };
        let at = shared.clock.now();
        let state = State::Ended { at, end };
        if !self.execution.write(&state).await {
            return Ok(Kept::Lost);
        }
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
        Ok(Kept::Accepted)
    }

    fn progressed(&self, _: Progress) {}
}
