use orch_core::{Amount, Currency, Purse};

use super::{Ledger, fixture::*};
use crate::{Hold, HoldQuery, HoldState, Refusal};

/// A sub-hold is taken from what remains of its parent, not from credits.
pub async fn a_sub_hold_takes_from_its_parent(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    assert_eq!(take(store, a_sub_hold(2, 20, 1)).await, a_sub_hold(2, 20, 1));
    take(store, a_sub_hold(3, 30, 1)).await;
    take(store, a_sub_hold(4, 0, 1)).await;
    take(store, a_sub_hold(4, 0, 1)).await;
    let parent = find(store, 1).await.unwrap();
    assert_eq!((parent.remaining, parent.open_sub_holds), (algo(0), 3));
    assert_eq!(parent.amount, algo(50));
    assert_eq!(credits(store).await, (50, 50));
}

/// A parent lends no more than remains of it, whatever the account's credits.
pub async fn a_sub_hold_fits_in_its_parent(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    take(store, a_sub_hold(2, 20, 1)).await;
    let short = Refusal::Short {
        purse: Purse::Budget,
        required: algo(31),
        available: algo(30),
    };
    assert_eq!(store.hold(&a_sub_hold(3, 31, 1)).await.unwrap(), Err(short));
    assert_eq!(find(store, 3).await, None);
    close(store, capture(2, 20)).await;
    let settled = store.hold(&a_sub_hold(3, 31, 1)).await.unwrap();
    assert_eq!(settled, Err(short), "what was paid does not come back");
    assert_eq!(find(store, 1).await.unwrap().open_sub_holds, 0);
}

/// A parent is an open hold of the same account and currency.
pub async fn a_sub_hold_needs_an_open_parent_of_its_own_kind(store: &dyn Ledger) {
    granted(store, 100).await;
    let refusal = async |sub_hold: &Hold| store.hold(sub_hold).await.unwrap().unwrap_err();
    assert_eq!(refusal(&a_sub_hold(2, 0, 1)).await, Refusal::Missing);
    take(store, a_hold(1, 50)).await;
    let strangers = Hold {
        account: account("stranger"),
        ..a_sub_hold(2, 10, 1)
    };
    assert_eq!(refusal(&strangers).await, Refusal::Missing);
    let nothing = Amount::zero(Currency::Usd);
    let foreign = Hold {
        amount: nothing,
        opened_with: nothing,
        remaining: nothing,
        returned: nothing,
        refunded: nothing,
        ..a_sub_hold(2, 0, 1)
    };
    let mixed = Refusal::Mixed {
        hold: Currency::Algo,
        required: Currency::Usd,
    };
    assert_eq!(refusal(&foreign).await, mixed);
    close(store, release(1)).await;
    assert_eq!(
        refusal(&a_sub_hold(2, 0, 1)).await,
        Refusal::State(HoldState::Released)
    );
    assert_eq!(find(store, 2).await, None);
    assert_eq!(credits(store).await, (100, 0));
}

/// No hold is closed before its sub-holds.
pub async fn a_parent_waits_for_its_sub_holds(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    take(store, a_sub_hold(2, 20, 1)).await;
    let busy = Refusal::Busy { open_sub_holds: 1 };
    for closing in [capture(1, 10), release(1), expire(1)] {
        assert_eq!(store.close(&closing).await.unwrap(), Err(busy));
    }
    assert!(find(store, 2).await.unwrap().state.is_open());
    assert_eq!(credits(store).await, (50, 50));
    close(store, release(2)).await;
    assert_eq!(close(store, release(1)).await.state, HoldState::Released);
    assert_eq!(credits(store).await, (100, 0));
}

/// What is left of a sub-hold goes back to its parent, and from there to the credits.
pub async fn a_sub_hold_gives_back_to_its_parent(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    take(store, a_sub_hold(2, 20, 1)).await;
    take(store, a_sub_hold(3, 10, 1)).await;
    take(store, a_sub_hold(4, 5, 1)).await;
    close(store, capture(2, 12)).await;
    close(store, release(3)).await;
    close(store, expire(4)).await;
    let parent = find(store, 1).await.unwrap();
    assert_eq!((parent.remaining, parent.open_sub_holds), (algo(38), 0));
    assert_eq!(credits(store).await, (50, 38));
    assert_eq!(close(store, release(1)).await.returned, algo(38));
    assert_eq!(credits(store).await, (88, 0));
    assert_eq!(earned(store).await, (11, 1));
}

/// The open sub-holds of one hold are found, in the order of their ids, and no others.
pub async fn open_sub_holds_are_listed(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    take(store, a_hold(2, 10)).await;
    for (number, parent) in [(6, 1), (4, 1), (5, 1), (7, 2)] {
        take(store, a_sub_hold(number, 10, parent)).await;
    }
    close(store, release(5)).await;
    let within = async |number| store.holds(&HoldQuery::OpenWithin(id(number))).await.unwrap();
    assert_eq!(within(1).await, [a_sub_hold(4, 10, 1), a_sub_hold(6, 10, 1)]);
    assert_eq!(within(2).await, [a_sub_hold(7, 10, 2)]);
    assert_eq!(within(7).await, []);
    assert_eq!(within(99).await, []);
}
