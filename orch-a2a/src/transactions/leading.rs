//! The way of the request that leads: what came before, the checks that are left, the record, and the call.

use std::{sync::Arc, time::Duration};

use orch_auth::Party;
use orch_core::{Event, StoreError};
use tokio::sync::oneshot;

use super::{
    Signed, Transactions, Walk, Walked,
    approval::UsedApproval,
    error::TransactError,
    execution::Execution,
    flights::{Flight, Lead},
    forward::{Sent, url},
    names::Names,
};
use crate::{
    directory::{DirectoryError, Service},
    store::{Begun, Finish, Name},
    transaction::{End, State, Transaction},
};

/// How long after its end a call of another process may still be written down.
const GRACE: Duration = Duration::from_secs(15);
/// How often is looked what another process does.
const LOOK: Duration = Duration::from_millis(250);

/// What may be sent, and where.
struct Cleared {
    service: Service,
    provider: Party,
    approval: Option<UsedApproval>,
    url: String,
}

impl Transactions {
    pub(super) async fn lead(
        &self,
        signed: &Signed<'_>,
        service: Result<Service, DirectoryError>,
        names: Names,
        mut lead: Lead,
        walk: &mut Walk,
    ) -> Walked {
        let Self(shared) = self;
        let consumer = &signed.asked.consumer;
        let find = async |name: &Name| {
            shared
                .store
                .find(consumer, name)
                .await
                .map_err(TransactError::from)
        };
        let Names { first: name, second } = names;
        let known = match (find(&name).await?, second) {
            (None, Some(second)) => find(&second).await?,
            (known, _) => known,
        };
        if let Some(known) = &known {
            walk.id = known.id.clone();
            if known.content != signed.content {
                return Err(self.reject(signed, TransactError::Conflict).await.into());
            }
            if known.state != State::NotExecuted {
                return self.before(known, &lead.flight(), walk).await;
            }
        }
        let cleared = match self.clear(signed, service, &name, walk).await {
            Ok(cleared) => cleared,
            Err(error) => return Err(self.reject(signed, error).await.into()),
        };
        let Cleared {
            service,
            provider,
            approval,
            url,
        } = cleared;
        let now = shared.clock.now();
        let transaction = self.record(signed, &service, known.as_ref(), walk);
        let event = transaction.began(now, service.price, approval.as_ref().map(|used| &used.id));
        let id = transaction.id.clone();
        lead.also(consumer, Name::Id(id.clone()));
        let sent = Sent {
            service: &service,
            url: &url,
            document: signed.document,
            payload: signed.asked.payload_document,
            signature: signed.signature,
        };
        let exchange = sent.exchange(&transaction, &shared.house, now);
        let flight = lead.flight();
        let execution = Execution {
            shared: shared.clone(),
            caller: signed.signer.caller(),
            payee: provider.account().clone(),
            exchange: Arc::new(exchange),
            place_by: now + shared.options.answer_timeout,
            service,
            approval: approval.clone(),
            transaction,
            lead,
        };
        let begun = self.set_out(execution, name, event).await;
        // Else our own process is ending.
        match begun.unwrap_or_else(|_| Err(TransactError::InProgress))? {
            Begun::New => walk.id = id,
            Begun::Taken(other) if other.content != signed.content => {
                shared.give_back(approval.as_ref()).await;
                return Err(self.reject(signed, TransactError::Conflict).await.into());
            }
            Begun::Taken(other) => return self.before(&other, &flight, walk).await,
        }
        match self.wait(&flight).await {
            Some(walked) => walked,
            // Our own process is ending.
            None => Err(TransactError::InProgress.into()),
        }
    }

    /// Begins an execution and goes through with it, whether or not who asked stays: what is written down is also done.
    fn set_out(
        &self,
        execution: Execution,
        name: Name,
        event: Event,
    ) -> oneshot::Receiver<Result<Begun, TransactError>> {
        let (tell, told) = oneshot::channel();
        let transactions = self.clone();
        self.0.spawner.spawn(Box::pin(async move {
            let begun = transactions.begin(&execution.transaction, &name, &event).await;
            let is_new = matches!(begun, Ok(Begun::New));
            // Who asked may have gone.
            let _ = tell.send(begun.map_err(TransactError::from));
            if is_new {
                execution.run().await;
            }
        }));
        told
    }

    /// The checks that are left when it is clear that nothing came before: the quota, the service, who offers it, what a human
    /// must have approved, and the path.
    async fn clear(
        &self,
        signed: &Signed<'_>,
        service: Result<Service, DirectoryError>,
        name: &Name,
        walk: &mut Walk,
    ) -> Result<Cleared, TransactError> {
        let Self(shared) = self;
        let now = shared.clock.now();
        match shared.quotas.take(&signed.asked.consumer, now) {
            Ok(standing) => walk.standing = Some(standing),
            Err((standing, retry_after)) => {
                walk.standing = Some(standing);
                let limit = standing.limit;
                return Err(TransactError::Limited { limit, retry_after });
            }
        }
        let service = service.map_err(|error| match error {
            DirectoryError::Store(error) => TransactError::Store(error),
            DirectoryError::DirectoryAway(error) => TransactError::DirectoryAway(error),
            DirectoryError::Auth(error) => error.into(),
            _ => TransactError::ServiceNotFound(signed.asked.service.to_string()),
        })?;
        let provider = shared
            .directory
            .agents()
            .find_active(&service.record.provider)
            .await?;
        let approval = self.use_approval(signed, &service, name).await?;
        let path = service.template.fill(signed.asked.payload);
        let url = path.map_err(TransactError::Unfilled).and_then(|path| {
            url(&provider, &path).ok_or_else(|| TransactError::ServiceNotFound(service.record.id.to_string()))
        });
        match url {
            Ok(url) => Ok(Cleared {
                service,
                provider,
                approval,
                url,
            }),
            Err(error) => {
                shared.give_back(approval.as_ref()).await;
                Err(error)
            }
        }
    }

