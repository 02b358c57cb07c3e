//! Rows that someone wrote past the ledger are found, and the law that they break is named.

use std::time::Duration;

use orch_backends::{
    SqlStore,
    sql::{Violation, test_db},
};
use orch_billing::{Billing, HoldId, HoldRequest, UsageOutcome, UsageRecord};
use orch_core::{
    AccountId, AgentId, Amount, BasisPoints, Clock, Currency, InvocationId, ManualClock, Timestamp, Uuid,
};
use std::sync::Arc;

use crate::spoiled::spoil;

fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

fn id(number: u128) -> HoldId {
    HoldId::from_uuid(Uuid::from_u128(number))
}

fn request(number: u128, minor: i64, parent: Option<u128>) -> HoldRequest {
    HoldRequest {
        id: id(number),
        account: "demo".parse().unwrap(),
        amount: algo(minor),
        parent: parent.map(id),
        payee: Some("developer".parse().unwrap()),
        keeper: None,
        ttl: Duration::from_secs(60),
        key: format!("call {number}"),
    }
}

fn usage(number: u128, at: Timestamp) -> UsageRecord {
    UsageRecord {
        invocation: InvocationId::from_uuid(id(number).uuid()),
        account: "demo".parse().unwrap(),
        agent: AgentId::from_uuid(Uuid::from_u128(7)),
        agent_slug: "reader".into(),
        task: "read".into(),
        outcome: UsageOutcome::Answered,
        units: 1,
        cost: algo(0),
        took: Duration::from_millis(5),
        at,
    }
}

/// A ledger where everything happened: hold 1 is a run with the steps 2 (captured, refunded in part), 3 (released) and 4
/// (open), hold 5 was enlarged, and hold 6 has expired.
async fn lived_in(store: SqlStore) -> SqlStore {
    struct Nobody;
    #[async_trait::async_trait]
    impl orch_billing::HoldKeepers for Nobody {
        async fn is_alive(&self, _: &str) -> Result<bool, orch_core::StoreError> {
            Ok(false)
        }
    }
    let clock = Arc::new(ManualClock::default());
    let billing = Billing::new(
        Arc::new(store.clone()),
        clock.clone(),
        BasisPoints::new(1_000).unwrap(),
    );
    let demo: AccountId = "demo".parse().unwrap();
    billing.grant(&demo, algo(1_000), "start").await.unwrap();
    billing.hold(request(6, 10, None)).await.unwrap();
    clock.advance(Duration::from_secs(61));
    assert_eq!(billing.sweep(&Nobody, 10).await.unwrap(), 1);
    billing.hold(request(1, 300, None)).await.unwrap();
    for number in [2, 3, 4] {
        billing.hold(request(number, 50, Some(1))).await.unwrap();
    }
    billing
        .capture(id(2), algo(40), Some(usage(2, clock.now())))
        .await
        .unwrap();
    billing.release(id(3), None).await.unwrap();
    billing.refund(id(2), algo(20), "half").await.unwrap();
    billing.hold(request(5, 50, None)).await.unwrap();
    billing.enlarge(id(5), algo(25), "dearer").await.unwrap();
    store
}

async fn tampered(store: &SqlStore, sql: &str) -> Vec<Violation> {
    spoil(store, sql).await;
    store.check().await.unwrap()
}

