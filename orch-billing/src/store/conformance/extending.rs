use orch_core::{Amount, Currency, Purse};

use super::{Ledger, fixture::*};
use crate::{Extension, HoldState, More, Refusal};

/// An enlargement takes its amount once for each key, and a known key is refused for another amount.
pub async fn enlarging_takes_more_once(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 10)).await;
    for _ in 0..2 {
        let enlarged = extend(store, enlarge(1, 20, "fallback")).await;
        assert_eq!((enlarged.amount, enlarged.remaining), (algo(30), algo(30)));
        assert_eq!(enlarged.opened_with, algo(10));
        assert_eq!(find(store, 1).await, Some(enlarged));
    }
    let settled = store.extend(&enlarge(1, 21, "fallback")).await.unwrap();
    assert_eq!(settled, Err(Refusal::Conflict));
    take(store, a_hold(2, 10)).await;
    assert_eq!(
        extend(store, enlarge(2, 5, "fallback")).await.amount,
        algo(15),
        "keys are the hold's own"
    );
    let captured = close(store, capture(1, 30)).await;
    assert_eq!(
        extend(store, enlarge(1, 20, "fallback")).await,
        captured,
        "a repetition is never refused"
    );
    assert_eq!(credits(store).await, (55, 15));
}

/// An enlargement that credits do not cover takes nothing, and can be asked for again.
pub async fn enlarging_is_all_or_nothing(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 90)).await;
    let short = Refusal::Short {
        purse: Purse::Credits,
        required: algo(11),
        available: algo(10),
    };
    assert_eq!(store.extend(&enlarge(1, 11, "more")).await.unwrap(), Err(short));
    assert_eq!(find(store, 1).await, Some(a_hold(1, 90)));
    assert_eq!(credits(store).await, (10, 90));
    assert_eq!(store.grant(&a_grant(1, "more")).await.unwrap(), Ok(()));
    assert_eq!(extend(store, enlarge(1, 11, "more")).await.amount, algo(101));
    assert_eq!(credits(store).await, (0, 101));
}

/// A sub-hold grows from what remains of its parent.
pub async fn a_sub_hold_grows_from_its_parent(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    take(store, a_sub_hold(2, 20, 1)).await;
    assert_eq!(extend(store, enlarge(2, 25, "more")).await.remaining, algo(45));
    let parent = find(store, 1).await.unwrap();
    assert_eq!(
        (parent.amount, parent.remaining, parent.open_sub_holds),
        (algo(50), algo(5), 1)
    );
    let short = Refusal::Short {
        purse: Purse::Budget,
        required: algo(6),
        available: algo(5),
    };
    assert_eq!(
        store.extend(&enlarge(2, 6, "yet more")).await.unwrap(),
        Err(short)
    );
    assert_eq!(credits(store).await, (50, 50));
}

/// Only an open hold is extended, in its own currency.
pub async fn only_an_open_hold_is_extended(store: &dyn Ledger) {
    granted(store, 100).await;
    let refusal = async |extension: Extension| store.extend(&extension).await.unwrap().unwrap_err();
    let later = NOW + MINUTE + MINUTE;
    for extension in [enlarge(1, 5, "more"), postpone(1, later)] {
        assert_eq!(refusal(extension).await, Refusal::Missing);
    }
    take(store, a_hold(1, 10)).await;
    let amount = Amount::new(5, Currency::Usd).unwrap();
    let by = More::Funds {
        amount,
        key: "more".into(),
    };
    let foreign = Extension {
        by,
        ..postpone(1, later)
    };
    let mixed = Refusal::Mixed {
        hold: Currency::Algo,
        required: Currency::Usd,
    };
    assert_eq!(refusal(foreign).await, mixed);
    let captured = close(store, capture(1, 10)).await;
    for extension in [enlarge(1, 5, "more"), postpone(1, later)] {
        assert_eq!(refusal(extension).await, Refusal::State(captured.state));
    }
    take(store, a_hold(2, 10)).await;
    close(store, release(2)).await;
    assert_eq!(
        refusal(enlarge(2, 5, "more")).await,
        Refusal::State(HoldState::Released)
    );
    assert_eq!(credits(store).await, (90, 0));
}

/// More time is given, and never taken back.
pub async fn more_time_is_never_less(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 10)).await;
    let later = NOW + MINUTE + MINUTE;
    for until in [later, NOW, later] {
        assert_eq!(extend(store, postpone(1, until)).await.expires_at, later);
        assert_eq!(find(store, 1).await.unwrap().expires_at, later);
    }
    assert_eq!(credits(store).await, (90, 10));
}
