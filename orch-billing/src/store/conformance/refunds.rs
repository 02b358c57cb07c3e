use orch_core::{Amount, Currency};

use super::{Ledger, fixture::*};
use crate::{Hold, HoldState, Refund, Refusal, Settled};

async fn refunded(store: &dyn Ledger, refund: Refund) -> Settled<Hold> {
    store.refund(&refund).await.unwrap()
}

/// A refund comes from the payee and from the fees, in their shares, and goes to the credits.
pub async fn a_refund_brings_back_both_shares(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 60)).await;
    take(store, a_sub_hold(2, 50, 1)).await;
    close(store, capture(2, 50)).await;
    let half = refunded(store, refund(2, 20, "half")).await.unwrap();
    assert_eq!((half.refunded, half.captured()), (algo(20), algo(50)));
    assert_eq!(find(store, 2).await, Some(half));
    assert_eq!((credits(store).await, earned(store).await), ((60, 10), (27, 3)));
    assert_eq!(
        refunded(store, refund(2, 30, "rest")).await.unwrap().refunded,
        algo(50)
    );
    assert_eq!((credits(store).await, earned(store).await), ((90, 10), (0, 0)));
}

/// All refunds of a hold together are at most what was captured.
pub async fn refunds_stay_within_the_capture(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 50)).await;
    close(store, capture(1, 40)).await;
    let exceeds = |required, available| {
        Err(Refusal::Exceeds {
            required: algo(required),
            available: algo(available),
        })
    };
    assert_eq!(refunded(store, refund(1, 41, "one")).await, exceeds(41, 40));
    assert!(
        refunded(store, refund(1, 30, "one")).await.is_ok(),
        "what was refused leaves no key"
    );
    assert_eq!(refunded(store, refund(1, 11, "two")).await, exceeds(11, 10));
    assert_eq!(find(store, 1).await.unwrap().refunded, algo(30));
    assert_eq!((credits(store).await, earned(store).await), ((90, 0), (9, 1)));
}

/// A refund brings back its amount once for each key, and a known key is refused for another amount.
pub async fn a_refund_happens_once(store: &dyn Ledger) {
    granted(store, 100).await;
    for number in [1, 2] {
        take(store, a_hold(number, 50)).await;
        close(store, capture(number, 50)).await;
    }
    for _ in 0..3 {
        assert_eq!(
            refunded(store, refund(1, 20, "one")).await.unwrap().refunded,
            algo(20)
        );
    }
    assert_eq!(
        refunded(store, refund(1, 21, "one")).await,
        Err(Refusal::Conflict)
    );
    assert!(
        refunded(store, refund(2, 10, "one")).await.is_ok(),
        "keys are the hold's own"
    );
    assert_eq!((credits(store).await, earned(store).await), ((30, 0), (63, 7)));
}

/// Rounding favors nobody: refunds one by one bring back what one refund of their sum does.
pub async fn small_refunds_bring_back_no_other_share(store: &dyn Ledger) {
    granted(store, 100).await;
    take(store, a_hold(1, 10)).await;
    close(store, capture(1, 10)).await;
    let mut shares = Vec::new();
    for number in 1..=10 {
        let settled = refunded(store, refund(1, 1, &format!("part {number}"))).await;
        assert_eq!(settled.unwrap().refunded, algo(number));
        shares.push(earned(store).await);
    }
    assert_eq!(shares[..3], [(8, 1), (7, 1), (6, 1)]);
    assert_eq!(shares[8..], [(0, 1), (0, 0)]);
    assert_eq!(credits(store).await, (100, 0));
}

/// Only what was captured comes back, in its own currency.
pub async fn only_a_capture_is_refunded(store: &dyn Ledger) {
    granted(store, 100).await;
    assert_eq!(refunded(store, refund(1, 1, "one")).await, Err(Refusal::Missing));
    take(store, a_hold(1, 50)).await;
    let refusal = Err(Refusal::State(HoldState::Open));
    assert_eq!(refunded(store, refund(1, 1, "one")).await, refusal);
    close(store, release(1)).await;
    let refusal = Err(Refusal::State(HoldState::Released));
    assert_eq!(refunded(store, refund(1, 0, "one")).await, refusal);
    take(store, a_hold(2, 50)).await;
    close(store, capture(2, 50)).await;
    let foreign = Refund {
        amount: Amount::new(1, Currency::Usd).unwrap(),
        ..refund(2, 1, "one")
    };
    let mixed = Refusal::Mixed {
        hold: Currency::Algo,
        required: Currency::Usd,
    };
    assert_eq!(refunded(store, foreign).await, Err(mixed));
    assert_eq!((credits(store).await, earned(store).await), ((50, 0), (45, 5)));
}
