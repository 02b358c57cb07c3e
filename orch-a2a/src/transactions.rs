//! The service for signed transactions between agents: checked, deduplicated, executed at most once.

mod approval;
mod error;
mod execution;
mod flights;
mod forward;
mod kept;
mod lanes;
mod leading;
mod names;
mod owed;
mod quotas;
mod rejections;
mod repeats;
mod request;

use std::{fmt, sync::Arc, time::Duration};

use futures_util::future::{BoxFuture, Either, select};
use orch_approvals::Approvals;
use orch_auth::{AgentSigner, Document, Form, Signer};
use orch_core::{AgentId, Caller, Clock, Entropy, Timestamp, agent::Slug, limit::Exchanged};
use sha2::{Digest, Sha256};

pub use error::TransactError;
pub use quotas::{QuotaOptions, Standing};
pub use repeats::Delivery;
pub use request::Request;

use crate::{
    Invoker,
    directory::Directory,
    store::TransactionStore,
    transaction::{Transaction, TransactionId},
};
use flights::{Boarded, Flight, Flights, Landed};
use forward::House;
use lanes::Lanes;
use quotas::Quotas;
use rejections::Rejections;
use repeats::Repeats;
use request::Asked;

/// Makes signed transactions. Cloning is cheap.
///
/// A transaction is durable before it is sent, and is never sent again unless it is certain that its provider has not begun.
/// A repeated one is the same: it joins while that is under way, and has the same answer afterwards.
#[derive(Clone)]
pub struct Transactions(Arc<Shared>);

/// What a [`Transactions`] stands on.
#[derive(Debug)]
pub struct TransactionParts {
    /// Who signs, and who offers what.
    pub directory: Directory,
    /// What keeps transactions.
    pub store: Arc<dyn TransactionStore>,
    /// The corridor to providers.
    pub invoker: Invoker,
    /// What humans have approved, where a service asks for that.
    pub approvals: Approvals,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance, for ids.
    pub entropy: Arc<dyn Entropy>,
    /// Where executions go on that their client has left.
    pub spawner: Arc<dyn Spawner>,
    /// Signs what is forwarded.
    pub signer: AgentSigner,
}

/// Runs what goes on when nobody waits for it: a port, as the domain does not spawn.
pub trait Spawner: fmt::Debug + Send + Sync + 'static {
    /// Runs this to its end, or until the process ends.
    fn spawn(&self, work: BoxFuture<'static, ()>);
}

/// What bounds transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionOptions {
    /// How long a client waits for an answer.
    pub answer_timeout: Duration,
    /// How long a call goes on.
    pub hard_timeout: Duration,
    /// How many calls a provider works on at once.
    pub calls_per_provider: usize,
    /// How many more wait for it.
    pub waiting_per_provider: usize,
    /// How often a consumer may ask.
    pub quota: QuotaOptions,
    /// How long an answer is kept that is asked for again; then only that it was given is known.
    pub answers_kept_for: Duration,
    /// How many keys of a consumer are known; beyond that the oldest of those that have ended are forgotten.
    pub keys_per_consumer: u32,
    /// How long ago an approval may have been given that lets a transaction through.
    pub approval_age: Duration,
    /// Whether every request must sign a moment and a nonce, which the published clients do not.
    pub once_required: bool,
    /// Whether no other process works on the same store: then what is pending and not under way here is over.
    pub is_sole: bool,
}

impl Default for TransactionOptions {
    fn default() -> Self {
        Self {
            answer_timeout: Duration::from_secs(10),
            hard_timeout: Duration::from_secs(60),
            calls_per_provider: 256,
            waiting_per_provider: 1024,
            quota: QuotaOptions::default(),
            answers_kept_for: Duration::from_secs(24 * 60 * 60),
            keys_per_consumer: 10_000,
            approval_age: Duration::from_secs(60 * 60),
            once_required: false,
            is_sole: false,
        }
    }
}

/// The house's own name is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the house has no fit name")]
pub struct UnfitName;

pub(crate) struct Shared {
    directory: Directory,
    store: Arc<dyn TransactionStore>,
    invoker: Invoker,
    approvals: Approvals,
    approvals_of: Caller,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    spawner: Arc<dyn Spawner>,
    house: House,
    options: TransactionOptions,
    organization: Slug,
    flights: Flights,
    lanes: Lanes,
    quotas: Quotas,
    rejections: Rejections,
    repeats: Arc<Repeats>,
}

/// What a request for a transaction is answered with.
#[derive(Debug)]
pub struct Transacted {
    /// The transaction's id: the caller's own where it has a valid one, else one of ours.
    pub id: TransactionId,
    /// When it is answered.
    pub at: Timestamp,
    /// How the consumer stands, once it has proved who it is.
    pub standing: Option<Standing>,
    /// Whether it had ended before.
    pub replayed: bool,
    /// How it ended; never pending.
    pub result: Result<Arc<Transaction>, Arc<TransactError>>,
    /// To be told when the client has the whole answer.
    pub delivery: Delivery,
}

/// What is known of a request while it is walked through.
#[derive(Debug)]
struct Walk {
    id: TransactionId,
    standing: Option<Standing>,
    replayed: bool,
    delivery: Delivery,
}

type Walked = Result<Arc<Transaction>, Arc<TransactError>>;