    /// What a new execution is written down as: anew, or over what was not executed.
    fn record(
        &self,
        signed: &Signed<'_>,
        service: &Service,
        known: Option<&Transaction>,
        walk: &Walk,
    ) -> Transaction {
        let now = self.0.clock.now();
        let (id, started_at) = match known {
            Some(known) => (known.id.clone(), known.started_at),
            None => (walk.id.clone(), now),
        };
        Transaction {
            id,
            consumer: signed.asked.consumer.clone(),
            service: service.record.id.clone(),
            provider: service.record.provider.clone(),
            priority: signed.asked.priority,
            key: known.map_or_else(|| self.key(signed), |known| known.key.clone()),
            content: signed.content,
            signature: signed.digest,
            form: signed.signer.form,
            request_bytes: signed.request.body.len() as u64,
            started_at,
            ends_by: now + self.0.options.hard_timeout,
            state: State::Pending,
            attempts: known.map_or(1, |known| known.attempts + 1),
            executions: known.map_or(1, |known| known.executions + 1),
        }
    }

    /// The key that a transaction is known by, which the id that was signed makes of no use.
    fn key(&self, signed: &Signed<'_>) -> Option<String> {
        signed.asked.key.clone().filter(|_| signed.asked.id.is_none())
    }

    async fn begin(
        &self,
        transaction: &Transaction,
        name: &Name,
        event: &Event,
    ) -> Result<Begun, StoreError> {
        let store = &self.0.store;
        if transaction.executions == 1 {
            let alone_since = match name {
                Name::Signature(_, since) => Some(*since),
                Name::Id(_) | Name::Key(_) => None,
            };
            return store.begin(transaction, alone_since, event).await;
        }
        let read = Transaction {
            state: State::NotExecuted,
            executions: transaction.executions - 1,
            ..transaction.clone()
        };
        if store.reopen(&read, transaction.ends_by, event).await? {
            return Ok(Begun::New);
        }
        let name = Name::Id(transaction.id.clone());
        let other = store.find(&transaction.consumer, &name).await?;
        let lost = || StoreError::corrupt("orch_transactions", transaction.id.as_str(), "it is gone");
        other.map(|other| Begun::Taken(Box::new(other))).ok_or_else(lost)
    }

    /// What came of a transaction that was begun before, for whoever leads a flight of their own.
    async fn before(&self, known: &Transaction, own: &Arc<Flight>, walk: &mut Walk) -> Walked {
        let Self(shared) = self;
        let wait_until = shared.clock.now() + shared.options.answer_timeout;
        let mut known = known.clone();
        loop {
            let name = Name::Id(known.id.clone());
            match known.state {
                State::Ended { .. } if known.is_forgotten() => {
                    return Err(TransactError::AlreadyExecuted.into());
                }
                State::Ended { .. } => {
                    walk.replayed = true;
                    return Ok(Arc::new(known));
                }
                State::NotExecuted => return Err(TransactError::Unreachable.into()),
                State::Pending => {}
            }
            if let Some(flight) = shared.flights.find(&known.consumer, name.clone())
                && !Arc::ptr_eq(&flight, own)
                && let Some(walked) = self.wait(&flight).await
            {
                return walked;
            }
            let now = shared.clock.now();
            if shared.options.is_sole || known.ends_by + GRACE < now {
                known = self.give_up(known).await?;
                continue;
            }
            if now >= wait_until {
                return Err(TransactError::InProgress.into());
            }
            shared.clock.sleep(LOOK).await;
            let read = shared
                .store
                .find(&known.consumer, &name)
                .await
                .map_err(TransactError::from)?;
            known = read.unwrap_or(known);
        }
    }

    /// Ends a transaction whose process has ended: it may have been executed, so it is never sent again.
    async fn give_up(&self, known: Transaction) -> Result<Transaction, TransactError> {
        let at = self.0.clock.now();
        let state = State::Ended {
            at,
            end: End::TimedOut,
        };
        let finish = Finish {
            consumer: known.consumer.clone(),
            id: known.id.clone(),
            execution: known.executions,
            event: known.became(at, &state, None),
            state,
            joined: 0,
        };
        self.0.store.finish(&finish).await?;
        let read = self
            .0
            .store
            .find(&known.consumer, &Name::Id(known.id.clone()))
            .await?;
        Ok(read.unwrap_or(known))
    }
}
