use std::process::ExitCode;

use orch::{Amount, Entropy, OsEntropy};

use super::{Arguments, CliError, CreditsCommand, home::Home};

pub(super) async fn credits(arguments: &Arguments, command: &CreditsCommand) -> Result<ExitCode, CliError> {
    let CreditsCommand::Grant {
        account,
        amount,
        currency,
        key,
    } = command;
    let amount = Amount::parse(amount, *currency).map_err(|error| CliError::usage("AMOUNT", error))?;
    let home = Home::open(arguments).await?;
    let key = key.clone().unwrap_or_else(once);
    let balance = home.orchestrator.billing().grant(account, amount, &key).await?;
    say!(
        "{account}: {} available, {} held",
        balance.available,
        balance.held
    );
    Ok(ExitCode::SUCCESS)
}

/// A key that no other grant bears.
fn once() -> String {
    let mut bytes = [0; 16];
    OsEntropy.fill(&mut bytes);
    format!("grant-{:032x}", u128::from_be_bytes(bytes))
}
