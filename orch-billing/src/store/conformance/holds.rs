use orch_core::{Amount, Currency, Purse};

use super::{Ledger, fixture::*};
use crate::{Hold, Refusal};

/// What is held cannot be spent, and the hold is found as it was taken.
pub async fn a_hold_sets_credits_aside(store: &dyn Ledger) {
    granted(store, 100).await;
    assert_eq!(take(store, a_hold(1, 30)).await, a_hold(1, 30));
    assert_eq!(find(store, 1).await, Some(a_hold(1, 30)));
    assert_eq!(credits(store).await, (70, 30));
    let bare = Hold {
        payee: None,
        keeper: None,
        ..a_hold(2, 70)
    };
    assert_eq!(take(store, bare.clone()).await, bare);
    assert_eq!(find(store, 2).await, Some(bare));
    assert_eq!(credits(store).await, (0, 100));
}

/// Credits never go below zero, and those of another currency do not help.
pub async fn a_hold_needs_credits(store: &dyn Ledger) {
    granted(store, 100).await;
    let short = |required, available| {
        Err(Refusal::Short {
            purse: Purse::Credits,
            required,
            available,
        })
    };
    let settled = store.hold(&a_hold(1, 101)).await.unwrap();
    assert_eq!(settled, short(algo(101), algo(100)));
    let dollars = |minor| Amount::new(minor, Currency::Usd).unwrap();
    let foreign = Hold {
        amount: dollars(1),
        opened_with: dollars(1),
        remaining: dollars(1),
        returned: dollars(0),
        refunded: dollars(0),
        ..a_hold(2, 0)
    };
    assert_eq!(store.hold(&foreign).await.unwrap(), short(dollars(1), dollars(0)));
    assert_eq!(
        take(store, a_hold(3, 100)).await.amount,
        algo(100),
        "all of it is enough"
    );
    assert_eq!(credits(store).await, (0, 100));
}

/// A call for nothing needs no credits, nor an account that was ever granted any.
pub async fn a_hold_of_nothing_needs_no_credits(store: &dyn Ledger) {
    assert_eq!(take(store, a_hold(1, 0)).await, a_hold(1, 0));
    let captured = close(store, capture(1, 0)).await;
    assert_eq!((captured.captured(), captured.returned), (algo(0), algo(0)));
    assert_eq!(credits(store).await, (0, 0));
}

/// The same request again takes nothing more and yields the hold as it is now, though it was asked at another time.
pub async fn the_same_hold_again_is_the_first(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 60)).await;
    let again = Hold {
        created_at: NOW + MINUTE,
        expires_at: NOW + MINUTE + MINUTE,
        ..a_hold(1, 60)
    };
    assert_eq!(take(store, again.clone()).await, a_hold(1, 60));
    let enlarged = extend(store, enlarge(1, 20, "more")).await;
    assert_eq!(take(store, again.clone()).await, enlarged);
    let captured = close(store, capture(1, 50)).await;
    assert_eq!(
        take(store, again).await,
        captured,
        "a closed hold is not taken again"
    );
    assert_eq!(credits(store).await, (50, 0));
}

/// A key of the account and an id stand for one request: with anything else in it, it is refused.
pub async fn another_hold_of_a_known_key_or_id_is_refused(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 10)).await;
    take(store, a_hold(2, 10)).await;
    let others = [
        a_hold(1, 11),
        Hold {
            id: id(3),
            ..a_hold(1, 10)
        },
        Hold {
            key: "call 3".into(),
            ..a_hold(1, 10)
        },
        Hold {
            key: "call 2".into(),
            ..a_hold(1, 10)
        },
        Hold {
            payee: None,
            ..a_hold(1, 10)
        },
        Hold {
            keeper: Some("run_2".into()),
            ..a_hold(1, 10)
        },
        a_sub_hold(1, 10, 2),
        Hold {
            account: account("stranger"),
            ..a_hold(1, 10)
        },
    ];
    for other in others {
        assert_eq!(
            store.hold(&other).await.unwrap(),
            Err(Refusal::Conflict),
            "{other:?}"
        );
    }
    assert_eq!(credits(store).await, (80, 20));
    let namesake = Hold {
        account: account("stranger"),
        ..a_hold(3, 0)
    };
    let of_another = Hold {
        key: "call 1".into(),
        ..namesake
    };
    assert_eq!(
        take(store, of_another.clone()).await,
        of_another,
        "keys are the account's own"
    );
}

/// What was refused can be asked again, once there is enough.
pub async fn a_refused_hold_leaves_nothing(store: &dyn Ledger) {
    granted(store, 10).await;
    assert!(store.hold(&a_hold(1, 11)).await.unwrap().is_err());
    assert_eq!(find(store, 1).await, None);
    assert_eq!(credits(store).await, (10, 0));
    assert_eq!(store.grant(&a_grant(1, "more")).await.unwrap(), Ok(()));
    assert_eq!(take(store, a_hold(1, 11)).await, a_hold(1, 11));
    assert_eq!(credits(store).await, (0, 11));
}
