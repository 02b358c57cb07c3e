//! Small words for the laws: amounts are minor units of ALGO, holds have numbers, and `demo` pays `developer`.

use std::time::Duration;

use orch_core::{AccountId, AgentId, Amount, Currency, InvocationId, Page, PageRequest, Timestamp, Uuid};

use super::Ledger;
use crate::{
    BalanceOf, Closing, Ending, Extension, Grant, Hold, HoldId, HoldQuery, HoldState, More, Period, Refund,
    Settled, UsageOutcome, UsageRecord,
};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_705_314_600_000);
pub(super) const MINUTE: Duration = Duration::from_secs(60);

pub(super) fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

pub(super) fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

pub(super) fn id(number: u128) -> HoldId {
    HoldId::from_uuid(Uuid::from_u128(number))
}

/// An open hold of `demo` for `developer` that lasts a minute.
pub(super) fn a_hold(number: u128, minor: i64) -> Hold {
    Hold {
        id: id(number),
        account: account("demo"),
        key: format!("call {number}"),
        amount: algo(minor),
        opened_with: algo(minor),
        remaining: algo(minor),
        open_sub_holds: 0,
        parent: None,
        payee: Some(account("developer")),
        keeper: Some("run_1".into()),
        state: HoldState::Open,
        returned: algo(0),
        refunded: algo(0),
        created_at: NOW,
        expires_at: NOW + MINUTE,
        closed_at: None,
    }
}

pub(super) fn a_sub_hold(number: u128, minor: i64, parent: u128) -> Hold {
    Hold {
        parent: Some(id(parent)),
        ..a_hold(number, minor)
    }
}

pub(super) fn a_grant(minor: i64, key: &str) -> Grant {
    Grant {
        account: account("demo"),
        amount: algo(minor),
        key: key.into(),
        at: NOW,
    }
}

/// Pays so much, of which a tenth is the platform's.
pub(super) fn capture(number: u128, minor: i64) -> Closing {
    let ending = Ending::Capture {
        amount: algo(minor),
        fee: algo(minor / 10),
    };
    closing(number, ending)
}

pub(super) fn release(number: u128) -> Closing {
    closing(number, Ending::Release)
}

/// Expires a hold a minute after it is due.
pub(super) fn expire(number: u128) -> Closing {
    Closing {
        at: NOW + MINUTE + MINUTE,
        ..closing(number, Ending::Expire)
    }
}

fn closing(number: u128, ending: Ending) -> Closing {
    Closing {
        hold: id(number),
        ending,
        at: NOW,
        usage: None,
    }
}

pub(super) fn enlarge(number: u128, minor: i64, key: &str) -> Extension {
    let by = More::Funds {
        amount: algo(minor),
        key: key.into(),
    };
    Extension {
        hold: id(number),
        by,
        at: NOW,
    }
}

pub(super) fn postpone(number: u128, until: Timestamp) -> Extension {
    Extension {
        hold: id(number),
        by: More::Time { until },
        at: NOW,
    }
}

pub(super) fn refund(number: u128, minor: i64, key: &str) -> Refund {
    Refund {
        hold: id(number),
        amount: algo(minor),
        key: key.into(),
        at: NOW,
    }
}

/// An answered call of the agent of that number, by `demo`.
pub(super) fn a_usage(number: u128, agent: u128) -> UsageRecord {
    UsageRecord {
        invocation: InvocationId::from_uuid(Uuid::from_u128(number)),
        account: account("demo"),
        agent: AgentId::from_uuid(Uuid::from_u128(agent)),
        agent_slug: format!("agent-{agent}"),
        task: "read".into(),
        outcome: UsageOutcome::Answered,
        units: 3,
        cost: algo(0),
        took: Duration::from_millis(250),
        at: NOW,
    }
}

/// A store where `demo` has so many credits.
pub(super) async fn granted(store: &dyn Ledger, minor: i64) {
    assert_eq!(store.grant(&a_grant(minor, "start")).await.unwrap(), Ok(()));
}

pub(super) async fn take(store: &dyn Ledger, hold: Hold) -> Hold {
    taken(store.hold(&hold).await.unwrap())
}

pub(super) async fn close(store: &dyn Ledger, closing: Closing) -> Hold {
    taken(store.close(&closing).await.unwrap())
}

pub(super) async fn extend(store: &dyn Ledger, extension: Extension) -> Hold {
    taken(store.extend(&extension).await.unwrap())
}

fn taken(settled: Settled<Hold>) -> Hold {
    settled.expect("the ledger does not refuse it")
}

pub(super) async fn find(store: &dyn Ledger, number: u128) -> Option<Hold> {
    store.holds(&HoldQuery::Id(id(number))).await.unwrap().pop()
}

/// What `demo` can spend, and what its holds have.
pub(super) async fn credits(store: &dyn Ledger) -> (i64, i64) {
    balance(store, BalanceOf::Credits(account("demo"))).await
}

/// What `developer` and the platform have earned.
pub(super) async fn earned(store: &dyn Ledger) -> (i64, i64) {
    let (developer, _) = balance(store, BalanceOf::Earnings(account("developer"))).await;
    (developer, balance(store, BalanceOf::Fees).await.0)
}

async fn balance(store: &dyn Ledger, of: BalanceOf) -> (i64, i64) {
    let balance = store.balance(&of, Currency::Algo).await.unwrap();
    (balance.available.minor(), balance.held.minor())
}

pub(super) async fn listed(store: &dyn Ledger, name: &str) -> Page<UsageRecord> {
    let page = PageRequest::new(100, 0);
    store.list(&account(name), Period::ALWAYS, page).await.unwrap()
}
