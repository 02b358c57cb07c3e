use std::{path::Path, process::ExitCode};

use super::{Arguments, CliError, home::open_store};

/// Checks every stored invariant; exit 1 if any is broken.
pub(super) async fn check(arguments: &Arguments) -> Result<ExitCode, CliError> {
    let violations = open_store(arguments).await?.check().await?;
    for violation in &violations {
        println!("{}: {}: {}", violation.law, violation.row, violation.detail);
    }
    if violations.is_empty() {
        println!("ok: every ledger invariant and reference holds");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} violations", violations.len());
    Ok(ExitCode::FAILURE)
}

/// Copies the database into a new file.
pub(super) async fn backup(arguments: &Arguments, file: &Path) -> Result<ExitCode, CliError> {
    open_store(arguments).await?.backup(file).await?;
    println!("copied to {}", file.display());
    Ok(ExitCode::SUCCESS)
}
