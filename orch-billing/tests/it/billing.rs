//! The services on the reference: what callers are told, and what the sweeper does.

mod metering;
mod sweep;

use std::{sync::Arc, time::Duration};

use orch_billing::{
    Balance, Billing, BillingError, Hold, HoldId, HoldRequest, HoldState, InMemoryLedger, UsageOutcome,
    UsageRecord,
};
use orch_core::{
    AgentId, Amount, BasisPoints, Caller, Clock, Currency, Entity, ErrorKind, Failure, InvocationId,
    ManualClock, Purse, Uuid,
};

struct World {
    ledger: Arc<InMemoryLedger>,
    clock: Arc<ManualClock>,
    billing: Billing,
    demo: Caller,
}

/// `demo` has 100, and the platform takes a tenth.
async fn world() -> World {
    let (ledger, clock) = (
        Arc::new(InMemoryLedger::default()),
        Arc::new(ManualClock::default()),
    );
    let billing = Billing::new(ledger.clone(), clock.clone(), BasisPoints::new(1_000).unwrap());
    let demo = Caller::host("demo".parse().unwrap());
    billing.grant(demo.account(), algo(100), "start").await.unwrap();
    World {
        ledger,
        clock,
        billing,
        demo,
    }
}

fn algo(minor: i64) -> Amount {
    Amount::new(minor, Currency::Algo).unwrap()
}

fn id(number: u128) -> HoldId {
    HoldId::from_uuid(Uuid::from_u128(number))
}

fn request(number: u128, minor: i64) -> HoldRequest {
    HoldRequest {
        id: id(number),
        account: "demo".parse().unwrap(),
        amount: algo(minor),
        parent: None,
        payee: Some("developer".parse().unwrap()),
        keeper: None,
        ttl: Duration::from_secs(60),
        key: format!("call {number}"),
    }
}

fn within(parent: u128, request: HoldRequest) -> HoldRequest {
    HoldRequest {
        parent: Some(id(parent)),
        ..request
    }
}

impl World {
    async fn balance(&self) -> (i64, i64) {
        let Balance { available, held } = self.billing.balance(&self.demo, Currency::Algo).await.unwrap();
        (available.minor(), held.minor())
    }

    async fn hold(&self, number: u128, minor: i64) -> Hold {
        self.billing.hold(request(number, minor)).await.unwrap()
    }

    fn usage(&self, number: u128) -> UsageRecord {
        UsageRecord {
            invocation: InvocationId::from_uuid(Uuid::from_u128(number)),
            account: self.demo.account().clone(),
            agent: AgentId::from_uuid(Uuid::from_u128(7)),
            agent_slug: "reader".into(),
            task: "read".into(),
            outcome: UsageOutcome::Answered,
            units: 1,
            cost: algo(0),
            took: Duration::from_secs(2),
            at: self.clock.now(),
        }
    }
}

#[tokio::test]
async fn a_payment_is_shared() {
    let world = world().await;
    world.hold(1, 50).await;
    let captured = world.billing.capture(id(1), algo(45), None).await.unwrap();
    assert_eq!(
        captured.state,
        HoldState::Captured {
            amount: algo(45),
            fee: algo(4)
        }
    );
    let developer = Caller::host("developer".parse().unwrap());
    assert_eq!(
        world.billing.earnings(&developer, Currency::Algo).await.unwrap(),
        algo(41)
    );
    assert_eq!(world.billing.fees(Currency::Algo).await.unwrap(), algo(4));
    assert_eq!(
        world.billing.earnings(&world.demo, Currency::Algo).await.unwrap(),
        algo(0)
    );
    let refunded = world.billing.refund(id(1), algo(45), "complaint").await.unwrap();
    assert_eq!(refunded.refunded, algo(45));
    assert_eq!(world.balance().await, (100, 0));
}

#[tokio::test]
async fn a_refusal_names_the_purse() {
    let world = world().await;
    let refused = world.billing.hold(request(1, 101)).await.unwrap_err();
    let short = |purse, required, available| ErrorKind::InsufficientFunds {
        purse,
        required: algo(required),
        available: algo(available),
    };
    assert_eq!(refused.kind(), short(Purse::Credits, 101, 100));
    assert_eq!(
        refused.to_string(),
        "0.000101 ALGO are required, 0.0001 ALGO available"
    );
    world.hold(1, 60).await;
    let refused = world.billing.hold(within(1, request(2, 61))).await.unwrap_err();
    assert_eq!(refused.kind(), short(Purse::Budget, 61, 60));
    let refused = world
        .billing
        .enlarge(id(1), algo(41), "dearer")
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), short(Purse::Credits, 41, 40));
    assert_eq!(
        world
            .billing
            .enlarge(id(1), algo(40), "dearer")
            .await
            .unwrap()
            .amount,
        algo(100)
    );
}

