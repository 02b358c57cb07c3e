//! Agents that sign: how the house takes part in what they do.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use orch_a2a::{
    AgentTransport, Directory, DirectoryError, DirectorySource, Invoker, Registry, RegistryError,
    RegistrySource, RemoteDirectory, ServiceStore, Spawner, TransactionOptions, TransactionParts,
    TransactionStore, Transactions, UnfitName,
};
use orch_approvals::Approvals;
use orch_auth::{
    AgentKeyOptions, AgentKeys, AgentSigner, AuthError, Party, PartyStore, Registration, Vouched,
};
use orch_core::{Clock, Entropy, OsEntropy};

use crate::count::Count;

/// What a host says of agents that sign.
#[derive(Debug, Default)]
pub struct SignedOptions {
    /// The key by which the house signs what it forwards, which its directory then shows. One is made for each process unless
    /// it is given, which nobody can look up.
    pub signer: Option<AgentSigner>,
    /// What bounds the keys of agents.
    pub keys: AgentKeyOptions,
    /// What bounds transactions. Whether another process works on the same stores, the stores say.
    pub transactions: TransactionOptions,
    /// Files that name agents and services beside those that are registered, which count over them: such as the
    /// `RegistryFiles` of `orch::backends`. The worker looks every second whether they have changed. None unless it is given.
    pub registry: Option<Arc<dyn RegistrySource>>,
    /// Another directory, which is asked for agents and services that are not known here: such as the `HttpDirectory` of
    /// `orch::backends`. Who is known there can ask and be called, so that limits should be enforced and only public addresses be
    /// reached. None unless it is given.
    pub directory: Option<Arc<dyn DirectorySource>>,
    /// Reaches providers in the place of the guarded client of the feature `http-clients`; without that feature none are
    /// reached unless it is given.
    pub relay: Option<Arc<dyn AgentTransport>>,
    /// Where providers may be, and the bounds of calls to them; by default anywhere on the internet, over https.
    #[cfg(feature = "http-clients")]
    pub http: orch_backends::http::HttpOptions,
}

/// What the transactions of a house stand on.
pub(crate) struct SignedParts {
    pub(crate) parties: Arc<dyn PartyStore>,
    pub(crate) services: Arc<dyn ServiceStore>,
    pub(crate) transactions: Arc<dyn TransactionStore>,
    pub(crate) invoker: Invoker,
    pub(crate) approvals: Approvals,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) executions: Count,
    pub(crate) is_sole: bool,
}

/// Why nothing can be signed here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignedError {
    /// The house's own key cannot be registered.
    #[error("the key of the house cannot be registered")]
    Key(#[from] AuthError),
    /// The directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A file that names agents or services says nothing.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The house has no fit name.
    #[error(transparent)]
    Name(#[from] UnfitName),
}

impl SignedOptions {
    /// What carries signed requests to their providers.
    #[cfg(feature = "http-clients")]
    pub(crate) fn relay(
        &mut self,
        clock: Arc<dyn Clock>,
    ) -> Result<Option<Arc<dyn AgentTransport>>, orch_backends::http::TlsError> {
        if let Some(relay) = self.relay.take() {
            return Ok(Some(relay));
        }
        let options = std::mem::take(&mut self.http);
        Ok(Some(Arc::new(orch_backends::http::HttpRelay::new(
            options, clock,
        )?)))
    }

    /// Plugs the transactions together, and registers the house's own key, if it has one, in its directory.
    pub(crate) async fn build(
        self,
        parts: SignedParts,
    ) -> Result<(Transactions, Option<Registry>), SignedError> {
        let SignedParts {
            mut parties,
            mut services,
            ..
        } = parts;
        let registry = match self.registry {
            Some(source) => Some(Registry::open(source, parts.clock.clone()).await?),
            None => None,
        };
        if let Some(registry) = &registry {
            parties = registry.parties(parties);
            services = registry.services(services);
        }
        let agents = AgentKeys::new(parties, parts.clock.clone(), self.keys);
        let signer = match self.signer {
            Some(signer) => {
                register(&agents, &signer).await?;
                signer
            }
            // A secret is never made of chance that can be repeated.
            None => AgentSigner::generate(&OsEntropy),
        };
        let directory = Directory::new(agents, services, parts.clock.clone());
        let directory = match self.directory {
            Some(source) => directory.beside(RemoteDirectory::new(source, parts.clock.clone())),
            None => directory,
        };
        let options = TransactionOptions {
            is_sole: parts.is_sole,
            ..self.transactions
        };
        let parts = TransactionParts {
            directory,
            store: parts.transactions,
            invoker: parts.invoker,
            approvals: parts.approvals,
            clock: parts.clock,
            entropy: parts.entropy,
            spawner: Arc::new(TokioSpawner(parts.executions)),
            signer,
        };
        Ok((Transactions::new(parts, options)?, registry))
    }
}

/// The house is an agent of its own directory: found by its id, on no list.
async fn register(agents: &AgentKeys, signer: &AgentSigner) -> Result<(), SignedError> {
    let key = signer.key();
    let id = key
        .derived_id()
        .parse()
        .map_err(|_| AuthError::InvalidSignature)?;
    if agents.find(&id).await.is_ok() {
        return Ok(());
    }
    let registration = Registration {
        id,
        key,
        revoke_previous: false,
        status: Party::ACTIVE.to_owned(),
        endpoint: None,
        metadata: r#"{"name":"orchestrator"}"#.to_owned(),
        is_listed: false,
    };
    agents.register(registration, Vouched::ByTheHost).await?;
    Ok(())
}

/// Runs executions that their clients have left, on the runtime in which they are asked for.
#[derive(Debug)]
struct TokioSpawner(Count);

impl Spawner for TokioSpawner {
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        let counted = self.0.begin();
        tokio::spawn(async move {
            let _counted = counted;
            work.await;
        });
    }
}
