//! `orchestrator keys`: who may come in over HTTP.

use std::process::ExitCode;

use orch::{Amount, Caller, Currency, PageRequest, auth::KeyDraft};

use super::{Arguments, CliError, KeysCommand, home::Home, text::rfc_3339};

pub(super) async fn keys(arguments: &Arguments, command: &KeysCommand) -> Result<ExitCode, CliError> {
    match command {
        KeysCommand::Create {
            surface,
            name,
            credits,
        } => {
            let credits = credits
                .as_deref()
                .map(|credits| Amount::parse(credits, Currency::Algo));
            let credits = credits
                .transpose()
                .map_err(|error| CliError::usage("--credits", error))?;
            let home = Home::open(arguments).await?;
            create(&home, KeyDraft::new(*surface, name), credits).await
        }
        KeysCommand::List => list(&Home::open(arguments).await?).await,
        KeysCommand::Revoke { id } => {
            let home = Home::open(arguments).await?;
            home.orchestrator.api_keys().revoke(&home.caller, *id).await?;
            say!("{id} is revoked");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Prints the key, alone, on standard output: it cannot be shown again.
async fn create(home: &Home, draft: KeyDraft, credits: Option<Amount>) -> Result<ExitCode, CliError> {
    let minted = home.orchestrator.api_keys().create(&home.caller, draft).await?;
    if let Some(credits) = credits {
        // Of a key of its own, as each key brings its credits once.
        let key = format!("credits of {}", minted.key.id);
        let account = home.caller.account();
        home.orchestrator.billing().grant(account, credits, &key).await?;
    }
    say!("{}", minted.token.expose());
    Ok(ExitCode::SUCCESS)
}

async fn list(home: &Home) -> Result<ExitCode, CliError> {
    let (keys, caller): (_, &Caller) = (home.orchestrator.api_keys(), &home.caller);
    let now = home.orchestrator.clock().now();
    let mut offset = 0;
    loop {
        let page = PageRequest::new(PageRequest::MAX_LIMIT, offset);
        let page = keys.list(caller, page).await?;
        for key in &page.items {
            let used = key.last_used_at.map_or_else(|| "never".to_owned(), rfc_3339);
            say!(
                "{}  {}...  {}  {}  made {}  last used {used}  {}",
                key.id,
                key.hint,
                key.form,
                key.status(now).name(),
                rfc_3339(key.created_at),
                key.name
            );
        }
        offset += page.items.len() as u64;
        if page.items.is_empty() || offset >= page.total {
            return Ok(ExitCode::SUCCESS);
        }
    }
}