#[tokio::test]
async fn refusals_are_about_the_hold_that_they_name() {
    let World { billing, .. } = &world().await;
    let missing = ErrorKind::NotFound {
        entity: Entity::Hold,
        id: id(9).to_string(),
    };
    assert_eq!(
        billing.capture(id(9), algo(0), None).await.unwrap_err().kind(),
        missing
    );
    assert_eq!(
        billing.hold(within(9, request(1, 0))).await.unwrap_err().kind(),
        missing
    );
    billing.hold(request(1, 10)).await.unwrap();
    billing.hold(within(1, request(2, 5))).await.unwrap();
    let busy = billing.release(id(1), None).await.unwrap_err();
    assert!(matches!(busy, BillingError::HoldBusy { id: busy, open_sub_holds: 1 } if busy == id(1)));
    assert_eq!(
        billing.open_sub_holds(id(1)).await.unwrap(),
        [billing.find_hold(id(2)).await.unwrap().unwrap()]
    );
    let exceeds = billing.capture(id(2), algo(6), None).await.unwrap_err();
    assert!(matches!(exceeds, BillingError::Exceeds { required, .. } if required == algo(6)));
    let open = billing.refund(id(2), algo(1), "one").await.unwrap_err();
    assert!(matches!(
        open,
        BillingError::NotCaptured {
            state: HoldState::Open,
            ..
        }
    ));
    billing.release(id(2), None).await.unwrap();
    billing.release(id(1), None).await.unwrap();
    let closed = billing.hold(within(1, request(3, 5))).await.unwrap_err();
    assert!(matches!(closed, BillingError::HoldClosed { id: parent, .. } if parent == id(1)));
    assert_eq!(
        closed.to_string(),
        format!("hold {} is released, not open", id(1))
    );
    assert!(matches!(closed.kind(), ErrorKind::Conflict { .. }));
    let other = billing.hold(request(1, 11)).await.unwrap_err();
    assert_eq!(other.to_string(), "key call 1 was used before for something else");
}

#[tokio::test]
async fn what_no_store_could_keep_is_refused() {
    let World { billing, demo, .. } = &world().await;
    for key in ["", "two\nlines", "nul\0", &"x".repeat(201)] {
        let requests = [
            billing
                .hold(HoldRequest {
                    key: key.into(),
                    ..request(1, 1)
                })
                .await
                .map(drop),
            billing
                .hold(HoldRequest {
                    keeper: Some(key.into()),
                    ..request(1, 1)
                })
                .await
                .map(drop),
            billing.grant(demo.account(), algo(1), key).await.map(drop),
            billing.enlarge(id(1), algo(1), key).await.map(drop),
            billing.refund(id(1), algo(1), key).await.map(drop),
        ];
        for refused in requests {
            assert!(
                matches!(refused.unwrap_err().kind(), ErrorKind::Invalid { .. }),
                "{key:?}"
            );
        }
    }
    let itself = billing.hold(within(1, request(1, 1))).await.unwrap_err();
    assert!(matches!(itself, BillingError::Invalid { field: "parent", .. }));
    let dollars = Amount::new(i64::MAX, Currency::Usd).unwrap();
    let too_large = billing
        .grant(demo.account(), dollars, "riches")
        .await
        .unwrap_err();
    assert_eq!(too_large.to_string(), "the amount is too large");
}

#[tokio::test]
async fn usage_of_another_call_is_refused() {
    let world = world().await;
    world.hold(1, 10).await;
    let refused = world
        .billing
        .capture(id(1), algo(10), Some(world.usage(2)))
        .await
        .unwrap_err();
    assert!(matches!(
        refused,
        BillingError::Invalid {
            field: "usage.invocation",
            ..
        }
    ));
    assert_eq!(world.balance().await, (90, 10));
}

#[tokio::test]
async fn a_repetition_at_another_time_is_a_repetition() {
    let world = world().await;
    let first = world.hold(1, 10).await;
    world.clock.advance(Duration::from_secs(30));
    let again = HoldRequest {
        ttl: Duration::from_secs(30),
        ..request(1, 10)
    };
    assert_eq!(world.billing.hold(again).await.unwrap(), first);
    world
        .billing
        .grant(world.demo.account(), algo(100), "start")
        .await
        .unwrap();
    assert_eq!(world.balance().await, (90, 10));
}
