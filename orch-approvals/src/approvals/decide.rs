use std::time::Duration;

use orch_core::{ApprovalId, Caller};

use super::Approvals;
use crate::{Approval, ApprovalError, Ballot, Change, Party, Refusal};

/// Whether something is let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consumption {
    /// It is, by this approval, which lets nothing else through from now on.
    Granted(Box<Approval>),
    /// It is not.
    Refused(Refusal),
}

impl Approvals {
    /// Someone whom the caller's surface has let in decides; returns the approval as it stands then. Of many who decide
    /// at once, every vote that still counts is kept, and the one that settles it settles it once.
    ///
    /// # Errors
    /// [`NotFound`](ApprovalError::NotFound), [`Forbidden`](ApprovalError::Forbidden) for who may not decide,
    /// [`Closed`](ApprovalError::Closed), [`Voted`](ApprovalError::Voted), and [`Invalid`](ApprovalError::Invalid).
    pub async fn decide(
        &self,
        caller: &Caller,
        id: &ApprovalId,
        ballot: Ballot,
    ) -> Result<Approval, ApprovalError> {
        let is_theirs = ballot.by.account().is_none_or(|account| caller.owns(account));
        loop {
            let approval = self.find(caller, id).await?;
            if !is_theirs {
                return Err(ApprovalError::Forbidden { id: id.clone() });
            }
            let change = approval.decide(ballot.clone(), self.0.clock.now())?;
            if self.keep(&change).await? {
                return Ok(change.approval);
            }
        }
    }

    /// Lets something of the caller's account through that was approved, once and for all: `by` names it, and may ask
    /// again as often as it likes. `fits` says whether the approval is about it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn consume(
        &self,
        caller: &Caller,
        id: &ApprovalId,
        by: &str,
        fits: impl Fn(&Approval) -> bool + Send,
    ) -> Result<Consumption, ApprovalError> {
        self.consume_within(caller, id, by, None, fits).await
    }

    /// The same, but refused as [`Expired`](Refusal::Expired) when it was approved longer ago than that and has not been
    /// used by `by` before.
    ///
    /// # Errors
    /// The store failed.
    pub async fn consume_within(
        &self,
        caller: &Caller,
        id: &ApprovalId,
        by: &str,
        within: Option<Duration>,
        fits: impl Fn(&Approval) -> bool + Send,
    ) -> Result<Consumption, ApprovalError> {
        let refused = |refusal| Ok(Consumption::Refused(refusal));
        loop {
            let now = self.0.clock.now();
            let approval = self.0.store.find(id).await?;
            let Some(approval) = approval.filter(|approval| caller.owns(&approval.owner)) else {
                return refused(Refusal::Unknown);
            };
            if !fits(&approval) {
                return refused(Refusal::Mismatch);
            }
            let approved_at = approval.closed_at(now);
            let is_old = within
                .zip(approved_at)
                .is_some_and(|(within, at)| now.since(at) > within);
            match approval.clone().consume(by, now) {
                Err(refusal) => return refused(refusal),
                Ok(None) => return Ok(Consumption::Granted(Box::new(approval))),
                Ok(Some(_)) if is_old => return refused(Refusal::Expired),
                Ok(Some(change)) if self.keep(&change).await? => {
                    return Ok(Consumption::Granted(Box::new(change.approval)));
                }
                Ok(Some(_)) => {}
            }
        }
    }

    /// What was let through did not happen, so that something else may use the approval. `false`, and nothing changes,
    /// when `by` has not used it.
    ///
    /// # Errors
    /// [`NotFound`](ApprovalError::NotFound), also for an approval of another account.
    pub async fn release(&self, caller: &Caller, id: &ApprovalId, by: &str) -> Result<bool, ApprovalError> {
        loop {
            let approval = self.0.store.find(id).await?;
            let own = approval.filter(|approval| caller.owns(&approval.owner));
            let own = own.ok_or_else(|| ApprovalError::NotFound(id.clone()))?;
            let Some(change) = own.release(by, self.0.clock.now()) else {
                return Ok(false);
            };
            if self.keep(&change).await? {
                return Ok(true);
            }
        }
    }

    /// Whether someone may decide an approval now, for whoever shows it.
    pub fn may_decide(&self, approval: &Approval, party: &Party) -> bool {
        !approval.status(self.0.clock.now()).is_final() && approval.awaits(party)
    }

    /// Writes a change down and tells of it; `false` if something else came first.
    pub(super) async fn keep(&self, change: &Change) -> Result<bool, ApprovalError> {
        let kept = self.0.store.advance(change).await?;
        if kept {
            self.0.live.heard(&change.approval.id);
        }
        Ok(kept)
    }
}