impl Transactions {
    /// Transactions over the host's services and ports.
    ///
    /// # Errors
    /// None that a host can cause: `a2a` names an organization and an account.
    pub fn new(parts: TransactionParts, options: TransactionOptions) -> Result<Self, UnfitName> {
        let TransactionParts {
            directory,
            store,
            invoker,
            approvals,
            clock,
            entropy,
            spawner,
            signer,
        } = parts;
        Ok(Self(Arc::new(Shared {
            organization: "a2a".parse().map_err(|_| UnfitName)?,
            flights: Flights::default(),
            lanes: Lanes::new(options.calls_per_provider, options.waiting_per_provider),
            quotas: Quotas::new(options.quota),
            rejections: Rejections::new(),
            repeats: Arc::new(Repeats::new(clock.clone())),
            directory,
            store,
            invoker,
            approvals,
            approvals_of: Caller::host(Self::APPROVALS_ACCOUNT.parse().map_err(|_| UnfitName)?),
            clock,
            entropy,
            spawner,
            house: House::new(signer),
            options,
        })))
    }

    /// Who signs and who offers what.
    pub fn directory(&self) -> &Directory {
        &self.0.directory
    }

    /// How often consumers may ask, for whoever keeps that together with what other processes let through.
    pub fn quotas(&self) -> Arc<dyn Exchanged> {
        self.0.quotas.shared()
    }

    /// What signs what is forwarded.
    pub fn signer(&self) -> &AgentSigner {
        &self.0.house.signer
    }

    /// Makes a transaction, or says what came of it before.
    pub async fn transact(&self, request: &Request<'_>) -> Transacted {
        let Self(shared) = self;
        let mut walk = Walk {
            id: TransactionId::generate(shared.clock.now(), &*shared.entropy),
            standing: None,
            replayed: false,
            delivery: Delivery::default(),
        };
        let result = self.walk(request, &mut walk).await;
        Transacted {
            id: result
                .as_ref()
                .map_or(walk.id, |transaction| transaction.id.clone()),
            at: shared.clock.now(),
            standing: walk.standing,
            replayed: walk.replayed,
            delivery: walk.delivery,
            result,
        }
    }

    /// Checks a request in the published order, and makes it or joins it.
    async fn walk(&self, request: &Request<'_>, walk: &mut Walk) -> Walked {
        let Self(shared) = self;
        let document = Document::read(request.body).map_err(|_| TransactError::Malformed)?;
        if let Ok(Some(id)) = Request::id_in(&document) {
            walk.id = id;
        }
        let asked = request.asked(&document)?;
        let signature = request.signature.filter(|signature| !signature.is_empty());
        let signature = signature.ok_or(TransactError::Unsigned)?;
        if request
            .claimed
            .is_some_and(|claimed| claimed != asked.consumer.as_str())
        {
            return Err(TransactError::OtherClaimed.into());
        }
        let agents = shared.directory.agents();
        let once = request.once()?;
        let signer = match once {
            None if shared.options.once_required => return Err(TransactError::OnceRequired.into()),
            None => agents.verify(&asked.consumer, &document, signature).await,
            Some(once) => {
                agents
                    .verify_once(&asked.consumer, &document, signature, once)
                    .await
            }
        };
        let signer = signer.map_err(TransactError::from)?;
        if let Some(at) = asked.signed_moment()? {
            agents.check_time(at).map_err(TransactError::from)?;
        }
        let now = shared.clock.now();
        walk.standing = Some(shared.quotas.standing(&asked.consumer, now));
        let content = Form::A.write(&document).ok_or(TransactError::Malformed)?;
        let signed = Signed {
            content: Sha256::digest(&content).into(),
            digest: Sha256::digest(signature).into(),
            request,
            document: &document,
            signature,
            signer,
            asked,
        };
        // What the service wants to be known as the same is known by its record alone; whether it is there is said later.
        let service = shared.directory.service(&signed.asked.service).await;
        let names = self.names(&signed, service.as_ref().ok(), walk);
        loop {
            match shared
                .flights
                .board(&signed.asked.consumer, names.first.clone(), signed.content)
            {
                Boarded::Conflict => return Err(self.reject(&signed, TransactError::Conflict).await.into()),
                Boarded::Joined(flight) => {
                    if let Some(walked) = self.wait(&flight).await {
                        return walked;
                    }
                }
                Boarded::Leads(lead) => return self.lead(&signed, service, names, lead, walk).await,
            }
        }
    }

    /// Waits for a flight as long as a client does. `None` if nobody leads it any more.
    async fn wait(&self, flight: &Flight) -> Option<Walked> {
        let Shared { clock, options, .. } = &*self.0;
        let landed = std::pin::pin!(flight.landed());
        match select(landed, clock.sleep(options.answer_timeout)).await {
            Either::Left((Landed::Ended(transaction), _)) => Some(Ok(transaction)),
            Either::Left((Landed::NotExecuted(reason), _)) => Some(Err(reason)),
            Either::Left((Landed::Abandoned, _)) => None,
            Either::Right(_) => Some(Err(TransactError::InProgress.into())),
        }
    }
}

/// A request whose sender is known.
#[derive(Debug)]
struct Signed<'r> {
    request: &'r Request<'r>,
    document: &'r Document<'r>,
    signature: &'r str,
    signer: Signer,
    asked: Asked<'r>,
    content: [u8; 32],
    digest: [u8; 32],
}

impl Shared {
    /// The slug of an agent of the directory: its id's digits, which is always one.
    fn slug(&self, id: AgentId) -> Slug {
        let name = format!("a2a-{}", id.uuid().simple());
        name.parse().unwrap_or_else(|_| self.organization.clone())
    }
}

impl fmt::Debug for Transactions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transactions")
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
