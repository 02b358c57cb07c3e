//! An approval: what is asked, who may answer, and what became of it. No I/O, no clock.

mod ballot;
mod change;
mod json_text;
mod party;
mod policy;
mod question;
mod status;
mod stored;

use orch_core::{AccountId, ApprovalId, Timestamp};
use serde::{Deserialize, Serialize};

pub use ballot::{Ballot, Decision, DecisionError, Vote};
pub use change::{Change, Refusal};
pub use json_text::{JsonText, JsonTextError};
pub use party::{Party, PartyError};
pub use policy::{Approvers, OnExpiry, Policy};
pub use question::{Action, ApprovalRequest, Question};
pub use status::{Closed, ClosedBy, Status, StatusError, Used};
pub use stored::DocumentError;

use crate::ApprovalError;

/// What someone asks a human, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// Whose it is: who may see it and take it back.
    pub owner: AccountId,
    /// Who asks.
    pub requester: Party,
    /// What is asked.
    pub question: Question,
    /// What it lets through, where the house itself asks before it does something.
    pub action: Option<Action>,
    /// Who may answer, and until when.
    pub policy: Policy,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it is too late to answer.
    pub expires_at: Timestamp,
    /// How many events it has.
    pub seq: u64,
    /// Who decided what, in order.
    pub votes: Vec<Vote>,
    /// What came of it, once that is final and written down.
    pub closed: Option<Closed>,
    /// Who made use of it.
    pub used: Option<Used>,
    /// Whether who waits for it was told how it was closed.
    pub is_told: bool,
}

/// How the streams of approvals are named; the id of nothing else has a slash.
const STREAM: &str = "approval/";

impl Approval {
    /// The stream of its events.
    pub fn stream(&self) -> String {
        format!("{STREAM}{}", self.id)
    }

    /// The approval that a stream of events is about, if it is about one.
    pub fn of_stream(stream: &str) -> Option<ApprovalId> {
        stream.strip_prefix(STREAM)?.parse().ok()
    }

    /// Where it stands at a moment. That its time is over follows from the time, also before it is written down.
    pub fn status(&self, now: Timestamp) -> Status {
        match (&self.closed, self.policy.on_expiry) {
            (Some(closed), _) => closed.status,
            (None, _) if self.expires_at > now => Status::Pending,
            (None, OnExpiry::Deny) => Status::Expired,
            (None, OnExpiry::Approve) => Status::Approved,
        }
    }

    /// When it was decided or expired, as seen at a moment; `None` while it is pending.
    pub fn closed_at(&self, now: Timestamp) -> Option<Timestamp> {
        let known = self.closed.as_ref().map(|closed| closed.at);
        known.or_else(|| (self.expires_at <= now).then_some(self.expires_at))
    }

    /// The vote that decided it, if one did.
    pub fn verdict(&self) -> Option<&Vote> {
        let closed = self.closed.as_ref()?;
        self.votes.last().filter(|_| closed.by == ClosedBy::Vote)
    }

    /// Whether someone may decide it who has not yet.
    pub fn awaits(&self, party: &Party) -> bool {
        self.policy.allows(party, &self.requester) && self.votes.iter().all(|vote| vote.by != *party)
    }

    /// From when on something is due: closing it when its time is over, or telling who waits for it.
    pub fn due_at(&self) -> Option<Timestamp> {
        match &self.closed {
            None => Some(self.expires_at),
            Some(closed) => {
                let is_awaited = self.action.as_ref().is_some_and(|action| action.keeper.is_some());
                (is_awaited && !self.is_told).then_some(closed.at)
            }
        }
    }

    /// What the votes come to, whatever was written down.
    ///
    /// Public for checks of what is stored; whoever votes finds it in [`closed`](Self::closed).
    pub fn tally(&self) -> Option<Status> {
        let count = |decision| self.votes.iter().filter(|vote| vote.decision == decision).count();
        let (approvals, rejections) = (count(Decision::Approve), count(Decision::Reject));
        let quorum = usize::try_from(self.policy.quorum).unwrap_or(usize::MAX);
        let is_lost = match self.policy.n_eligible(&self.requester) {
            Some(n_eligible) => n_eligible.saturating_sub(rejections) < quorum,
            None => rejections >= quorum,
        };
        if approvals >= quorum {
            Some(Status::Approved)
        } else {
            is_lost.then_some(Status::Rejected)
        }
    }

    /// Asks.
    ///
    /// # Errors
    /// [`Invalid`](ApprovalError::Invalid) for what breaks the rules of [`ApprovalRequest`] or [`Policy`].
    pub fn ask(
        id: ApprovalId,
        owner: AccountId,
        request: ApprovalRequest,
        now: Timestamp,
    ) -> Result<Change, ApprovalError> {
        let ApprovalRequest {
            id: _,
            requester,
            question,
            action,
            policy,
        } = request;
        question.check()?;
        policy.check(&requester)?;
        let approval = Self {
            id,
            owner,
            requester,
            question,
            action,
            created_at: now,
            expires_at: now + policy.timeout,
            policy,
            seq: 0,
            votes: Vec::new(),
            closed: None,
            used: None,
            is_told: false,
        };
        Ok(Change::asked(approval))
    }
}

#[cfg(test)]
mod tests;
