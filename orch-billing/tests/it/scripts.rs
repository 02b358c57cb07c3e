//! Random scripts on the reference: it does what the model does, and its books are in order after every step.

use std::collections::HashMap;

use orch_billing::{
    BalanceOf, HoldId, InMemoryLedger, LedgerAccount, LedgerStore,
    store::conformance::script::{Facts, Operation, script},
};
use orch_core::{AccountId, Currency, Uuid};
use proptest::prelude::*;

use super::model::{Model, Seen};

const CURRENCIES: [Currency; 2] = [Currency::Algo, Currency::Usd];

fn is_time(operation: &Operation) -> bool {
    use orch_billing::{Extension, More};
    matches!(
        operation,
        Operation::Extend(Extension {
            by: More::Time { .. },
            ..
        })
    )
}

/// Follows a script; the kinds of operations that succeeded at least once.
async fn follow(operations: &[Operation]) -> usize {
    let (ledger, mut model) = (InMemoryLedger::default(), Model::default());
    let mut succeeded = HashMap::new();
    for operation in operations {
        let settled = operation.apply(&ledger).await.unwrap();
        let seen = settled.as_ref().ok().map(|hold| hold.as_ref().map(Seen::from));
        assert_eq!(seen, model.apply(operation), "{operation:?}: {settled:?}");
        in_order(&ledger, &model).await;
        if settled.is_ok() {
            succeeded.insert(std::mem::discriminant(operation), ());
            repeat(&ledger, operation).await;
        } else {
            refuse_again(&ledger, operation).await;
        }
    }
    succeeded.len()
}

/// Doing again what was done yields the same and changes nothing; expiry is no request, and is refused.
async fn repeat(ledger: &InMemoryLedger, operation: &Operation) {
    let before = Facts::of(ledger).await.unwrap();
    let n_posted = ledger.transactions().len();
    let again = operation.apply(ledger).await.unwrap();
    if let Ok(Some(hold)) = again {
        assert!(before.holds.contains(&hold), "as it is now");
    }
    assert_eq!(Facts::of(ledger).await.unwrap(), before, "{operation:?}");
    assert_eq!(ledger.transactions().len(), n_posted);
}

/// What was refused left nothing, and so is refused again.
async fn refuse_again(ledger: &InMemoryLedger, operation: &Operation) {
    let n_posted = ledger.transactions().len();
    assert!(is_time(operation) || operation.apply(ledger).await.unwrap().is_err());
    assert_eq!(ledger.transactions().len(), n_posted);
}

/// The books: every transaction balanced, every balance the sum of its entries, none below zero, and nothing lost.
async fn in_order(ledger: &InMemoryLedger, model: &Model) {
    let mut sums: HashMap<(LedgerAccount, Currency), i64> = HashMap::new();
    for transaction in ledger.transactions() {
        assert!(transaction.is_balanced(), "{transaction:?}");
        for entry in transaction.entries() {
            let sum = sums
                .entry((entry.account.clone(), transaction.currency()))
                .or_default();
            *sum += entry.minor;
            assert!(
                *sum >= 0 || entry.account == LedgerAccount::External,
                "{transaction:?}"
            );
        }
    }
    let sum = |account, currency| sums.get(&(account, currency)).copied().unwrap_or(0);
    let developer: AccountId = "developer".parse().unwrap();
    for currency in CURRENCIES {
        let mut available = 0;
        let mut held = 0;
        for name in ["demo", "other"] {
            let of = BalanceOf::Credits(name.parse().unwrap());
            let balance = ledger.balance(&of, currency).await.unwrap();
            let credits = sum(LedgerAccount::Credits(name.parse().unwrap()), currency);
            assert_eq!(balance.available.minor(), credits);
            assert_eq!(credits, model.available(&name.parse().unwrap(), currency));
            available += credits;
            held += balance.held.minor();
        }
        let in_holds = (0..12).map(|number| {
            sum(
                LedgerAccount::Hold(HoldId::from_uuid(Uuid::from_u128(number))),
                currency,
            )
        });
        assert_eq!(held, in_holds.sum::<i64>());
        assert_eq!(held, model.held(currency));
        let earned = ledger
            .balance(&BalanceOf::Earnings(AccountId::clone(&developer)), currency)
            .await
            .unwrap()
            .available
            .minor();
        let fees = ledger
            .balance(&BalanceOf::Fees, currency)
            .await
            .unwrap()
            .available
            .minor();
        assert_eq!(earned, sum(LedgerAccount::Earnings(developer.clone()), currency));
        assert_eq!(fees, sum(LedgerAccount::Fees, currency));
        assert_eq!(earned + fees, model.paid(currency));
        assert_eq!(available + held + earned + fees, model.granted(currency));
        assert_eq!(sum(LedgerAccount::External, currency), -model.granted(currency));
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

proptest! {
    #[test]
    fn the_reference_does_what_the_model_does(bytes in prop::collection::vec(any::<[u8; 4]>(), 0..120)) {
        block_on(follow(&script(&bytes)));
    }
}

#[test]
fn scripts_are_not_all_refusals() {
    let mut random = 1_u64;
    let mut byte = || {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        random.to_be_bytes()[0]
    };
    let bytes: Vec<_> = (0..400).map(|_| [byte(), byte(), byte(), byte()]).collect();
    assert_eq!(
        block_on(follow(&script(&bytes))),
        5,
        "each kind of operation succeeds"
    );
}
