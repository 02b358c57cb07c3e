//! The language model that the command line names.

use std::sync::Arc;

use clap::Args;
use orch::{
    Amount, Builder, Currency, LlmOptions, OsEntropy, SystemClock, TokenPrice,
    backends::http::{
        GuardedClient, HttpOptions, Network,
        llm::{HttpModel, LlmEndpoint},
    },
};

use super::CliError;

/// Which language model to plan and answer with.
#[derive(Debug, Args)]
pub struct ModelArguments {
    /// Plan, and write the answer, with the language model behind this URL: an API that speaks like OpenAI's chat
    /// completions, such as `http://localhost:11434/v1`, or `https://api.anthropic.com`. Without it, or where it is of no
    /// use, the words of the catalog suffice.
    #[arg(long, value_name = "URL", requires = "llm_model")]
    pub llm_url: Option<String>,
    /// Which model.
    #[arg(long, value_name = "MODEL", requires = "llm_url")]
    pub llm_model: Option<String>,
    /// The environment variable that holds the key for it.
    #[arg(long, value_name = "NAME", requires = "llm_url")]
    pub llm_key_env: Option<String>,
    /// What a million of its tokens cost, in ALGO: those it reads, and those it writes.
    #[arg(
        long,
        value_name = "READ,WRITTEN",
        requires = "llm_url",
        default_value = "0,0"
    )]
    pub llm_price: String,
}

impl ModelArguments {
    /// Gives the builder the model that is named, if one is.
    pub(super) fn plug_into(&self, builder: Builder) -> Result<Builder, CliError> {
        let (Some(url), Some(model)) = (&self.llm_url, &self.llm_model) else {
            return Ok(builder);
        };
        let endpoint = LlmEndpoint {
            url: url.clone(),
            model: model.clone(),
            key: self
                .llm_key_env
                .as_deref()
                .map(key_in)
                .transpose()?
                .map(Into::into),
        };
        // Whoever types the URL may reach their own machine.
        let options = HttpOptions {
            network: Network::Private,
            ..HttpOptions::default()
        };
        let clock = Arc::new(SystemClock);
        let client = GuardedClient::new(options, clock.clone()).map_err(CliError::other)?;
        let provider = Arc::new(HttpModel::new(client, endpoint, clock, Arc::new(OsEntropy)));
        Ok(builder.model(provider, self.price()?, LlmOptions::default()))
    }

    fn price(&self) -> Result<TokenPrice, CliError> {
        let usage = |reason: &dyn std::fmt::Display| CliError::usage("--llm-price", reason);
        let (read, written) = self
            .llm_price
            .split_once(',')
            .ok_or_else(|| usage(&"is not READ,WRITTEN"))?;
        let amount = |text: &str| Amount::parse(text.trim(), Currency::Algo).map_err(|error| usage(&error));
        TokenPrice::per_million(amount(read)?, amount(written)?).map_err(|error| usage(&error))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the binary reads the environment, and hands on what it finds"
)]
fn key_in(variable: &str) -> Result<String, CliError> {
    std::env::var(variable)
        .map_err(|error| CliError::usage("--llm-key-env", format_args!("{variable}: {error}")))
}
