//! `orchestrator approvals`: what waits for a human, and their answer from a terminal.

use std::process::ExitCode;

use orch::approvals::{Approval, Ballot, Cursor, Decision, Filter, Party, Status};

use super::{ApprovalsCommand, Arguments, CliError, home::Home, text::rfc_3339};

/// How many are read at once.
const PART: u32 = 200;

pub(super) async fn approvals(
    arguments: &Arguments,
    command: &ApprovalsCommand,
) -> Result<ExitCode, CliError> {
    let home = Home::open(arguments).await?;
    match command {
        ApprovalsCommand::List { status, all } => {
            let status = (!all).then_some(*status);
            list(&home, status).await
        }
        ApprovalsCommand::Approve { id, comment } => {
            decide(&home, id, Decision::Approve, comment.as_deref()).await
        }
        ApprovalsCommand::Reject { id, comment } => {
            decide(&home, id, Decision::Reject, comment.as_deref()).await
        }
    }
}

/// What the account may see, the newest first.
async fn list(home: &Home, status: Option<Status>) -> Result<ExitCode, CliError> {
    let mut after: Option<Cursor> = None;
    loop {
        let filter = Filter {
            status,
            ..Filter::default()
        };
        let approvals = home.orchestrator.approvals();
        let listed = approvals.list(&home.caller, filter, PART, after).await?;
        listed.approvals.iter().for_each(|approval| show(home, approval));
        match listed.next {
            Some(next) => after = Some(next),
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}

fn show(home: &Home, approval: &Approval) {
    let cost = approval.question.cost;
    let cost = cost.map_or_else(String::new, |cost| format!("  up to {cost}"));
    say!(
        "{}  {}  by {} at {}  until {}{cost}  {}",
        approval.id,
        approval.status(home.orchestrator.clock().now()),
        approval.requester,
        rfc_3339(approval.created_at),
        rfc_3339(approval.expires_at),
        approval.question.summary
    );
}

/// Decides as the account that the command line names: whoever may open the database may.
async fn decide(
    home: &Home,
    id: &orch::ApprovalId,
    decision: Decision,
    comment: Option<&str>,
) -> Result<ExitCode, CliError> {
    let ballot = Ballot {
        decision,
        approved_by: Some(home.caller.account().to_string()),
        comments: comment.map(str::to_owned),
        ..Ballot::approve(Party::of(&home.caller))
    };
    let approvals = home.orchestrator.approvals();
    let approval = approvals.decide(&home.caller, id, ballot).await?;
    say!("{id} is {}", approval.status(home.orchestrator.clock().now()));
    Ok(ExitCode::SUCCESS)
}
