//! The database and the orchestrator over it.

use orch::{
    AccountId, Amount, BuildError, Builder, Caller, Currency, Orchestrator, SignedOptions, Stores,
    backends::{
        SqlStore,
        http::{HttpOptions, Network},
        process::ProcessOptions,
        sql::Options,
    },
};

use super::{
    Arguments, CliError, ModelArguments, arguments::LOCAL, serve::ApprovalSettings, telemetry::traced,
};
use crate::agents;

/// What the account `local` is given when a database is new, so that a first run can be paid.
const WELCOME: &str = "100";

/// An open database.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) orchestrator: Orchestrator,
    pub(super) caller: Caller,
}

impl Home {
    /// Opens the database; a new one gets the five agents and credits to try them.
    pub(super) async fn open(arguments: &Arguments) -> Result<Self, CliError> {
        Self::build(arguments, Ok).await
    }

    /// The same, for serving: agents that sign take part, and calls wait for humans as the settings say.
    pub(super) async fn open_serving(
        arguments: &Arguments,
        signed: SignedOptions,
        approvals: &ApprovalSettings,
    ) -> Result<Self, CliError> {
        Self::build(arguments, |builder| approvals.plug_into(builder.signed(signed))).await
    }

    /// The same, with the language model that is named.
    pub(super) async fn open_with(
        arguments: &Arguments,
        model: Option<&ModelArguments>,
    ) -> Result<Self, CliError> {
        Self::build(arguments, |builder| match model {
            Some(model) => model.plug_into(builder),
            None => Ok(builder),
        })
        .await
    }

    async fn build(
        arguments: &Arguments,
        configure: impl FnOnce(Builder) -> Result<Builder, CliError>,
    ) -> Result<Self, CliError> {
        let store = open_store(arguments).await?;
        let caller = Caller::host(arguments.account.clone());
        let local: AccountId = LOCAL.parse().map_err(CliError::other)?;
        let builder = Orchestrator::builder(Stores::from(store))
            .owner(local.clone())
            .http_options(http_options(arguments))
            .process_options(ProcessOptions::default());
        let builder = agents::all()
            .map_err(CliError::other)?
            .into_iter()
            .fold(builder, Builder::agent);
        let orchestrator = configure(builder)?
            .build()
            .await
            .map_err(|error: BuildError| CliError::other(error))?;
        let welcome = Amount::parse(WELCOME, Currency::Algo).map_err(CliError::other)?;
        orchestrator.billing().grant(&local, welcome, "welcome").await?;
        Ok(Self { orchestrator, caller })
    }
}

/// Where calls may go.
pub(super) fn http_options(arguments: &Arguments) -> HttpOptions {
    let network = match arguments.allow_private_network {
        true => Network::Private,
        false => Network::Public,
    };
    let options = HttpOptions {
        network,
        ..HttpOptions::default()
    };
    traced(options, arguments)
}

/// Opens the database alone.
pub(super) async fn open_store(arguments: &Arguments) -> Result<SqlStore, CliError> {
    SqlStore::connect(&arguments.db, Options::default())
        .await
        .map_err(CliError::other)
}