/// A tampering statement, the law that it breaks, and a part of the row's key.
fn tampering() -> Vec<(String, &'static str, String)> {
    let set =
        |number: u128, change: &str| format!("UPDATE orch_holds SET {change} WHERE id = '{}'", id(number));
    let hold = |number: u128| id(number).to_string();
    let tx = |kind: &str, number: u128| format!("{kind}/{}", id(number));
    let entry = |change: &str, transaction: &str, ledger: &str| {
        format!(
            "UPDATE orch_ledger_entries SET {change} WHERE transaction_id = '{transaction}' AND ledger = '{ledger}'"
        )
    };
    let demo = || "demo ALGO".to_owned();
    let invocation = || InvocationId::from_uuid(id(2).uuid()).to_string();
    let drop_tx = |id: &str| format!("DELETE FROM orch_ledger_transactions WHERE id = '{id}'");
    let sums = "the entries of a transaction sum to zero";
    let belongs = "an entry belongs to a transaction of its currency";
    let moves = "an entry moves something in a known ledger";
    let parent = "a sub-hold has a parent of its account and currency, open while it is";
    let about = "a transaction about a hold agrees with what became of it";
    let ended = "a hold is open, captured, released or expired";
    vec![
        (
            entry("minor = minor + 1", &tx("capture", 2), "earnings"),
            sums,
            tx("capture", 2),
        ),
        (
            format!(
                "DELETE FROM orch_ledger_entries WHERE transaction_id = '{}' AND line = 1",
                tx("hold", 5)
            ),
            sums,
            tx("hold", 5),
        ),
        (
            entry("currency = 'USD'", &tx("hold", 5), "hold"),
            belongs,
            tx("hold", 5),
        ),
        (drop_tx(&tx("hold", 5)), belongs, tx("hold", 5)),
        (
            entry("ledger = 'pocket'", &tx("capture", 2), "fees"),
            moves,
            tx("capture", 2),
        ),
        (
            entry("owner = 'someone'", &tx("capture", 2), "fees"),
            moves,
            tx("capture", 2),
        ),
        (
            format!(
                "UPDATE orch_ledger_transactions SET amount = amount + 1 WHERE id = '{}'",
                tx("capture", 2)
            ),
            "the amount of a transaction is what came",
            tx("capture", 2),
        ),
        (
            "UPDATE orch_credits SET balance = balance + 1".into(),
            "an account's balance is what its entries sum to",
            demo(),
        ),
        (
            "DELETE FROM orch_credits".into(),
            "an account's balance is what its entries sum to",
            demo(),
        ),
        (
            "UPDATE orch_credits SET granted = granted + 1".into(),
            "what an account was granted is what its grants sum to",
            demo(),
        ),
        (
            "UPDATE orch_credits SET balance = -1".into(),
            "no account has less than nothing",
            demo(),
        ),
        (
            entry("minor = -100", &tx("capture", 2), "earnings"),
            "nobody has earned less than nothing",
            "earnings/developer ALGO".into(),
        ),
        (
            set(5, "remaining = remaining - 1"),
            "what remains of a hold is what its entries sum to",
            hold(5),
        ),
        (
            format!("DELETE FROM orch_holds WHERE id = '{}'", id(5)),
            "what remains of a hold is what its entries sum to",
            hold(5),
        ),
        (
            set(5, "remaining = -1"),
            "no part of a hold is less than nothing",
            hold(5),
        ),
        (set(5, "captured = 1"), "an open hold has not ended", hold(5)),
        (set(3, "remaining = 1"), "a closed hold is empty", hold(3)),
        (set(3, "closed_at = NULL"), "a closed hold is empty", hold(3)),
        (set(3, "state = 'lost'"), ended, hold(3)),
        (set(3, "captured = 7"), ended, hold(3)),
        (set(4, "parent = 'hold_0'"), parent, hold(4)),
        (set(1, "currency = 'USD'"), parent, hold(3)),
        (set(1, "account = 'stranger'"), parent, hold(4)),
        (set(1, "state = 'released'"), parent, hold(4)),
        (
            set(1, "open_sub_holds = 2"),
            "a hold counts its open sub-holds",
            hold(1),
        ),
        (
            drop_tx(&tx("hold", 5)),
            "a hold has the transaction that took what it was opened with",
            hold(5),
        ),
        (
            set(5, "opened_with = opened_with + 1"),
            "a hold has the transaction that took what it was opened with",
            hold(5),
        ),
        (
            set(5, "amount = amount + 1"),
            "a hold took what it was opened with and its enlargements",
            hold(5),
        ),
        (
            drop_tx(&tx("release", 3)),
            "a closed hold has the transaction that emptied it",
            hold(3),
        ),
        (
            set(3, "returned = returned + 1"),
            "a closed hold has the transaction that emptied it",
            hold(3),
        ),
        (set(3, "state = 'expired'"), about, tx("release", 3)),
        (
            format!("DELETE FROM orch_holds WHERE id = '{}'", id(6)),
            about,
            tx("expire", 6),
        ),
        (
            set(2, "captured = captured + 1, returned = returned - 1"),
            "what was captured is what was earned",
            hold(2),
        ),
        (
            set(2, "payee = 'someone'"),
            "what was captured is what was earned",
            hold(2),
        ),
        (
            set(2, "refunded = 1"),
            "what was refunded is what its refunds sum to, and at most what was captured",
            hold(2),
        ),
        (
            "DELETE FROM orch_ledger_transactions WHERE kind = 'refund'".into(),
            "what was refunded is what its refunds sum to, and at most what was captured",
            hold(2),
        ),
        (
            "UPDATE orch_usage SET account = 'stranger'".into(),
            "a usage record is of a closed hold of its account",
            invocation(),
        ),
        (
            format!(
                "UPDATE orch_usage SET invocation = 'inv_{}'",
                id(4).uuid().simple()
            ),
            "a usage record is of a closed hold of its account",
            "inv_".into(),
        ),
        (
            "UPDATE orch_usage SET cost = cost + 1".into(),
            "usage costs what was captured",
            invocation(),
        ),
        (
            "UPDATE orch_usage_sums SET requests = requests + 1 WHERE span = 'day'".into(),
            "the sums of usage are those of its records",
            " day ".into(),
        ),
        (
            "DELETE FROM orch_usage_sums WHERE span = 'hour'".into(),
            "the sums of usage are those of its records",
            " hour ".into(),
        ),
        (
            "UPDATE orch_usage_totals SET cost = cost + 1 WHERE span = 'week'".into(),
            "the totals of usage are those of its records",
            " week ".into(),
        ),
        (
            "DELETE FROM orch_usage_totals WHERE span = 'day'".into(),
            "the totals of usage are those of its records",
            " day ".into(),
        ),
        (
            "UPDATE orch_usage SET took_millis = took_millis + 1".into(),
            "the totals of usage are those of its records",
            " week ".into(),
        ),
        (
            "UPDATE orch_usage SET took_millis = took_millis + 1".into(),
            "the sums of usage are those of its records",
            " hour ".into(),
        ),
    ]
}

async fn finds_tampering(store: impl AsyncFn() -> SqlStore) {
    let whole = lived_in(store().await).await;
    assert_eq!(whole.check().await.unwrap(), []);
    for (sql, law, row) in tampering() {
        let found = tampered(&lived_in(store().await).await, &sql).await;
        let names = |violation: &Violation| violation.law == law && violation.row.contains(&row);
        assert!(
            found.iter().any(names),
            "{sql}: expected {law:?} of {row}, found {found:#?}"
        );
    }
}

#[tokio::test]
async fn sqlite_finds_tampering() {
    finds_tampering(async || SqlStore::in_memory().await.unwrap()).await;
}

#[tokio::test]
async fn postgres_finds_tampering() {
    if test_db::postgres().await.is_some() {
        finds_tampering(async || test_db::postgres().await.unwrap()).await;
    }
}
