use std::{process::ExitCode, sync::Arc};

use orch::{OsEntropy, Retention, SystemClock, audit::Audit};

use super::{Arguments, AuditCommand, CliError, home::open_store};

/// Reads the chain over what was done; exit 1 if anything in it is not as it was.
pub(super) async fn audit(arguments: &Arguments, command: &AuditCommand) -> Result<ExitCode, CliError> {
    let AuditCommand::Verify { anchor } = command;
    let store = Arc::new(open_store(arguments).await?);
    let audit = Audit::new(store, Arc::new(SystemClock), &OsEntropy);
    let verdict = audit
        .verify(|stream| Retention::default().of_events(stream), anchor.as_ref())
        .await
        .map_err(CliError::other)?;
    for fault in &verdict.faults {
        say!("{fault}");
    }
    say!(
        "{} seals over {} events, of which {} were removed since",
        verdict.n_seals,
        verdict.n_events,
        verdict.n_removed
    );
    let tail = &verdict.tail;
    say!("{} events are in no seal yet", tail.n_events);
    for stretch in &tail.stretches {
        say!("  {stretch}");
    }
    let n_unnamed = tail.n_streams.saturating_sub(tail.stretches.len() as u64);
    if n_unnamed > 0 {
        say!("  and those of {n_unnamed} more streams");
    }
    if let Some(head) = &verdict.head {
        say!("the chain ends with {head}");
    }
    Ok(if verdict.is_sound() {
        say!("ok: what was sealed is as it was");
        ExitCode::SUCCESS
    } else {
        say!("{} faults", verdict.faults.len());
        ExitCode::FAILURE
    })
}
