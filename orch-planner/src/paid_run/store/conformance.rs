//! The laws of a [`PaidRunStore`], for every store that keeps runs and their money at one place.
#![expect(clippy::unwrap_used, reason = "a law fails by panicking")]

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use orch_billing::{
    BalanceOf, Closing, Ending, Grant, Hold, HoldId, HoldQuery, HoldState, LedgerStore, Refusal, Settled,
};
use orch_core::{Amount, Currency, Purse, Uuid};

use super::PaidRunStore;
use crate::{
    orchestration::RunStatus,
    store::{
        Append, Insertion, OrchestrationStore, RunRecord,
        conformance::{RACERS, at, event, next, record},
    },
};

/// A store with those that it joins.
#[derive(Clone, Debug)]
pub struct Joined {
    /// Keeps both.
    pub paid_runs: Arc<dyn PaidRunStore>,
    /// Keeps the same runs.
    pub runs: Arc<dyn OrchestrationStore>,
    /// Keeps the same money.
    pub ledger: Arc<dyn LedgerStore>,
}

impl Joined {
    /// Of a store that is all of them.
    pub fn of<S: PaidRunStore + OrchestrationStore + LedgerStore>(store: S) -> Self {
        let store = Arc::new(store);
        Self {
            paid_runs: store.clone(),
            runs: store.clone(),
            ledger: store,
        }
    }
}

/// Stamps one test for each law; the argument makes a [`Joined`] over fresh, empty stores and may await. After `optional:` it
/// makes an option of one, and the laws are skipped where that is `None`.
#[macro_export]
macro_rules! paid_run_store_tests {
    (optional: $make:expr) => {
        $crate::paid_run_store_tests!(@all $make);
    };
    ($make:expr) => {
        $crate::paid_run_store_tests!(@all Some($make));
    };
    (@all $make:expr) => {
        $crate::paid_run_store_tests!(@each $make;
            only_what_is_one_is_joined,
            a_run_comes_with_what_it_takes,
            a_run_that_cannot_be_paid_does_not_come,
            a_run_that_is_taken_costs_nothing,
            what_happened_comes_with_its_payment,
            what_comes_too_late_pays_nothing,
            what_cannot_be_paid_did_not_happen,
            of_racing_runs_as_many_come_as_can_be_paid,
            of_racing_appends_one_pays,
        );
    };
    (@each $make:expr; $($law:ident),+ $(,)?) => {$(
        #[tokio::test]
        async fn $law() {
            if let Some(joined) = $make {
                $crate::paid_run::store::conformance::$law(&joined).await;
            }
        }
    )+};
}

fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

fn hold_id(number: u64) -> HoldId {
    HoldId::from_uuid(Uuid::from_u64_pair(number, 2))
}

fn hold(number: u64, minor: i64, parent: Option<u64>) -> Hold {
    Hold {
        id: hold_id(number),
        account: record(1).account,
        key: format!("hold {number}"),
        amount: algo(minor),
        opened_with: algo(minor),
        remaining: algo(minor),
        open_sub_holds: 0,
        parent: parent.map(hold_id),
        payee: None,
        keeper: Some(record(1).id.to_string()),
        state: HoldState::Open,
        returned: algo(0),
        refunded: algo(0),
        created_at: at(0),
        expires_at: at(0) + Duration::from_secs(60),
        closed_at: None,
    }
}

fn capture(number: u64, minor: i64) -> Closing {
    let amount = algo(minor);
    close(number, Ending::Capture { amount, fee: amount })
}

fn close(number: u64, ending: Ending) -> Closing {
    Closing {
        hold: hold_id(number),
        ending,
        at: at(9),
        usage: None,
    }
}

impl Joined {
    async fn grant(&self, minor: i64) {
        let grant = Grant {
            account: record(1).account,
            amount: algo(minor),
            key: "credits".into(),
            at: at(0),
        };
        self.ledger.grant(&grant).await.unwrap().unwrap();
    }

