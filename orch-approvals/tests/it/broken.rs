//! Stores that each break one law, so that no law passes because it looks at nothing.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use orch_approvals::{
    Approval, ApprovalStore, Change, Filter, InMemoryApprovals,
    store::{Insertion, Listing, conformance},
};
use orch_core::{ApprovalId, StoreError, Timestamp};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Nothing,
    ForgetsAlternatives,
    TakesIdsTwice,
    AsksAgain,
    HasRoomForAll,
    AddsAfterALook,
    KeepsWhatIsStale,
    KeepsAfterALook,
    OldestFirst,
    ShowsStrangers,
    ForgetsWhoWaits,
    PrunesWhatIsAwaited,
}

#[derive(Debug)]
struct Broken {
    fault: Fault,
    inner: Mutex<Arc<InMemoryApprovals>>,
}

impl Broken {
    fn by(fault: Fault) -> Self {
        let inner = Mutex::default();
        Self { fault, inner }
    }

    fn inner(&self) -> Arc<InMemoryApprovals> {
        self.inner.lock().unwrap().clone()
    }

    async fn all(&self) -> Vec<Approval> {
        let listing = Listing {
            filter: Filter::default(),
            limit: 10_000,
            after: None,
        };
        self.inner().list(&listing).await.unwrap()
    }

    /// Keeps an approval whatever was there: the reference does not let itself be told so, and another takes its place.
    async fn force(&self, approval: &Approval) {
        let kept = InMemoryApprovals::default();
        let others = self
            .all()
            .await
            .into_iter()
            .filter(|known| known.id != approval.id);
        for approval in others.chain([approval.clone()]) {
            let change = Change {
                expected_seq: 0,
                approval,
                events: Vec::new(),
            };
            kept.insert(&change, u32::MAX).await.unwrap();
        }
        *self.inner.lock().unwrap() = Arc::new(kept);
    }
}

#[async_trait]
impl ApprovalStore for Broken {
    async fn insert(&self, asked: &Change, most_pending: u32) -> Result<Insertion, StoreError> {
        let mut asked = asked.clone();
        let most_pending = match self.fault {
            Fault::ForgetsAlternatives => {
                asked.approval.question.alternatives = None;
                most_pending
            }
            Fault::HasRoomForAll => u32::MAX,
            Fault::AddsAfterALook => {
                let n_pending = self.all().await.len();
                tokio::task::yield_now().await;
                if n_pending >= most_pending as usize {
                    0
                } else {
                    u32::MAX
                }
            }
            _ => most_pending,
        };
        let insertion = self.inner().insert(&asked, most_pending).await?;
        match (self.fault, &insertion) {
            (Fault::TakesIdsTwice, Insertion::IdTaken) | (Fault::AsksAgain, Insertion::Asked(_)) => {
                self.force(&asked.approval).await;
                Ok(Insertion::New)
            }
            _ => Ok(insertion),
        }
    }

    async fn find(&self, id: &ApprovalId) -> Result<Option<Approval>, StoreError> {
        self.inner().find(id).await
    }

    async fn find_by_key(&self, key: &str) -> Result<Option<Approval>, StoreError> {
        self.inner().find_by_key(key).await
    }

    async fn advance(&self, change: &Change) -> Result<bool, StoreError> {
        match self.fault {
            Fault::KeepsWhatIsStale => {
                self.force(&change.approval).await;
                Ok(true)
            }
            Fault::KeepsAfterALook => {
                let known = self.find(&change.approval.id).await?;
                let is_next = known.is_some_and(|known| known.seq == change.expected_seq);
                tokio::task::yield_now().await;
                if is_next {
                    self.force(&change.approval).await;
                }
                Ok(is_next)
            }
            _ => self.inner().advance(change).await,
        }
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<Approval>, StoreError> {
        let mut listing = listing.clone();
        if self.fault == Fault::ShowsStrangers {
            listing.filter.seen_by = None;
        }
        let mut approvals = self.inner().list(&listing).await?;
        if self.fault == Fault::OldestFirst {
            approvals.reverse();
        }
        Ok(approvals)
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError> {
        let mut due = self.inner().due(now, limit).await?;
        if self.fault == Fault::ForgetsWhoWaits {
            due.retain(|approval| approval.closed.is_none());
        }
        Ok(due)
    }

    async fn prune(&self, closed_before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        if self.fault == Fault::PrunesWhatIsAwaited {
            for mut approval in self.all().await {
                approval.is_told |= approval.closed.is_some();
                self.force(&approval).await;
            }
        }
        self.inner().prune(closed_before, limit).await
    }
}

mod sound {
    use super::*;

    orch_approvals::approval_store_tests!(Broken::by(Fault::Nothing));
}

macro_rules! broken {
    ($($test:ident: $fault:ident breaks $law:ident;)+) => {$(
        #[tokio::test]
        #[should_panic]
        async fn $test() {
            conformance::$law(Arc::new(Broken::by(Fault::$fault))).await;
        }
    )+};
}

broken! {
    forgotten_alternatives: ForgetsAlternatives breaks an_approval_reads_back;
    an_id_taken_twice: TakesIdsTwice breaks an_id_is_taken_once;
    a_second_asking: AsksAgain breaks an_action_asks_once;
    room_for_all: HasRoomForAll breaks a_requester_has_at_most_so_many_pending;
    added_after_a_look: AddsAfterALook breaks of_racing_askers_no_more_are_pending_than_may_be;
    a_stale_change: KeepsWhatIsStale breaks a_change_comes_after_what_it_knew;
    kept_after_a_look: KeepsAfterALook breaks of_racing_changes_one_is_kept;
    decided_after_a_look: KeepsAfterALook breaks of_racing_deciders_one_outcome_holds;
    the_oldest_first: OldestFirst breaks approvals_are_listed_newest_first;
    strangers_in_a_list: ShowsStrangers breaks lists_are_filtered;
    who_waits_is_forgotten: ForgetsWhoWaits breaks what_is_due_is_found_in_its_order;
    pruned_while_awaited: PrunesWhatIsAwaited breaks only_what_is_over_is_pruned;
}
