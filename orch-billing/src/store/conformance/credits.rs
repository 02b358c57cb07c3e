use orch_core::{Amount, Currency};

use super::{Ledger, fixture::*};
use crate::{BalanceOf, Grant, Refusal};

/// A grant is given once for each key, and a known key is refused for another amount.
pub async fn a_grant_adds_credits_once(store: &dyn Ledger) {
    assert_eq!(credits(store).await, (0, 0), "nobody starts with credits");
    for _ in 0..2 {
        assert_eq!(store.grant(&a_grant(70, "one")).await.unwrap(), Ok(()));
    }
    let later = Grant {
        at: NOW + MINUTE,
        ..a_grant(30, "two")
    };
    assert_eq!(store.grant(&later).await.unwrap(), Ok(()));
    assert_eq!(
        store.grant(&a_grant(71, "one")).await.unwrap(),
        Err(Refusal::Conflict)
    );
    assert_eq!(credits(store).await, (100, 0));
}

/// What one account has of one currency is nothing of another's.
pub async fn credits_are_per_account_and_currency(store: &dyn Ledger) {
    granted(store, 100).await;
    let dollars = Grant {
        amount: Amount::new(7, Currency::Usd).unwrap(),
        ..a_grant(0, "dollars")
    };
    assert_eq!(store.grant(&dollars).await.unwrap(), Ok(()));
    let available = async |name, currency| {
        let of = BalanceOf::Credits(account(name));
        store.balance(&of, currency).await.unwrap().available.minor()
    };
    assert_eq!(available("demo", Currency::Algo).await, 100);
    assert_eq!(available("demo", Currency::Usd).await, 7);
    assert_eq!(available("demo", Currency::Usdc).await, 0);
    assert_eq!(available("demo2", Currency::Algo).await, 0);
}

/// Two accounts whose names and keys read alike when written one after the other are two.
pub async fn grants_of_similar_names_do_not_meet(store: &dyn Ledger) {
    for (name, key) in [("a", "b/c"), ("a/b", "c"), ("a", "b c")] {
        let grant = Grant {
            account: account(name),
            ..a_grant(10, key)
        };
        assert_eq!(store.grant(&grant).await.unwrap(), Ok(()));
    }
    for (name, granted) in [("a", 20), ("a/b", 10)] {
        let balance = store
            .balance(&BalanceOf::Credits(account(name)), Currency::Algo)
            .await;
        assert_eq!(balance.unwrap().available, algo(granted), "{name}");
    }
}

/// An account is never granted more than [`Grant::LIMIT`] in all, spent or not.
pub async fn grants_stay_within_their_limit(store: &dyn Ledger) {
    granted(store, Grant::LIMIT - 1).await;
    take(store, a_hold(1, 100)).await;
    for minor in [2, i64::MAX] {
        let settled = store.grant(&a_grant(minor, "more")).await.unwrap();
        assert_eq!(settled, Err(Refusal::TooLarge));
    }
    assert_eq!(store.grant(&a_grant(1, "more")).await.unwrap(), Ok(()));
    assert_eq!(credits(store).await, (Grant::LIMIT - 100, 100));
}
