use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use orch_core::{ErrorKind, Failure, PageRequest, Purse};
use orch_planner::{OrchestrationError, Plan, StartOptions};
use serde_json::{Value, json};

use crate::house::{CREDITS, House, PRICE, algo, caller, echo, once, plan};

async fn refused(house: &House, plan: Plan, options: StartOptions) -> OrchestrationError {
    let error = house
        .service
        .start_plan(&caller(), plan, options)
        .await
        .unwrap_err();
    let runs = house
        .service
        .list(&caller(), PageRequest::default())
        .await
        .unwrap();
    assert_eq!(runs.total, 0, "{error}");
    assert_eq!(house.balance().await.available.minor(), CREDITS, "{error}");
    error
}

fn field(error: &OrchestrationError) -> String {
    match error.kind() {
        ErrorKind::Invalid { field, .. } => field,
        kind => format!("{kind:?}"),
    }
}

#[tokio::test]
async fn what_cannot_be_run_is_refused_and_nothing_is_stored() {
    let house = House::new().await;
    let step = |agent: &str, task: &str| json!({"id": "a", "agent": agent, "task": task});
    let none = StartOptions::default;
    let unknown = refused(
        &house,
        plan(json!([once("z", &[]), step("nobody", "do")])),
        none(),
    )
    .await;
    assert_eq!(unknown.to_string(), "steps[1].agent: agent nobody not found");
    assert!(matches!(unknown.kind(), ErrorKind::NotFound { .. }));
    let unknown = refused(&house, plan(json!([step("echo", "dance")])), none()).await;
    assert_eq!(unknown.to_string(), "steps[0].task: agent echo has no task dance");
    let version = refused(&house, plan(json!([step("echo@v9", "do")])), none()).await;
    assert!(matches!(version.kind(), ErrorKind::NotFound { .. }), "{version}");
    let cycle = refused(
        &house,
        plan(json!([once("a", &["b"]), once("b", &["a"])])),
        none(),
    )
    .await;
    assert_eq!(field(&cycle), "steps[0]");
    let two = plan(json!([once("a", &[]), echo("b", json!({}))]));
    let options = StartOptions {
        max_agents: Some(1),
        ..none()
    };
    assert_eq!(field(&refused(&house, two.clone(), options).await), "max_agents");
    for timeout in [Duration::ZERO, Duration::from_secs(3601)] {
        let options = StartOptions {
            timeout: Some(timeout),
            ..none()
        };
        assert_eq!(field(&refused(&house, two.clone(), options).await), "timeout");
    }
    for key in [String::new(), "x".repeat(201), "a\0".into()] {
        let options = StartOptions {
            key: Some(key),
            ..none()
        };
        assert_eq!(field(&refused(&house, two.clone(), options).await), "key");
    }
}

#[tokio::test]
async fn money_is_reserved_or_the_run_does_not_start() {
    let house = House::new().await;
    let two = || plan(json!([once("a", &[]), echo("b", json!({}))]));
    let over = StartOptions {
        budget: Some(algo(2 * PRICE - 1)),
        ..StartOptions::default()
    };
    let over = refused(&house, two(), over).await;
    let kind = ErrorKind::InsufficientFunds {
        purse: Purse::Budget,
        required: algo(2 * PRICE),
        available: algo(2 * PRICE - 1),
    };
    assert_eq!(over.kind(), kind);
    let dollars = StartOptions {
        budget: Some("1 USD".parse().unwrap()),
        ..StartOptions::default()
    };
    assert_eq!(field(&refused(&house, two(), dollars).await), "budget");
    let many: Vec<Value> = (0..101).map(|n| once(&format!("s{n}"), &[])).collect();
    let short = refused(&house, plan(many.into()), StartOptions::default()).await;
    assert!(
        matches!(
            short.kind(),
            ErrorKind::InsufficientFunds {
                purse: Purse::Credits,
                ..
            }
        ),
        "{short}"
    );
    let exact = StartOptions {
        budget: Some(algo(2 * PRICE)),
        ..StartOptions::default()
    };
    house.service.start_plan(&caller(), two(), exact).await.unwrap();
    assert_eq!(house.balance().await.held.minor(), 2 * PRICE);
}

#[tokio::test]
async fn a_key_makes_two_starts_one() {
    let house = House::new().await;
    let keyed = || StartOptions {
        key: Some("order 7".into()),
        ..StartOptions::default()
    };
    // So dear that the credits suffice for one run only.
    let dear = || plan((0..60).map(|n| once(&format!("s{n}"), &[])).collect());
    let first = house
        .service
        .start_plan(&caller(), dear(), keyed())
        .await
        .unwrap();
    let second = house
        .service
        .start_plan(&caller(), dear(), keyed())
        .await
        .unwrap();
    assert_eq!(
        (second.run, first.is_new, second.is_new),
        (first.run, true, false)
    );
    for (plan, options) in [
        (plan(json!([once("a", &[])])), keyed()),
        (
            dear(),
            StartOptions {
                budget: Some(algo(CREDITS)),
                ..keyed()
            },
        ),
    ] {
        let error = house
            .service
            .start_plan(&caller(), plan, options)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, OrchestrationError::Conflict { key } if key == "order 7"),
            "{error}"
        );
    }
    assert_eq!(house.balance().await.held.minor(), 60 * PRICE);
}

#[tokio::test]
async fn racing_starts_with_one_key_make_one_run() {
    let house = House::new().await;
    let keyed = || StartOptions {
        key: Some("order 7".into()),
        ..StartOptions::default()
    };
    for n_steps in [2, 60] {
        let house = Arc::new(&house);
        let key = Some(format!("order of {n_steps}"));
        let starts = (0..8).map(|_| {
            let steps = (0..n_steps).map(|n| once(&format!("s{n}"), &[])).collect();
            let options = StartOptions {
                key: key.clone(),
                ..keyed()
            };
            let house = house.clone();
            async move {
                house
                    .service
                    .start_plan(&caller(), plan(steps), options)
                    .await
                    .unwrap()
            }
        });
        let started = join_all(starts).await;
        assert!(started.iter().all(|one| one.run == started[0].run), "{started:?}");
        assert_eq!(started.iter().filter(|one| one.is_new).count(), 1, "{started:?}");
    }
    assert_eq!(
        house.balance().await.held.minor(),
        62 * PRICE,
        "what came second gave its hold back"
    );
}

#[tokio::test]
async fn versions_and_prices_are_pinned() {
    let house = House::new().await;
    let run = house.start(plan(json!([once("a", &[])]))).await;
    let owner = orch_core::Caller::host("owner".parse().unwrap());
    let agent = house.catalog.find(&owner, "once").await.unwrap();
    let dear = orch_core::agent::Pricing::per_request(algo(50 * PRICE));
    let mut next = orch_a2a::testing::draft("once", &["other"], dear)
        .unwrap()
        .version;
    next.tasks[0].description = "Something else".into();
    house.catalog.revise(&owner, agent.id, next).await.unwrap();
    let worker = house.service.begin_worker().await.unwrap();
    crate::house::drive(&house.service, &worker).await;
    assert_eq!(house.find(run).await.status(), orch_planner::RunStatus::Completed);
    house.assert_paid(1).await;
}
