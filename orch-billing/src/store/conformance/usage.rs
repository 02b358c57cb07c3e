use std::time::Duration;

use orch_core::{Amount, Currency, PageRequest, Timestamp};

use super::{Ledger, fixture::*};
use crate::{Activity, BalanceOf, Closing, Grouping, Hold, Period, UsageOutcome, UsageRecord};

fn with(usage: UsageRecord, mut closing: Closing) -> Closing {
    closing.usage = Some(usage);
    closing
}

/// Pays so much for a call and keeps its record.
async fn used(store: &dyn Ledger, number: u128, minor: i64, usage: UsageRecord) {
    let hold = Hold {
        account: usage.account.clone(),
        ..a_hold(number, minor)
    };
    take(store, hold).await;
    close(store, with(usage, capture(number, minor))).await;
}

/// A record is kept as it was given, with the account of the hold and what was captured.
pub async fn usage_is_kept_with_its_closing(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    take(store, a_hold(2, 50)).await;
    let claimed = UsageRecord {
        account: account("stranger"),
        cost: algo(1),
        ..a_usage(1, 7)
    };
    close(store, with(claimed, capture(1, 20))).await;
    let failed = UsageRecord {
        outcome: UsageOutcome::Failed,
        at: NOW + MINUTE,
        ..a_usage(2, 7)
    };
    close(store, with(failed.clone(), release(2))).await;
    let answered = UsageRecord {
        cost: algo(20),
        ..a_usage(1, 7)
    };
    assert_eq!(listed(store, "demo").await.items, [failed, answered]);
    assert_eq!(listed(store, "stranger").await.total, 0);
}

/// A closing that changes nothing keeps no record.
pub async fn usage_of_a_refused_or_repeated_closing_is_not_kept(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    take(store, a_hold(2, 50)).await;
    assert!(
        store
            .close(&with(a_usage(1, 7), capture(1, 51)))
            .await
            .unwrap()
            .is_err()
    );
    assert!(
        store
            .close(&with(a_usage(3, 7), release(3)))
            .await
            .unwrap()
            .is_err()
    );
    assert_eq!(listed(store, "demo").await.total, 0);
    close(store, with(a_usage(1, 7), capture(1, 20))).await;
    let other = UsageRecord {
        units: 99,
        ..a_usage(1, 7)
    };
    close(store, with(other, capture(1, 20))).await;
    close(store, capture(2, 50)).await;
    close(store, with(a_usage(2, 7), capture(2, 50))).await;
    let first = UsageRecord {
        cost: algo(20),
        ..a_usage(1, 7)
    };
    assert_eq!(listed(store, "demo").await.items, [first]);
}

/// The records of an account in a period come in pages, the latest first.
pub async fn usage_is_listed_latest_first(store: &dyn Ledger) {
    for (number, after) in [(1, 0), (2, 3), (3, 1), (4, 1), (5, 2)] {
        let usage = UsageRecord {
            at: NOW + MINUTE * after,
            ..a_usage(number, 7)
        };
        used(store, number, 0, usage).await;
    }
    let strangers = UsageRecord {
        account: account("stranger"),
        ..a_usage(6, 7)
    };
    used(store, 6, 0, strangers).await;
    let period = Period {
        from: NOW,
        until: NOW + MINUTE * 3,
    };
    let list = async |limit, offset| {
        let page = PageRequest::new(limit, offset);
        let page = store.list(&account("demo"), period, page).await.unwrap();
        let numbers = page.items.iter().map(|usage| usage.invocation.uuid().as_u128());
        (numbers.collect::<Vec<_>>(), page.total)
    };
    assert_eq!(list(10, 0).await, (vec![5, 4, 3, 1], 4));
    assert_eq!(list(2, 1).await, (vec![4, 3], 4));
    assert_eq!(list(2, 4).await, (vec![], 4));
}

