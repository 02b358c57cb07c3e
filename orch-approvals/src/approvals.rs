//! The service that asks humans, takes their answers, and lets through what they approved.

mod chores;
mod decide;
mod live;
#[cfg(test)]
mod tests;
mod watch;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use orch_core::{ApprovalId, Caller, Clock, Entropy};

pub use chores::Due;
pub use decide::Consumption;
pub use watch::Changes;

use crate::{
    Approval, ApprovalError, ApprovalRequest, ApprovalStore, Cursor, Filter, Listed, Party,
    store::{Insertion, Listing, is_seen_by},
};
use live::Live;

/// Asks humans, takes their answers, and lets through what they approved. Cloning is cheap; clones are one service.
///
/// An approval is seen by the account that owns it, by the accounts that its policy names, and by the stewards of the
/// house; for everybody else it is not there. Who may decide it, its policy says. Whoever calls this has let the caller
/// in: that a party is who it says is not proved again.
#[derive(Clone, Debug)]
pub struct Approvals(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Arc<dyn ApprovalStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    options: ApprovalOptions,
    live: Live,
}

/// What bounds approvals, and who looks after all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalOptions {
    /// How many approvals of one requester may be pending at once.
    pub pending_per_requester: u32,
    /// How often is looked for what other processes did, where nothing is heard of it.
    pub poll_interval: Duration,
    /// Who may see every approval, and decide those that name nobody.
    pub stewards: BTreeSet<Party>,
}

impl Default for ApprovalOptions {
    fn default() -> Self {
        Self {
            pending_per_requester: 1000,
            poll_interval: Duration::from_secs(1),
            stewards: BTreeSet::new(),
        }
    }
}

/// An approval that is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The approval.
    pub approval: Approval,
    /// Whether this asking made it, and not an earlier one of the same action.
    pub is_new: bool,
}

impl Approvals {
    /// The most approvals that a part of a list has.
    pub const MAX_LISTED: u32 = 200;

    /// The service over a host's store.
    pub fn new(
        store: Arc<dyn ApprovalStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: ApprovalOptions,
    ) -> Self {
        Self(Arc::new(Shared {
            store,
            clock,
            entropy,
            options,
            live: Live::default(),
        }))
    }

    /// Tells the time to the approvals: what their [`status`](Approval::status) is asked with.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// Asks, on behalf of the caller's account. It is durable when this returns.
    ///
    /// An action asks once: asking for the same again finds what was asked before, whatever became of it.
    ///
    /// # Errors
    /// [`Exists`](ApprovalError::Exists) for a chosen id that is taken, [`AskedOther`](ApprovalError::AskedOther) when the
    /// key of the action stands for another one, [`TooMany`](ApprovalError::TooMany), and
    /// [`Invalid`](ApprovalError::Invalid).
    pub async fn ask(&self, caller: &Caller, request: ApprovalRequest) -> Result<Asked, ApprovalError> {
        let Shared {
            store,
            clock,
            entropy,
            options,
            live,
        } = &*self.0;
        let limit = options.pending_per_requester;
        let id = request
            .id
            .clone()
            .unwrap_or_else(|| ApprovalId::generate(&**entropy));
        let asked = Approval::ask(id, caller.account().clone(), request, clock.now())?;
        let mut insertion = store.insert(&asked, limit).await?;
        if insertion == Insertion::Full {
            // Some of them may be over, and not yet written down as such.
            self.run_due(limit).await?;
            insertion = store.insert(&asked, limit).await?;
        }
        let asked = asked.approval;
        match insertion {
            Insertion::New => {
                live.heard(&asked.id);
                Ok(Asked {
                    approval: asked,
                    is_new: true,
                })
            }
            Insertion::IdTaken => Err(ApprovalError::Exists(asked.id)),
            Insertion::Full => Err(ApprovalError::TooMany { limit }),
            Insertion::Asked(known) => {
                let is_same = known.owner == asked.owner
                    && known.action.as_ref().map(|action| action.digest)
                        == asked.action.as_ref().map(|action| action.digest);
                if is_same {
                    return Ok(Asked {
                        approval: *known,
                        is_new: false,
                    });
                }
                let key = asked.action.map(|action| action.key).unwrap_or_default();
                Err(ApprovalError::AskedOther { key })
            }
        }
    }

    /// An approval that the caller may see.
    ///
    /// # Errors
    /// [`NotFound`](ApprovalError::NotFound), also for one that they may not see.
    pub async fn find(&self, caller: &Caller, id: &ApprovalId) -> Result<Approval, ApprovalError> {
        let approval = self.0.store.find(id).await?;
        let seen = approval.filter(|approval| self.is_seen(caller, approval));
        seen.ok_or_else(|| ApprovalError::NotFound(id.clone()))
    }

    /// What the caller's account has asked for under the key of an action.
    ///
    /// # Errors
    /// The store failed.
    pub async fn find_asked(&self, caller: &Caller, key: &str) -> Result<Option<Approval>, ApprovalError> {
        let approval = self.0.store.find_by_key(key).await?;
        Ok(approval.filter(|approval| caller.owns(&approval.owner)))
    }

    /// An approval, whoever looks: for a surface where knowing an id that nobody guesses is the right to read it. It
    /// decides nothing, and must be told nobody who merely names an id that others chose.
    ///
    /// # Errors
    /// The store failed.
    pub async fn look_up(&self, id: &ApprovalId) -> Result<Option<Approval>, ApprovalError> {
        Ok(self.0.store.find(id).await?)
    }

    /// The approvals that the caller may see, the newest first: at most `limit`, which is brought into
    /// `1..=`[`MAX_LISTED`](Self::MAX_LISTED), after a place in the list.
    ///
    /// What the filter says of who sees them narrows that down, and never widens it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list(
        &self,
        caller: &Caller,
        filter: Filter,
        limit: u32,
        after: Option<Cursor>,
    ) -> Result<Listed, ApprovalError> {
        let limit = limit.clamp(1, Self::MAX_LISTED);
        if filter.status.is_some() {
            // What is over stands under what it is by then.
            self.run_due(Self::MAX_LISTED).await?;
        }
        let is_steward = self.is_steward(&Party::of(caller));
        let seen_by = match filter.seen_by {
            Some(account) if is_steward || caller.owns(&account) => Some(account),
            Some(_) => return Ok(Listed::default()),
            None => (!is_steward).then(|| caller.account().clone()),
        };
        let filter = Filter { seen_by, ..filter };
        let listing = Listing { filter, limit, after };
        let approvals = self.0.store.list(&listing).await?;
        let is_whole = u32::try_from(approvals.len()).is_ok_and(|n_found| n_found == limit);
        let next = approvals.last().filter(|_| is_whole).map(Cursor::after);
        Ok(Listed { approvals, next })
    }

    /// Whether someone may see every approval, and decide those that name nobody.
    pub fn is_steward(&self, party: &Party) -> bool {
        self.0.options.stewards.contains(party)
    }

    fn is_seen(&self, caller: &Caller, approval: &Approval) -> bool {
        is_seen_by(approval, caller.account()) || self.is_steward(&Party::of(caller))
    }
}
