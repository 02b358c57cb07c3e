use std::{path::Path, process::ExitCode};

use super::{Arguments, CliError, home::open_store};

/// Checks every stored invariant; exit 1 if any is broken.
pub(super) async fn check(arguments: &Arguments) -> Result<ExitCode, CliError> {
    let violations = open_store(arguments).await?.check().await?;
    for violation in &violations {
        say!("{}: {}: {}", violation.law, violation.row, violation.detail);
    }
    if violations.is_empty() {
        say!("ok: every ledger invariant and reference holds");
        return Ok(ExitCode::SUCCESS);
    }
    say!("{} violations", violations.len());
    Ok(ExitCode::FAILURE)
}

/// Copies the database into a new file.
pub(super) async fn backup(arguments: &Arguments, file: &Path) -> Result<ExitCode, CliError> {
    open_store(arguments).await?.backup(file).await?;
    say!("copied to {}", file.display());
    Ok(ExitCode::SUCCESS)
}