/// Sums are over one account, currency and period; groups come in their order, at most as many as wanted.
pub async fn usage_is_summed_up(store: &dyn Ledger) {
    granted(store, 1_000).await;
    let task = |number, agent, task: &str, after: u32| UsageRecord {
        task: task.into(),
        at: NOW + MINUTE * after,
        ..a_usage(number, agent)
    };
    let day = 24 * 60;
    used(store, 1, 10, task(1, 7, "read", 0)).await;
    used(store, 2, 30, task(2, 8, "read", day)).await;
    used(store, 3, 25, task(3, 7, "write", day)).await;
    used(store, 4, 900, task(4, 9, "read", 9 * day)).await;
    take(store, a_hold(5, 5)).await;
    let failed = UsageRecord {
        outcome: UsageOutcome::Failed,
        ..task(5, 7, "read", 0)
    };
    close(store, with(failed, release(5))).await;
    let nothing = Amount::zero(Currency::Usd);
    let dollars = Hold {
        amount: nothing,
        opened_with: nothing,
        remaining: nothing,
        returned: nothing,
        refunded: nothing,
        ..a_hold(6, 0)
    };
    take(store, dollars).await;
    close(store, with(task(6, 7, "read", 0), release(6))).await;
    let period = Period {
        from: NOW,
        until: NOW + MINUTE * (2 * day),
    };
    let sums = async |by, limit| {
        let demo = account("demo");
        let groups = store
            .summarize(&demo, Currency::Algo, period, by, limit)
            .await
            .unwrap();
        let sums = groups.into_iter().map(|group| {
            assert_eq!(group.took, Duration::from_millis(250 * group.requests));
            (
                group.key,
                group.requests,
                group.answered,
                group.agents,
                group.cost.minor(),
            )
        });
        sums.collect::<Vec<_>>()
    };
    let sum =
        |key: &str, requests, answered, agents, cost| (key.to_owned(), requests, answered, agents, cost);
    assert_eq!(sums(Grouping::Whole, 9).await, [sum("", 4, 3, Some(2), 65)]);
    let by_agent = [sum("agent-7", 3, 2, None, 35), sum("agent-8", 1, 1, None, 30)];
    assert_eq!(sums(Grouping::Agent, 9).await, by_agent);
    assert_eq!(sums(Grouping::Agent, 1).await, by_agent[..1]);
    assert_eq!(
        sums(Grouping::Task, 9).await,
        [sum("read", 3, 2, None, 40), sum("write", 1, 1, None, 25)]
    );
    let by_day = [
        sum("2024-01-15", 2, 1, None, 10),
        sum("2024-01-16", 2, 2, None, 55),
    ];
    assert_eq!(sums(Grouping::Day, 9).await, by_day);
    let strangers = store
        .summarize(&account("stranger"), Currency::Algo, period, Grouping::Whole, 9)
        .await;
    assert_eq!(strangers.unwrap(), []);
}

/// Sums are those of the records that a list of the same period has, wherever the period begins and ends, and also after
/// some of the records were removed.
pub async fn usage_is_summed_up_between_any_moments(store: &dyn Ledger) {
    const HOUR: Duration = Duration::from_secs(3600);
    granted(store, 1_000_000).await;
    // A week, in UTC, begins on the fourth and on the eleventh of that month: as the epoch did, on a Thursday.
    let midnight = Period::month_of(NOW).from;
    let moments: Vec<_> = [0, 1, 23, 24, 25, 47, 48, 71, 72, 239, 240, 264, 408]
        .into_iter()
        .map(|n_hours| midnight + HOUR * n_hours)
        .flat_map(|hour| [hour, hour + MINUTE * 7, hour + HOUR - Duration::from_millis(1)])
        .collect();
    for (number, &at) in (1..).zip(&moments) {
        let usage = UsageRecord {
            at,
            ..a_usage(number, 7 + number % 2)
        };
        used(store, number, 1 + i64::try_from(number).unwrap(), usage).await;
    }
    let mut ends: Vec<_> = moments
        .iter()
        .flat_map(|&at| [at, at + Duration::from_millis(1)])
        .collect();
    ends.extend([Period::ALWAYS.from, Period::ALWAYS.until]);
    sums_are_those_of_the_records(store, &ends).await;
    let before = midnight + HOUR * 24;
    assert_eq!(store.prune(before, 5).await.unwrap(), 5);
    sums_are_those_of_the_records(store, &ends).await;
    assert_eq!(store.prune(before, 99).await.unwrap(), 4);
    sums_are_those_of_the_records(store, &ends).await;
}

async fn sums_are_those_of_the_records(store: &dyn Ledger, ends: &[Timestamp]) {
    let demo = account("demo");
    for &from in ends.iter().step_by(5) {
        for &until in ends.iter().rev().step_by(7) {
            let period = Period { from, until };
            let listed = store.list(&demo, period, PageRequest::new(100, 0)).await.unwrap();
            let costs: i64 = listed.items.iter().map(|usage| usage.cost.minor()).sum();
            for by in [Grouping::Whole, Grouping::Agent, Grouping::Task, Grouping::Day] {
                let groups = store
                    .summarize(&demo, Currency::Algo, period, by, 99)
                    .await
                    .unwrap();
                let summed = groups.iter().fold((0, 0), |(requests, cost), group| {
                    (requests + group.requests, cost + group.cost.minor())
                });
                assert_eq!(summed, (listed.total, costs), "{by:?} of {period:?}");
            }
        }
    }
}

