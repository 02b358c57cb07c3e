use super::{Ledger, fixture::*};
use crate::{Closing, Hold, HoldQuery, HoldState, Refusal};

/// A hold expires from its moment on, and not before.
pub async fn a_hold_expires_when_its_time_is_over(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 10)).await;
    let expires_at = NOW + MINUTE;
    let early = Closing { at: NOW, ..expire(1) };
    assert_eq!(
        store.close(&early).await.unwrap(),
        Err(Refusal::NotDue { expires_at })
    );
    assert_eq!(find(store, 1).await, Some(a_hold(1, 10)));
    let due = Closing {
        at: expires_at,
        ..expire(1)
    };
    let expired = close(store, due).await;
    assert_eq!((expired.state, expired.returned), (HoldState::Expired, algo(10)));
    assert_eq!(find(store, 1).await, Some(expired));
    assert_eq!(credits(store).await, (100, 0));
}

/// Until its expiry is written, a hold pays, however late.
pub async fn an_overdue_hold_can_be_captured(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 10)).await;
    let late = Closing {
        at: NOW + MINUTE * 100,
        ..capture(1, 10)
    };
    assert_eq!(close(store, late).await.captured(), algo(10));
    assert_eq!(earned(store).await, (9, 1));
}

/// The open holds whose time is over are found, those that are longest over first, but for those with open sub-holds.
pub async fn due_holds_are_found_in_order(store: &dyn Ledger) {
    granted(store, 100).await;
    let expiring = |hold: Hold, after: u32| Hold {
        expires_at: NOW + MINUTE * after,
        ..hold
    };
    let holds = [
        expiring(a_hold(1, 10), 1),
        expiring(a_sub_hold(2, 5, 1), 4),
        expiring(a_hold(3, 10), 3),
        expiring(a_hold(4, 10), 2),
        expiring(a_hold(5, 10), 2),
        expiring(a_hold(6, 10), 9),
        expiring(a_hold(7, 10), 1),
    ];
    for hold in holds {
        take(store, hold).await;
    }
    close(store, release(7)).await;
    let due = async |after: u32, limit| {
        let at = NOW + MINUTE * after;
        let holds = store.holds(&HoldQuery::Due { at, limit }).await.unwrap();
        holds.into_iter().map(|hold| hold.id).collect::<Vec<_>>()
    };
    assert_eq!(due(1, 9).await, [], "the parent has an open sub-hold");
    assert_eq!(due(4, 9).await, [id(4), id(5), id(3), id(2)]);
    assert_eq!(due(4, 2).await, [id(4), id(5)]);
    close(store, expire(4)).await;
    extend(store, postpone(5, NOW + MINUTE * 8)).await;
    let late = Closing {
        at: NOW + MINUTE * 4,
        ..expire(2)
    };
    close(store, late).await;
    assert_eq!(due(4, 9).await, [id(1), id(3)]);
}
