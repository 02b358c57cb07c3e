use std::{
    collections::{BTreeSet, HashMap},
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use orch_core::{ApprovalId, InMemoryEventLog, StoreError, Timestamp};

use super::{ApprovalStore, Cursor, Insertion, Listing};
use crate::{Approval, Change, Party};

/// Keeps approvals while the process lives: the reference for every other store.
#[derive(Debug, Default)]
pub struct InMemoryApprovals {
    log: Arc<InMemoryEventLog>,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    /// Boxed, so that the room that the table keeps free is small.
    approvals: HashMap<ApprovalId, Box<Approval>>,
    keys: HashMap<String, ApprovalId>,
    listed: BTreeSet<Cursor>,
    due: BTreeSet<(Timestamp, ApprovalId)>,
    closed: BTreeSet<(Timestamp, ApprovalId)>,
    n_pending: HashMap<Party, u32>,
}

impl InMemoryApprovals {
    /// An empty store that writes its events into `log`.
    pub fn new(log: Arc<InMemoryEventLog>) -> Self {
        Self {
            log,
            books: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn by_key(&self, key: &str) -> Option<&Approval> {
        self.approvals.get(self.keys.get(key)?).map(Box::as_ref)
    }

    /// Enters an approval, or takes it out, in every book but those of ids and keys.
    fn enter(&mut self, approval: &Approval) {
        let id = || approval.id.clone();
        if let Some(at) = approval.due_at() {
            self.due.insert((at, id()));
        }
        match approval.closed {
            Some(closed) => drop(self.closed.insert((closed.at, id()))),
            None => *self.n_pending.entry(approval.requester.clone()).or_default() += 1,
        }
        self.listed.insert(Cursor::after(approval));
    }

    fn strike(&mut self, approval: &Approval) {
        let id = || approval.id.clone();
        if let Some(at) = approval.due_at() {
            self.due.remove(&(at, id()));
        }
        match (approval.closed, self.n_pending.get_mut(&approval.requester)) {
            (Some(closed), _) => drop(self.closed.remove(&(closed.at, id()))),
            (None, Some(1)) => drop(self.n_pending.remove(&approval.requester)),
            (None, Some(n_pending)) => *n_pending -= 1,
            (None, None) => {}
        }
        self.listed.remove(&Cursor::after(approval));
    }
}

fn out_of_step(approval: &Approval) -> StoreError {
    StoreError::corrupt("approvals", approval.id.to_string(), "its events are out of step")
}

#[async_trait]
impl ApprovalStore for InMemoryApprovals {
    async fn insert(&self, asked: &Change, most_pending: u32) -> Result<Insertion, StoreError> {
        let approval = &asked.approval;
        let mut books = self.lock();
        let key = approval.action.as_ref().map(|action| &action.key);
        if let Some(known) = key.and_then(|key| books.by_key(key)) {
            return Ok(Insertion::Asked(Box::new(known.clone())));
        }
        if books.approvals.contains_key(&approval.id) {
            return Ok(Insertion::IdTaken);
        }
        if books.n_pending.get(&approval.requester).copied().unwrap_or(0) >= most_pending {
            return Ok(Insertion::Full);
        }
        if !self.log.append_now(&asked.events) {
            return Err(out_of_step(approval));
        }
        if let Some(key) = key {
            books.keys.insert(key.clone(), approval.id.clone());
        }
        books.enter(approval);
        let kept = Box::new(approval.clone());
        books.approvals.insert(approval.id.clone(), kept);
        Ok(Insertion::New)
    }

    async fn find(&self, id: &ApprovalId) -> Result<Option<Approval>, StoreError> {
        Ok(self
            .lock()
            .approvals
            .get(id)
            .map(|approval| Approval::clone(approval)))
    }

    async fn find_by_key(&self, key: &str) -> Result<Option<Approval>, StoreError> {
        Ok(self.lock().by_key(key).cloned())
    }

    async fn advance(&self, change: &Change) -> Result<bool, StoreError> {
        let mut books = self.lock();
        let known = books.approvals.remove(&change.approval.id);
        let Some(known) = known else { return Ok(false) };
        if known.seq != change.expected_seq {
            books.approvals.insert(known.id.clone(), known);
            return Ok(false);
        }
        if !self.log.append_now(&change.events) {
            let failure = out_of_step(&known);
            books.approvals.insert(known.id.clone(), known);
            return Err(failure);
        }
        books.strike(&known);
        books.enter(&change.approval);
        books
            .approvals
            .insert(known.id, Box::new(change.approval.clone()));
        Ok(true)
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<Approval>, StoreError> {
        let books = self.lock();
        let before = listing.after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let newest_first = books.listed.range((Bound::Unbounded, before)).rev();
        let approvals = newest_first.filter_map(|place| books.approvals.get(&place.id).map(Box::as_ref));
        let wanted = approvals.filter(|approval| listing.filter.fits(approval));
        Ok(wanted.take(listing.limit as usize).cloned().collect())
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError> {
        let books = self.lock();
        let due = books.due.iter().take_while(|(at, _)| *at <= now);
        let approvals = due.filter_map(|(_, id)| books.approvals.get(id).map(Box::as_ref));
        Ok(approvals.take(limit as usize).cloned().collect())
    }

    async fn prune(&self, closed_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut books = self.lock();
        let over = books.closed.iter().take_while(|(at, _)| *at < closed_before);
        let over = over.filter_map(|(_, id)| books.approvals.get(id));
        let over = over.filter(|approval| {
            approval.due_at().is_none() && self.log.is_over(&approval.stream(), closed_before)
        });
        let over: Vec<ApprovalId> = over
            .take(limit as usize)
            .map(|approval| approval.id.clone())
            .collect();
        let mut n_removed = 0;
        for approval in over
            .iter()
            .filter_map(|id| books.approvals.remove(id))
            .collect::<Vec<_>>()
        {
            books.strike(&approval);
            if let Some(action) = &approval.action {
                books.keys.remove(&action.key);
            }
            self.log.forget(&approval.stream());
            n_removed += 1;
        }
        Ok(n_removed)
    }
}
