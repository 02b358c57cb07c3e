//! What the page shows of approvals.

use chrono::DateTime;
use orch::{
    Timestamp,
    approvals::{Approval, Filter, JsonText, OnExpiry, Party, Status},
};
use orch_core::Fingerprint;
use serde::Serialize;

use super::{ApprovalPage, error::PageError, session::Session};

/// How many that wait are shown, and how many that are over.
const SHOWN: (u32, usize) = (100, 10);

/// All that the page lists, and a name for exactly this.
#[derive(Debug)]
pub(super) struct List {
    pub(super) known: String,
    pub(super) yours: Vec<Card>,
    pub(super) others: Vec<Card>,
    pub(super) over: Vec<Card>,
    pub(super) is_cut: bool,
}

/// An approval, in words.
#[derive(Debug, Serialize)]
pub(super) struct Card {
    pub(super) id: String,
    pub(super) summary: String,
    pub(super) requester: String,
    pub(super) owner: String,
    pub(super) cost: Option<String>,
    pub(super) status: &'static str,
    pub(super) asked_at: String,
    pub(super) expires_at: String,
    pub(super) silence: &'static str,
    pub(super) consequence: &'static str,
    pub(super) progress: String,
    pub(super) details: String,
    pub(super) alternatives: Vec<String>,
    pub(super) votes: Vec<String>,
}

/// What someone who is signed in may see: what waits for them, what waits for others, and what was decided of late.
pub(super) async fn list(page: &ApprovalPage, session: &Session) -> Result<List, PageError> {
    let approvals = page.orchestrator().approvals();
    let pending = Filter {
        status: Some(Status::Pending),
        ..Filter::default()
    };
    let pending = approvals.list(&session.caller, pending, SHOWN.0, None).await?;
    let latest = approvals
        .list(&session.caller, Filter::default(), SHOWN.0, None)
        .await?;
    let (now, party) = (page.now(), Party::of(&session.caller));
    let is_over = |approval: &&Approval| approval.status(now).is_final();
    let (yours, others) = pending
        .approvals
        .iter()
        .filter(|approval| !is_over(approval))
        .partition::<Vec<_>, _>(|approval| approval.awaits(&party));
    let over = latest.approvals.iter().filter(is_over).take(SHOWN.1);
    let cards = |approvals: Vec<&Approval>| {
        approvals
            .into_iter()
            .map(|approval| card(approval, now))
            .collect()
    };
    let (yours, others, over): (Vec<Card>, Vec<Card>, Vec<Card>) =
        (cards(yours), cards(others), cards(over.collect()));
    let known = Fingerprint::of(&(&yours, &others, &over));
    Ok(List {
        known: known.map_err(|_| PageError::Unrendered)?.to_string(),
        yours,
        others,
        over,
        is_cut: pending.next.is_some(),
    })
}

fn card(approval: &Approval, now: Timestamp) -> Card {
    let Approval { question, policy, .. } = approval;
    let alternatives = question.alternatives.iter().flatten();
    let n_yes = approval
        .votes
        .iter()
        .filter(|vote| vote.decision == orch::approvals::Decision::Approve);
    Card {
        id: approval.id.to_string(),
        summary: question.summary.clone(),
        requester: approval.requester.to_string(),
        owner: approval.owner.to_string(),
        cost: question.cost.map(|cost| cost.to_string()),
        status: approval.status(now).name(),
        asked_at: time(approval.created_at),
        expires_at: time(approval.expires_at),
        silence: match policy.on_expiry {
            OnExpiry::Deny => "Without an answer by then it is not done.",
            OnExpiry::Approve => "Without an answer by then it is done.",
        },
        consequence: if approval
            .action
            .as_ref()
            .is_some_and(|action| action.keeper.is_some())
        {
            "Approved, exactly this is done once, and costs no more than this. Rejected, it is not done and nothing is paid."
        } else {
            "Whoever asks learns the answer and acts on it."
        },
        progress: format!("{} of {} approve so far", n_yes.count(), policy.quorum),
        details: pretty(&question.details),
        alternatives: alternatives.map(pretty).collect(),
        votes: approval.votes.iter().map(vote).collect(),
    }
}

fn vote(vote: &orch::approvals::Vote) -> String {
    let mut text = format!("{}: {}, {}", vote.by, vote.decision, time(vote.at));
    if let Some(name) = vote
        .approved_by
        .as_deref()
        .filter(|name| !vote.by.to_string().ends_with(name))
    {
        text.push_str(&format!(", as {name}"));
    }
    if let Some(comments) = &vote.comments {
        text.push_str(&format!(" — {comments}"));
    }
    text
}

/// JSON in lines, or as it was written where it has no value.
fn pretty(json: &JsonText) -> String {
    let value = json.value();
    let pretty = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    pretty.unwrap_or_else(|| json.to_string())
}

fn time(at: Timestamp) -> String {
    let time = DateTime::from_timestamp_millis(at.as_millis());
    time.map_or_else(
        || at.as_millis().to_string(),
        |time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}
