//! The reference keeps every law, and each law finds a store that breaks it.

use std::{panic::AssertUnwindSafe, sync::Arc};

use async_trait::async_trait;
use futures_util::FutureExt;
use orch_billing::{Closing, Hold, InMemoryLedger, LedgerStore, Settled};
use orch_core::{StoreError, event::Event};

use super::{
    InMemoryPaidRuns, PaidRunStore,
    conformance::{self, Joined},
};
use crate::store::{Append, InMemoryOrchestrations, Insertion, OrchestrationStore, RunRecord};

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    None,
    JoinsNothing,
    JoinsOtherRuns,
    JoinsOtherMoney,
    SetsNothingAside,
    KeepsTheUnpaid,
    PaysForTheTaken,
    PaysNothing,
    PaysFirst,
    PaysInParts,
    AgreesWithAll,
}

#[derive(Debug)]
struct Broken {
    paid_runs: InMemoryPaidRuns,
    runs: Arc<InMemoryOrchestrations>,
    ledger: Arc<InMemoryLedger>,
    defect: Defect,
}

fn joined(defect: Defect) -> Joined {
    let runs = Arc::new(InMemoryOrchestrations::default());
    let ledger = Arc::new(InMemoryLedger::default());
    let broken = Broken {
        paid_runs: InMemoryPaidRuns::new(runs.clone(), ledger.clone()),
        runs: runs.clone(),
        ledger: ledger.clone(),
        defect,
    };
    Joined {
        paid_runs: Arc::new(broken),
        runs,
        ledger,
    }
}

#[async_trait]
impl PaidRunStore for Broken {
    fn joins(&self, runs: &dyn OrchestrationStore, ledger: &dyn LedgerStore) -> bool {
        match self.defect {
            Defect::JoinsNothing => false,
            Defect::JoinsOtherRuns => self.paid_runs.joins(&*self.runs, ledger),
            Defect::JoinsOtherMoney => self.paid_runs.joins(runs, &*self.ledger),
            _ => self.paid_runs.joins(runs, ledger),
        }
    }

    async fn insert_held(
        &self,
        run: &RunRecord,
        events: &[Event],
        holds: &[Hold],
    ) -> Result<Settled<Insertion>, StoreError> {
        match self.defect {
            Defect::SetsNothingAside => Ok(Ok(self.runs.insert(run, events).await?)),
            Defect::KeepsTheUnpaid => {
                let inserted = self.runs.insert(run, events).await?;
                for hold in holds {
                    if let Err(refusal) = self.ledger.hold(hold).await? {
                        return Ok(Err(refusal));
                    }
                }
                Ok(Ok(inserted))
            }
            Defect::PaysForTheTaken => {
                let inserted = self.paid_runs.insert_held(run, events, holds).await?;
                for hold in holds {
                    let _ = self.ledger.hold(hold).await?;
                }
                Ok(inserted)
            }
            _ => self.paid_runs.insert_held(run, events, holds).await,
        }
    }

    async fn append_paid(&self, append: &Append, closings: &[Closing]) -> Result<Settled<bool>, StoreError> {
        match self.defect {
            Defect::PaysNothing => return Ok(Ok(self.runs.append(append).await?)),
            Defect::PaysFirst => {
                for closing in closings {
                    let _ = self.ledger.close(closing).await?;
                }
            }
            Defect::PaysInParts => {
                let appended = self.runs.append(append).await?;
                for closing in closings.iter().filter(|_| appended) {
                    if let Err(refusal) = self.ledger.close(closing).await? {
                        return Ok(Err(refusal));
                    }
                }
                return Ok(Ok(appended));
            }
            Defect::AgreesWithAll => {
                let _ = self.paid_runs.append_paid(append, closings).await?;
                return Ok(Ok(true));
            }
            _ => {}
        }
        self.paid_runs.append_paid(append, closings).await
    }
}

/// The reference itself.
mod in_memory {
    use super::*;

    crate::paid_run_store_tests!(joined(Defect::None));
}

/// For each law and each defect that breaks it, a test that it does.
macro_rules! broken_by {
    ($($law:ident: $($defect:ident)|+,)+) => {$(
        #[tokio::test]
        async fn $law() {
            for defect in [$(Defect::$defect),+] {
                let joined = joined(defect);
                let law = AssertUnwindSafe(conformance::$law(&joined));
                assert!(law.catch_unwind().await.is_err(), "{defect:?} passes");
            }
        }
    )+};
}

broken_by! {
    only_what_is_one_is_joined: JoinsNothing | JoinsOtherRuns | JoinsOtherMoney,
    a_run_comes_with_what_it_takes: SetsNothingAside,
    a_run_that_cannot_be_paid_does_not_come: SetsNothingAside | KeepsTheUnpaid,
    a_run_that_is_taken_costs_nothing: PaysForTheTaken,
    what_happened_comes_with_its_payment: PaysNothing,
    what_comes_too_late_pays_nothing: PaysFirst | AgreesWithAll,
    what_cannot_be_paid_did_not_happen: PaysFirst | PaysInParts | AgreesWithAll,
    of_racing_runs_as_many_come_as_can_be_paid: SetsNothingAside | KeepsTheUnpaid,
    of_racing_appends_one_pays: AgreesWithAll,
}