    async fn insert(&self, run: &RunRecord, holds: &[Hold]) -> Settled<Insertion> {
        let events = [event(run.id, 1, "planned")];
        self.paid_runs.insert_held(run, &events, holds).await.unwrap()
    }

    /// The first run, with a price of 7 of 10 credits, of which a call has 3.
    async fn start(&self) -> RunRecord {
        let run = record(1);
        self.grant(10).await;
        let inserted = self.insert(&run, &[hold(1, 7, None), hold(2, 3, Some(1))]).await;
        assert_eq!(inserted, Ok(Insertion::New));
        run
    }

    async fn append(&self, append: &Append, closings: &[Closing]) -> Settled<bool> {
        self.paid_runs.append_paid(append, closings).await.unwrap()
    }

    async fn find(&self, number: u64) -> Option<Hold> {
        let found = self.ledger.holds(&HoldQuery::Id(hold_id(number))).await;
        found.unwrap().pop()
    }

    /// What can be spent, and what is held.
    async fn balance(&self) -> (i64, i64) {
        let of = BalanceOf::Credits(record(1).account);
        let balance = self.ledger.balance(&of, Currency::Algo).await.unwrap();
        (balance.available.minor(), balance.held.minor())
    }

    async fn seq(&self, run: &RunRecord) -> Option<u64> {
        let found = self.runs.find(run.id).await.unwrap();
        let events = self.runs.events(run.id, 1, 100).await.unwrap();
        assert_eq!(
            found.as_ref().map_or(0, |found| found.seq),
            events.len() as u64,
            "a run and its events"
        );
        found.map(|found| found.seq)
    }
}

/// A store joins those that keep the same, and no others.
pub async fn only_what_is_one_is_joined(joined: &Joined) {
    let (runs, ledger) = (&*joined.runs, &*joined.ledger);
    assert!(joined.paid_runs.joins(runs, ledger));
    let (other_runs, other_ledger) = (
        crate::store::InMemoryOrchestrations::default(),
        orch_billing::InMemoryLedger::default(),
    );
    assert!(!joined.paid_runs.joins(&other_runs, ledger));
    assert!(!joined.paid_runs.joins(runs, &other_ledger));
}

/// What was set aside with a run is there like anything else, in the order in which it was asked for.
pub async fn a_run_comes_with_what_it_takes(joined: &Joined) {
    let run = joined.start().await;
    assert_eq!(joined.seq(&run).await, Some(1));
    assert_eq!(joined.balance().await, (3, 7));
    let parent = joined.find(1).await.unwrap();
    assert_eq!((parent.remaining, parent.open_sub_holds), (algo(4), 1));
    assert_eq!(joined.find(2).await, Some(hold(2, 3, Some(1))));
}

/// Where one of the holds is refused, neither the run nor another hold is there.
pub async fn a_run_that_cannot_be_paid_does_not_come(joined: &Joined) {
    joined.grant(10).await;
    let run = record(1);
    let short = |purse, required, available| Refusal::Short {
        purse,
        required: algo(required),
        available: algo(available),
    };
    let dear = joined.insert(&run, &[hold(1, 11, None)]).await;
    assert_eq!(dear, Err(short(Purse::Credits, 11, 10)));
    let narrow = joined
        .insert(&run, &[hold(1, 7, None), hold(2, 8, Some(1))])
        .await;
    assert_eq!(narrow, Err(short(Purse::Budget, 8, 7)));
    assert_eq!(joined.seq(&run).await, None);
    assert_eq!(joined.find(1).await, None);
    assert_eq!(joined.balance().await, (10, 0));
    let fit = joined.insert(&run, &[hold(1, 7, None)]).await;
    assert_eq!(fit, Ok(Insertion::New), "its place is still free");
}

