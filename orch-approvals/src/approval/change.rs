use orch_core::{Event, Timestamp};
use serde_json::{Value, json};

use super::{Approval, Ballot, Closed, ClosedBy, OnExpiry, Status, Used, Vote};
use crate::ApprovalError;

/// An approval as it is after something happened to it, and what did: written as one unit, or not at all where
/// something else came first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How many events it must have had before; 0 for one that was just asked.
    pub expected_seq: u64,
    /// As it is now.
    pub approval: Approval,
    /// What happened, in the stream of the approval.
    pub events: Vec<Event>,
}

/// Why an approval lets something not through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such approval, or whoever asks may not know of it.
    Unknown,
    /// Nobody has decided yet.
    Pending,
    /// It was rejected.
    Rejected,
    /// It expired, or was approved too long ago.
    Expired,
    /// Something else was let through by it.
    Used,
    /// It is about something else.
    Mismatch,
}

impl Change {
    pub(super) fn asked(approval: Approval) -> Self {
        let (at, mut change) = (approval.created_at, Self::begin(approval));
        let Approval {
            owner,
            requester,
            question,
            action,
            policy,
            expires_at,
            ..
        } = &change.approval;
        let asked = json!({
            "v": 1, "owner": owner, "requester": requester, "summary": question.summary, "cost": question.cost,
            "digest": action.as_ref().map(|action| action.digest), "keeper": action.as_ref().map(|action| &action.keeper),
            "policy": policy, "expires_at": expires_at,
        });
        change.note("asked", at, &asked);
        change
    }

    /// Whether it closes the approval.
    pub fn closes(&self) -> bool {
        let closes = |event: &Event| Status::ALL.iter().any(|status| status.name() == event.kind);
        self.events.iter().any(closes)
    }

    fn begin(approval: Approval) -> Self {
        Self {
            expected_seq: approval.seq,
            approval,
            events: Vec::new(),
        }
    }

    fn note(&mut self, kind: &str, at: Timestamp, data: &Value) {
        self.approval.seq += 1;
        let (stream, seq) = (self.approval.stream(), self.approval.seq);
        self.events.push(Event::new(stream, seq, kind, at, data));
    }

    fn close(&mut self, status: Status, at: Timestamp, by: ClosedBy) {
        self.approval.closed = Some(Closed { status, at, by });
        self.note(status.name(), at, &json!({ "v": 1, "by": by }));
    }

    /// Writes down that its time is over, if it is.
    fn expire(&mut self, now: Timestamp) {
        let is_due = self.approval.closed.is_none() && self.approval.expires_at <= now;
        if is_due {
            let status = match self.approval.policy.on_expiry {
                OnExpiry::Deny => Status::Expired,
                OnExpiry::Approve => Status::Approved,
            };
            self.close(status, self.approval.expires_at, ClosedBy::Time);
        }
    }
}

/// What can happen to an approval. Each takes it as it was, and nothing is done until the change is kept.
impl Approval {
    /// Someone decides.
    ///
    /// # Errors
    /// [`Closed`](ApprovalError::Closed) when it is too late, [`Forbidden`](ApprovalError::Forbidden) for who may not
    /// decide, [`Voted`](ApprovalError::Voted) for who has, [`Invalid`](ApprovalError::Invalid) for a ballot that cannot
    /// be meant.
    pub fn decide(self, ballot: Ballot, now: Timestamp) -> Result<Change, ApprovalError> {
        self.admit(&ballot, now)?;
        let vote = Vote {
            by: ballot.by,
            decision: ballot.decision,
            approved_by: ballot.approved_by,
            comments: ballot.comments,
            alternative: ballot.alternative,
            at: now,
        };
        let voted = json!({ "v": 1, "vote": vote });
        let mut change = Change::begin(self);
        change.approval.votes.push(vote);
        change.note("voted", now, &voted);
        if let Some(status) = change.approval.tally() {
            change.close(status, now, ClosedBy::Vote);
        }
        Ok(change)
    }

    /// Whether a ballot counts.
    fn admit(&self, ballot: &Ballot, now: Timestamp) -> Result<(), ApprovalError> {
        ballot.check(self.question.alternatives.as_ref().map_or(0, Vec::len))?;
        let id = || self.id.clone();
        let status = self.status(now);
        if !self.policy.allows(&ballot.by, &self.requester) {
            Err(ApprovalError::Forbidden { id: id() })
        } else if status.is_final() {
            Err(ApprovalError::Closed { id: id(), status })
        } else if !self.awaits(&ballot.by) {
            Err(ApprovalError::Voted { id: id() })
        } else {
            Ok(())
        }
    }

    /// Its time is over; `None` when it is not, or when that is written down.
    pub fn expire(self, now: Timestamp) -> Option<Change> {
        let mut change = Change::begin(self);
        change.expire(now);
        (!change.events.is_empty()).then_some(change)
    }

    /// It lets `by` through. `None` when it has done so before: whoever makes use of it may do so again.
    ///
    /// # Errors
    /// Why it does not.
    pub fn consume(self, by: &str, now: Timestamp) -> Result<Option<Change>, Refusal> {
        match self.status(now) {
            Status::Pending => return Err(Refusal::Pending),
            Status::Rejected => return Err(Refusal::Rejected),
            Status::Expired => return Err(Refusal::Expired),
            Status::Approved => {}
        }
        match &self.used {
            Some(used) if used.by == by => return Ok(None),
            Some(_) => return Err(Refusal::Used),
            None => {}
        }
        let mut change = Change::begin(self);
        change.expire(now);
        change.approval.used = Some(Used {
            by: by.to_owned(),
            at: now,
        });
        change.note("used", now, &json!({ "v": 1, "by": by }));
        Ok(Some(change))
    }

    /// What it let through did not happen, so that something else may use it; `None` when that did not use it.
    pub fn release(self, by: &str, now: Timestamp) -> Option<Change> {
        self.used.as_ref().filter(|used| used.by == by)?;
        let mut change = Change::begin(self);
        change.approval.used = None;
        change.note("released", now, &json!({ "v": 1, "by": by }));
        Some(change)
    }

    /// Who waits for it knows how it was closed; `None` when nobody has to be told any more, or yet.
    pub fn tell(self, now: Timestamp) -> Option<Change> {
        let is_due = self.closed.is_some() && self.due_at().is_some();
        is_due.then(|| {
            let mut change = Change::begin(self);
            change.approval.is_told = true;
            change.note("told", now, &json!({ "v": 1 }));
            change
        })
    }
}

impl Refusal {
    /// The lower-case word: `unknown`, `pending`, `rejected`, `expired`, `used` or `mismatch`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Used => "used",
            Self::Mismatch => "mismatch",
        }
    }
}