/// Calls count that were answered, of one agent by one account in one period.
pub async fn answered_calls_are_counted(store: &dyn Ledger) {
    let month = Period::month_of(NOW);
    let first = UsageRecord {
        at: month.from,
        ..a_usage(1, 7)
    };
    let before = UsageRecord {
        at: month.from - Duration::from_millis(1),
        ..a_usage(2, 7)
    };
    let after = UsageRecord {
        at: month.until,
        ..a_usage(3, 7)
    };
    let failed = UsageRecord {
        outcome: UsageOutcome::TimedOut,
        ..a_usage(4, 7)
    };
    let of_another = a_usage(5, 8);
    let strangers = UsageRecord {
        account: account("stranger"),
        ..a_usage(6, 7)
    };
    for (number, usage) in (1..).zip([first, before, after, failed, of_another, strangers, a_usage(7, 7)]) {
        used(store, number, 0, usage).await;
    }
    let agent = a_usage(1, 7).agent;
    assert_eq!(
        store
            .count_answered(&account("demo"), agent, month)
            .await
            .unwrap(),
        2
    );
    assert_eq!(
        store
            .count_answered(&account("demo"), agent, Period::ALWAYS)
            .await
            .unwrap(),
        4
    );
}

/// The calls of an agent count, whoever made them, by the hours that begin in a period.
pub async fn the_activity_of_an_agent_is_counted_by_hours(store: &dyn Ledger) {
    const HOUR: Duration = Duration::from_secs(3600);
    let midnight = Period::month_of(NOW).from;
    let calls = [
        (0, UsageOutcome::Answered, 7, "demo"),
        (59, UsageOutcome::Failed, 7, "stranger"),
        (61, UsageOutcome::TimedOut, 7, "demo"),
        (62, UsageOutcome::Answered, 8, "demo"),
        (180, UsageOutcome::Answered, 7, "stranger"),
        (240, UsageOutcome::Answered, 7, "demo"),
    ];
    for (number, (minutes, outcome, agent, name)) in (1..).zip(calls) {
        let usage = UsageRecord {
            account: account(name),
            outcome,
            at: midnight + MINUTE * minutes,
            ..a_usage(number, agent)
        };
        used(store, number, 0, usage).await;
    }
    let agent = a_usage(1, 7).agent;
    let period = |from, until| Period {
        from: midnight + MINUTE * from,
        until: midnight + MINUTE * until,
    };
    let activity = |requests, hours, answered_hours| Activity {
        requests,
        hours,
        answered_hours,
    };
    assert_eq!(
        store.activity(agent, period(0, 240)).await.unwrap(),
        activity(4, 3, 2)
    );
    assert_eq!(
        store.activity(agent, period(1, 241)).await.unwrap(),
        activity(3, 3, 2),
        "the first hour began before"
    );
    assert_eq!(
        store.activity(agent, period(61, 120)).await.unwrap(),
        Activity::default()
    );
    assert_eq!(store.prune(midnight + HOUR * 2, 9).await.unwrap(), 4);
    assert_eq!(
        store.activity(agent, Period::ALWAYS).await.unwrap(),
        activity(2, 2, 2)
    );
}

/// What is older than a moment is removed, the oldest first and no more than wanted; the books do not change.
pub async fn old_usage_is_pruned(store: &dyn Ledger) {
    granted(store, 100).await;
    for (number, minutes) in [(1, 3), (2, 1), (3, 2), (4, 4)] {
        let usage = UsageRecord {
            at: NOW + minutes * MINUTE,
            ..a_usage(number, 7)
        };
        used(store, number, 10, usage).await;
    }
    let left = async || {
        let listed = listed(store, "demo").await.items;
        let minutes = listed.iter().map(|record| record.at.since(NOW).as_secs() / 60);
        minutes.collect::<Vec<_>>()
    };
    assert_eq!(
        store.prune(NOW + MINUTE, 10).await.unwrap(),
        0,
        "it is of that moment"
    );
    assert_eq!(store.prune(NOW + 4 * MINUTE, 2).await.unwrap(), 2);
    assert_eq!(left().await, [4, 3]);
    assert_eq!(store.prune(NOW + 4 * MINUTE, 2).await.unwrap(), 1);
    assert_eq!(store.prune(NOW + 4 * MINUTE, 2).await.unwrap(), 0);
    assert_eq!(left().await, [4]);
    let credits = store
        .balance(&BalanceOf::Credits(account("demo")), Currency::Algo)
        .await
        .unwrap();
    assert_eq!((credits.available, credits.held), (algo(60), algo(0)));
}