/// Where the run was there before, nothing is set aside.
pub async fn a_run_that_is_taken_costs_nothing(joined: &Joined) {
    let run = joined.start().await;
    let again = joined.insert(&run, &[hold(3, 2, None)]).await;
    assert_eq!(again, Ok(Insertion::Taken(Box::new(run))));
    assert_eq!(joined.find(3).await, None);
    assert_eq!(joined.balance().await, (3, 7));
}

/// What is closed with an event is closed like anything else, in the order in which it was asked for.
pub async fn what_happened_comes_with_its_payment(joined: &Joined) {
    let run = joined.start().await;
    let closings = [capture(2, 2), close(1, Ending::Release)];
    let append = next(&run, None, RunStatus::Completed);
    assert_eq!(joined.append(&append, &closings).await, Ok(true));
    assert_eq!(joined.seq(&run).await, Some(2));
    assert_eq!(joined.balance().await, (8, 0));
    let [paid, rest] = [joined.find(2).await.unwrap(), joined.find(1).await.unwrap()];
    assert_eq!((paid.captured(), paid.returned), (algo(2), algo(1)));
    assert_eq!((rest.state, rest.returned), (HoldState::Released, algo(5)));
}

/// An append that is refused closes nothing.
pub async fn what_comes_too_late_pays_nothing(joined: &Joined) {
    let run = joined.start().await;
    let late = Append {
        expected_seq: 2,
        events: vec![event(run.id, 3, "step_succeeded")],
        ..next(&run, None, RunStatus::Running)
    };
    assert_eq!(joined.append(&late, &[capture(2, 3)]).await, Ok(false));
    assert_eq!(joined.seq(&run).await, Some(1));
    assert_eq!(joined.find(2).await, Some(hold(2, 3, Some(1))));
}

/// Where one of the closings is refused, nothing happened and none is closed.
pub async fn what_cannot_be_paid_did_not_happen(joined: &Joined) {
    let run = joined.start().await;
    let append = next(&run, None, RunStatus::Running);
    let refused = joined.append(&append, &[capture(2, 3), capture(1, 5)]).await;
    let exceeds = Refusal::Exceeds {
        required: algo(5),
        available: algo(4),
    };
    assert_eq!(refused, Err(exceeds));
    assert_eq!(joined.seq(&run).await, Some(1));
    assert_eq!(joined.find(2).await, Some(hold(2, 3, Some(1))));
    let paid = joined.append(&append, &[capture(2, 3)]).await;
    assert_eq!(paid, Ok(true), "its place is still free");
}

/// No interleaving starts more than the credits are enough for.
pub async fn of_racing_runs_as_many_come_as_can_be_paid(joined: &Joined) {
    joined.grant(10).await;
    let racers = (1..=RACERS).map(|number| {
        let joined = joined.clone();
        async move {
            let run = record(number);
            let inserted = joined.insert(&run, &[hold(number, 2, None)]).await;
            (joined.seq(&run).await.is_some(), inserted == Ok(Insertion::New))
        }
    });
    let outcomes = join_all(racers).await;
    assert!(outcomes.iter().all(|(is_there, is_new)| is_there == is_new));
    assert_eq!(outcomes.iter().filter(|(_, is_new)| *is_new).count(), 5);
    assert_eq!(joined.balance().await, (0, 10));
}

/// Of many that add the same next event at once, one pays for it.
pub async fn of_racing_appends_one_pays(joined: &Joined) {
    let run = joined.start().await;
    let append = next(&run, None, RunStatus::Running);
    let racers = (0..3).map(|minor| {
        let (joined, append) = (joined.clone(), append.clone());
        async move { joined.append(&append, &[capture(2, minor)]).await == Ok(true) }
    });
    let outcomes = join_all(racers).await;
    let won: Vec<usize> = (0..3).filter(|&place| outcomes[place]).collect();
    assert_eq!(won.len(), 1, "{outcomes:?}");
    let paid = joined.find(2).await.unwrap().captured().minor();
    assert_eq!(usize::try_from(paid).unwrap(), won[0]);
    assert_eq!(joined.seq(&run).await, Some(2));
}
