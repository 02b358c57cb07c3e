use orch_core::{Amount, Currency};

use super::{Ledger, fixture::*};
use crate::{Closing, Ending, Hold, HoldState, Refusal};

/// What is captured goes to the payee and the platform, and the rest goes back.
pub async fn a_capture_pays_and_gives_the_rest_back(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    let captured = close(store, capture(1, 20)).await;
    let state = HoldState::Captured {
        amount: algo(20),
        fee: algo(2),
    };
    let expected = Hold {
        state,
        remaining: algo(0),
        returned: algo(30),
        closed_at: Some(NOW),
        ..a_hold(1, 50)
    };
    assert_eq!(captured, expected);
    assert_eq!(find(store, 1).await, Some(expected));
    assert_eq!(credits(store).await, (80, 0));
    assert_eq!(earned(store).await, (18, 2));
    take(store, a_hold(2, 80)).await;
    assert_eq!(
        close(store, capture(2, 80)).await.returned,
        algo(0),
        "all of it can be captured"
    );
    assert_eq!(earned(store).await, (90, 10));
}

/// Where nobody else is to be paid, all that is captured is the platform's.
pub async fn without_a_payee_the_platform_earns(store: &dyn Ledger) {
    granted(store, 100).await;
    let unpaid = Hold {
        payee: None,
        ..a_hold(1, 50)
    };
    take(store, unpaid).await;
    let state = HoldState::Captured {
        amount: algo(20),
        fee: algo(20),
    };
    assert_eq!(close(store, capture(1, 20)).await.state, state);
    assert_eq!(find(store, 1).await.unwrap().state, state);
    assert_eq!(earned(store).await, (0, 20));
}

/// No more is captured than the hold has, nor in another currency; after the refusal it is open.
pub async fn a_capture_stays_within_the_hold(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    let exceeds = Refusal::Exceeds {
        required: algo(51),
        available: algo(50),
    };
    assert_eq!(store.close(&capture(1, 51)).await.unwrap(), Err(exceeds));
    let nothing = Amount::zero(Currency::Usd);
    let ending = Ending::Capture {
        amount: nothing,
        fee: nothing,
    };
    let foreign = Closing {
        ending,
        ..capture(1, 0)
    };
    let mixed = Refusal::Mixed {
        hold: Currency::Algo,
        required: Currency::Usd,
    };
    assert_eq!(store.close(&foreign).await.unwrap(), Err(mixed));
    assert_eq!(find(store, 1).await, Some(a_hold(1, 50)));
    assert_eq!((credits(store).await, earned(store).await), ((50, 50), (0, 0)));
}

/// The first capture counts, whatever a later one asks for.
pub async fn a_repeated_capture_is_the_first(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    let first = close(store, capture(1, 20)).await;
    for minor in [20, 0, 30, 1_000] {
        let again = Closing {
            at: NOW + MINUTE,
            ..capture(1, minor)
        };
        assert_eq!(close(store, again).await, first);
    }
    assert_eq!((credits(store).await, earned(store).await), ((80, 0), (18, 2)));
}

/// A release gives everything back, once.
pub async fn a_release_gives_all_back_once(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    let released = close(store, release(1)).await;
    assert_eq!(
        (released.state, released.returned),
        (HoldState::Released, algo(50))
    );
    let again = Closing {
        at: NOW + MINUTE,
        ..release(1)
    };
    assert_eq!(close(store, again).await, released);
    assert_eq!(find(store, 1).await, Some(released));
    assert_eq!(credits(store).await, (100, 0));
}

/// A hold ends once: another ending is refused with what became of it. Giving back what has expired is no other ending.
pub async fn a_closed_hold_stays_as_it_is(store: &dyn Ledger) {
    granted(store, 100).await;
    for number in 1..=3 {
        take(store, a_hold(number, 10)).await;
    }
    let captured = close(store, capture(1, 10)).await;
    let released = close(store, release(2)).await;
    let expired = close(store, expire(3)).await;
    let refused = [
        (&captured, release(1)),
        (&captured, expire(1)),
        (&released, capture(2, 10)),
        (&released, expire(2)),
        (&expired, capture(3, 10)),
        (&expired, expire(3)),
    ];
    for (hold, closing) in refused {
        assert_eq!(
            store.close(&closing).await.unwrap(),
            Err(Refusal::State(hold.state)),
            "{closing:?}"
        );
    }
    assert_eq!(close(store, release(3)).await, expired);
    for (number, hold) in [(1, captured), (2, released), (3, expired)] {
        assert_eq!(find(store, number).await, Some(hold));
    }
    assert_eq!((credits(store).await, earned(store).await), ((90, 0), (9, 1)));
}

/// What is not there cannot be closed.
pub async fn an_unknown_hold_is_missing(store: &dyn Ledger) {
    assert_eq!(find(store, 1).await, None);
    for closing in [capture(1, 0), release(1), expire(1)] {
        assert_eq!(store.close(&closing).await.unwrap(), Err(Refusal::Missing));
    }
}
