//! An engine that breaks one law at a time, which that law must find.

mod tx;
mod unit;

use std::sync::Arc;

use async_trait::async_trait;
use orch_backends::{
    ConnectError, SqlStore,
    sql::{Dialect, Engine, ServingLock, Unit, conformance, test_db},
};
use orch_core::StoreError;

use self::{tx::OneByOne, unit::FaultyUnit};

/// What is wrong with an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Nothing,
    NumbersByAppearance,
    DropsSurplusParameters,
    CutsTexts,
    DropsNuls,
    SortsByLetter,
    CountsRowsAsOne,
    HidesItsOwnWrites,
    AcknowledgesWithoutCommit,
    WritesInReads,
    CommitsFailures,
    FailsWithoutFailing,
    CommitsPanics,
    ReportsSuccessAsFailure,
    RunsTwice,
    CommitsOneByOne,
    TiresOfTexts,
    TurnsBackTheClock,
}

/// A good engine with a fault.
#[derive(Debug)]
struct Broken {
    engine: Arc<dyn Engine>,
    fault: Fault,
}

#[async_trait]
impl Engine for Broken {
    async fn write(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        if self.fault == Fault::CommitsOneByOne {
            return unit.run(&mut OneByOne(self.engine.clone().into())).await;
        }
        let unit = Arc::new(FaultyUnit::new(unit, self.fault));
        let outcome = self.engine.write(unit.clone()).await;
        unit.report(outcome)
    }

    async fn read(&self, unit: Arc<dyn Unit>) -> Result<(), StoreError> {
        match self.fault {
            Fault::WritesInReads => self.engine.write(unit).await,
            fault => self.engine.read(Arc::new(FaultyUnit::new(unit, fault))).await,
        }
    }

    fn dialect(&self) -> Dialect {
        self.engine.dialect()
    }

    fn is_exclusive(&self) -> bool {
        self.engine.is_exclusive()
    }

    fn serve(&self) -> Result<Option<ServingLock>, ConnectError> {
        self.engine.serve()
    }
}

async fn store(fault: Fault) -> SqlStore {
    SqlStore::new(Broken {
        engine: test_db::sqlite().await.engine().clone(),
        fault,
    })
}

mod no_fault_breaks_no_law {
    orch_backends::engine_tests!(super::store(super::Fault::Nothing).await);
}

macro_rules! laws_find {
    ($($fault:ident: $law:ident;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $law() {
            let law = tokio::spawn(conformance::$law(store(Fault::$fault).await));
            assert!(law.await.is_err_and(|error| error.is_panic()), "the law did not find its fault");
        }
    )+};
}

laws_find! {
    NumbersByAppearance: parameters_bind_by_their_number;
    DropsSurplusParameters: parameters_of_the_wrong_number_are_refused;
    CutsTexts: values_come_back_as_they_went;
    DropsNuls: what_one_engine_cannot_keep_none_keeps;
    SortsByLetter: text_sorts_by_its_bytes;
    CountsRowsAsOne: rows_are_counted_when_they_match;
    HidesItsOwnWrites: a_unit_sees_its_own_writes;
    AcknowledgesWithoutCommit: a_read_sees_what_was_acknowledged;
    WritesInReads: a_read_cannot_write;
    CommitsFailures: a_failed_unit_leaves_nothing;
    FailsWithoutFailing: a_hidden_failure_is_not_committed;
    CommitsPanics: a_panic_leaves_nothing_and_the_engine_lives_on;
    ReportsSuccessAsFailure: a_failed_unit_spares_its_neighbors;
    RunsTwice: a_race_is_settled_by_the_row;
    CommitsOneByOne: a_unit_whose_caller_went_away_is_whole;
    TiresOfTexts: texts_that_are_put_together_do_not_exhaust_it;
    TurnsBackTheClock: it_tells_the_time;
}
