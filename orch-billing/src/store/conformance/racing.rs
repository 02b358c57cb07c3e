use std::{pin::Pin, sync::Arc};

use orch_core::Currency;

use super::{Ledger, fixture::*};
use crate::{Grouping, Hold, HoldState, Period, Settled};

/// One of several operations that race: what came of it.
pub type Attempt = Pin<Box<dyn Future<Output = Settled<()>> + Send>>;

/// Runs attempts at the same time, each in a task of its own, and yields what came of them in their order.
pub type Race<'r> =
    &'r (dyn Fn(Vec<Attempt>) -> Pin<Box<dyn Future<Output = Vec<Settled<()>>> + Send>> + Sync);

/// How many race in each law.
const N_RACING: u128 = 16;

/// Races one attempt for each number from 1 on; yields the numbers of those that succeeded.
async fn race<F, A>(race: Race<'_>, store: &Arc<impl Ledger>, attempt: A) -> Vec<u128>
where
    A: Fn(Arc<dyn Ledger>, u128) -> F,
    F: Future<Output = Settled<()>> + Send + 'static,
{
    let attempts = (1..=N_RACING).map(|number| Box::pin(attempt(store.clone(), number)) as Attempt);
    let settled = race(attempts.collect()).await;
    let succeeded = (1..)
        .zip(settled)
        .filter_map(|(number, settled)| settled.ok().map(|()| number));
    succeeded.collect()
}

async fn hold(store: Arc<dyn Ledger>, hold: Hold) -> Settled<()> {
    store.hold(&hold).await.unwrap().map(drop)
}

/// Credits for five cover five of sixteen holds.
pub async fn of_racing_holds_as_many_succeed_as_credits_cover(store: Arc<impl Ledger>, run: Race<'_>) {
    granted(&*store, 59).await;
    let winners = race(run, &store, |store, number| hold(store, a_hold(number, 10))).await;
    assert_eq!(winners.len(), 5);
    for number in 1..=N_RACING {
        assert_eq!(find(&*store, number).await.is_some(), winners.contains(&number));
    }
    assert_eq!(credits(&*store).await, (9, 50));
}

/// A parent with money for five covers five of sixteen sub-holds, whatever the credits.
pub async fn of_racing_sub_holds_as_many_succeed_as_the_parent_covers(
    store: Arc<impl Ledger>,
    run: Race<'_>,
) {
    granted(&*store, 1_000).await;
    take(&*store, a_hold(99, 59)).await;
    let winners = race(run, &store, |store, number| {
        hold(store, a_sub_hold(number, 10, 99))
    })
    .await;
    assert_eq!(winners.len(), 5);
    let parent = find(&*store, 99).await.unwrap();
    assert_eq!((parent.remaining, parent.open_sub_holds), (algo(9), 5));
    assert_eq!(credits(&*store).await, (941, 59));
}

/// Credits for five cover five of sixteen enlargements.
pub async fn of_racing_enlargements_as_many_succeed_as_credits_cover(store: Arc<impl Ledger>, run: Race<'_>) {
    granted(&*store, 60).await;
    take(&*store, a_hold(99, 1)).await;
    let attempt = async |store: Arc<dyn Ledger>, number: u128| {
        let enlargement = enlarge(99, 10, &format!("more {number}"));
        store.extend(&enlargement).await.unwrap().map(drop)
    };
    let winners = race(run, &store, |store, number| Box::pin(attempt(store, number))).await;
    assert_eq!(winners.len(), 5);
    assert_eq!(find(&*store, 99).await.unwrap().amount, algo(51));
    assert_eq!(credits(&*store).await, (9, 51));
}

/// Of captures of different amounts, one pays, and all see what it paid.
pub async fn of_racing_captures_one_pays(store: Arc<impl Ledger>, run: Race<'_>) {
    granted(&*store, 1_000).await;
    take(&*store, a_hold(99, 500)).await;
    let winners = race(run, &store, |store, number| async move {
        let minor = i64::try_from(number).unwrap() * 10;
        let capture = crate::Closing {
            usage: Some(a_usage(99, number)),
            ..capture(99, minor)
        };
        let seen = store.close(&capture).await.unwrap()?;
        assert_eq!(find(&*store, 99).await, Some(seen), "all see the one that counts");
        Ok(())
    });
    assert_eq!(winners.await.len(), 16);
    let paid = find(&*store, 99).await.unwrap().captured().minor();
    assert_eq!(credits(&*store).await, (1_000 - paid, 0));
    assert_eq!(earned(&*store).await, (paid - paid / 10, paid / 10));
    let usage = listed(&*store, "demo").await.items;
    assert_eq!(
        usage.iter().map(|usage| usage.cost.minor()).collect::<Vec<_>>(),
        [paid]
    );
    assert_eq!(
        usage[0].agent,
        a_usage(99, u128::try_from(paid / 10).unwrap()).agent,
        "the winner's own"
    );
}

/// Of capture, release and expiry, one comes about; those that asked for another are refused.
pub async fn of_racing_endings_one_wins(store: Arc<impl Ledger>, run: Race<'_>) {
    granted(&*store, 100).await;
    take(&*store, a_hold(99, 50)).await;
    let winners = race(run, &store, |store, number| async move {
        let closing = match number % 3 {
            0 => capture(99, 20),
            1 => release(99),
            _ => expire(99),
        };
        store.close(&closing).await.unwrap().map(drop)
    });
    let winners = winners.await;
    let ended_by = |rest: u128| winners.iter().filter(|&number| number % 3 == rest).count();
    let (captures, releases, expiries) = (ended_by(0), ended_by(1), ended_by(2));
    match find(&*store, 99).await.unwrap().state {
        HoldState::Captured { .. } => {
            assert_eq!((captures, releases, expiries), (5, 0, 0));
            assert_eq!(
                (credits(&*store).await, earned(&*store).await),
                ((80, 0), (18, 2))
            );
        }
        HoldState::Released => {
            assert_eq!((captures, releases, expiries), (0, 6, 0));
            assert_eq!(
                (credits(&*store).await, earned(&*store).await),
                ((100, 0), (0, 0))
            );
        }
        HoldState::Expired => {
            assert_eq!(
                (captures, expiries),
                (0, 1),
                "a release agrees with an expiry before it"
            );
            assert_eq!(
                (credits(&*store).await, earned(&*store).await),
                ((100, 0), (0, 0))
            );
        }
        HoldState::Open => unreachable!("one of them comes about"),
    }
}

/// A capture of fifty covers five refunds of ten.
pub async fn of_racing_refunds_as_many_succeed_as_was_captured(store: Arc<impl Ledger>, run: Race<'_>) {
    granted(&*store, 100).await;
    take(&*store, a_hold(99, 59)).await;
    close(&*store, capture(99, 59)).await;
    let winners = race(run, &store, |store, number| async move {
        let refund = refund(99, 10, &format!("part {number}"));
        store.refund(&refund).await.unwrap().map(drop)
    });
    assert_eq!(winners.await.len(), 5);
    assert_eq!(find(&*store, 99).await.unwrap().refunded, algo(50));
    assert_eq!((credits(&*store).await, earned(&*store).await), ((91, 0), (8, 1)));
}

/// The same request from many is one hold.
pub async fn a_raced_hold_is_taken_once(store: Arc<impl Ledger>, run: Race<'_>) {
    granted(&*store, 100).await;
    let winners = race(run, &store, |store, _| hold(store, a_hold(99, 10))).await;
    assert_eq!(winners.len(), 16);
    assert_eq!(credits(&*store).await, (90, 10));
    take(&*store, a_hold(98, 50)).await;
    let winners = race(run, &store, |store, _| hold(store, a_sub_hold(97, 10, 98))).await;
    assert_eq!(winners.len(), 16);
    assert_eq!(find(&*store, 98).await.unwrap().remaining, algo(40));
}

/// The same grant from many is one grant, though the account is new to all of them.
pub async fn a_raced_grant_is_given_once(store: Arc<impl Ledger>, run: Race<'_>) {
    let same = race(run, &store, |store, _| async move {
        store.grant(&a_grant(10, "same")).await.unwrap()
    });
    assert_eq!(same.await.len(), 16);
    assert_eq!(credits(&*store).await, (10, 0));
    let others = race(run, &store, |store, number| async move {
        store
            .grant(&a_grant(10, &format!("other {number}")))
            .await
            .unwrap()
    });
    assert_eq!(others.await.len(), 16);
    assert_eq!(credits(&*store).await, (170, 0));
}

/// A hold is closed, or lends to sub-holds; not both.
pub async fn a_closing_parent_and_a_new_sub_hold_exclude_each_other(store: Arc<impl Ledger>, run: Race<'_>) {
    granted(&*store, 100).await;
    take(&*store, a_hold(99, 50)).await;
    let winners = race(run, &store, |store, number| async move {
        if number == N_RACING / 2 {
            store.close(&release(99)).await.unwrap().map(drop)
        } else {
            hold(store, a_sub_hold(number, 1, 99)).await
        }
    });
    let winners = winners.await;
    let parent = find(&*store, 99).await.unwrap();
    if winners.contains(&(N_RACING / 2)) {
        assert_eq!((winners.len(), parent.open_sub_holds), (1, 0));
        assert_eq!(credits(&*store).await, (100, 0));
    } else {
        assert_eq!((winners.len(), parent.open_sub_holds), (15, 15));
        assert_eq!(credits(&*store).await, (50, 50));
    }
}

/// Sub-holds that close at the same time all give back what is left of them.
pub async fn racing_sub_holds_give_all_back(store: Arc<impl Ledger>, run: Race<'_>) {
    granted(&*store, 1_000).await;
    take(&*store, a_hold(99, 500)).await;
    for number in 1..=N_RACING {
        take(&*store, a_sub_hold(number, 30, 99)).await;
    }
    let winners = race(run, &store, |store, number| async move {
        let closing = if number % 2 == 0 {
            capture(number, 10)
        } else {
            release(number)
        };
        store.close(&closing).await.unwrap().map(drop)
    });
    assert_eq!(winners.await.len(), 16);
    let parent = find(&*store, 99).await.unwrap();
    assert_eq!((parent.remaining, parent.open_sub_holds), (algo(420), 0));
    assert_eq!(close(&*store, release(99)).await.returned, algo(420));
    assert_eq!(
        (credits(&*store).await, earned(&*store).await),
        ((920, 0), (72, 8))
    );
}

/// Calls of one agent and task that end at the same time are all in the sums, also while old ones are removed.
pub async fn racing_captures_are_all_summed_up(store: Arc<impl Ledger>, run: Race<'_>) {
    granted(&*store, 1_000).await;
    let old = 90..94;
    for number in old.clone().chain(1..=N_RACING) {
        take(&*store, a_hold(number, 10)).await;
    }
    let used = |number: u128, at| crate::Closing {
        usage: Some(crate::UsageRecord {
            at,
            ..a_usage(number, 7)
        }),
        ..capture(number, 10)
    };
    for number in old {
        close(&*store, used(number, NOW)).await;
    }
    let winners = race(run, &store, move |store, number| async move {
        if number % 4 == 0 {
            store.prune(NOW + MINUTE, 1).await.unwrap();
        }
        store.close(&used(number, NOW + MINUTE)).await.unwrap().map(drop)
    });
    assert_eq!(winners.await.len(), 16);
    let listed = listed(&*store, "demo").await;
    // Of two that remove the same record, one removes none.
    assert!((16..20).contains(&listed.total), "{}", listed.total);
    let cost = algo(10 * i64::try_from(listed.total).unwrap());
    for by in [Grouping::Whole, Grouping::Agent, Grouping::Task, Grouping::Day] {
        let demo = account("demo");
        let groups = store.summarize(&demo, Currency::Algo, Period::ALWAYS, by, 9);
        let groups = groups.await.unwrap();
        assert_eq!(groups.len(), 1);
        assert_eq!((groups[0].requests, groups[0].cost), (listed.total, cost));
    }
}
