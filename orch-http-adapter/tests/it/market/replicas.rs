//! Two processes' worth of routers over one PostgreSQL.

use std::time::{Duration, Instant};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use orch::{
    Clock, Orchestrator, SystemClock,
    auth::{KeyDraft, KeyForm},
    backends::{SqlStore, sql::test_db},
};
use orch_http_adapter::market::{Market, MarketOptions};
use tower::ServiceExt;

use crate::house::caller;

struct Replica {
    orchestrator: Orchestrator,
    router: Router,
}

async fn replica(store: SqlStore) -> Replica {
    let orchestrator = Orchestrator::builder(store).build().await.unwrap();
    let market = Market::new(orchestrator.clone(), MarketOptions::default());
    Replica {
        orchestrator,
        router: market.surface().router(),
    }
}

/// Two of them, and a key that opens both.
async fn two() -> Option<([Replica; 2], String)> {
    let [one, other] = test_db::postgres_twice().await?;
    let replicas = [replica(one).await, replica(other).await];
    let draft = KeyDraft::new(KeyForm::Market, "test");
    let keys = replicas[0].orchestrator.api_keys();
    let minted = keys.create(&caller("acme"), draft).await.unwrap();
    Some((replicas, minted.token.expose().to_owned()))
}

impl Replica {
    /// Whether an ill-formed goal is let through to be refused for what it is, and how many more would be.
    async fn lets_through(&self, key: &str) -> (bool, u32) {
        let request = Request::post("/orchestrate").header("authorization", format!("Bearer {key}"));
        let request = request.body(Body::from("{}")).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let remaining = response.headers()["x-ratelimit-remaining"].to_str().unwrap();
        (
            response.status() != StatusCode::TOO_MANY_REQUESTS,
            remaining.parse().unwrap(),
        )
    }
}

#[tokio::test]
async fn a_key_that_used_its_burst_in_one_has_none_in_the_other() {
    let Some(([one, other], key)) = two().await else {
        return;
    };
    for _ in 0..20 {
        assert!(one.lets_through(&key).await.0);
    }
    assert_eq!(one.lets_through(&key).await, (false, 0));
    let began = Instant::now();
    let mut n_drifted = 0;
    while other.lets_through(&key).await.0 {
        n_drifted += 1;
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{n_drifted} were let through"
        );
        SystemClock.sleep(Duration::from_millis(100)).await;
    }
    assert!(n_drifted < 20, "it never heard");
    assert_eq!(other.lets_through(&key).await, (false, 0));
}

/// Both are asked ten times a second. Alone each would let twenty through; together, twenty and what the other let through
/// before it was heard of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn together_they_let_through_hardly_more_than_one_would() {
    let Some((replicas, key)) = two().await else {
        return;
    };
    let asking = replicas.map(|replica| {
        let key = key.clone();
        tokio::spawn(async move {
            let mut n_passed = 0;
            for _ in 0..30 {
                n_passed += u32::from(replica.lets_through(&key).await.0);
                SystemClock.sleep(Duration::from_millis(100)).await;
            }
            n_passed
        })
    });
    let mut n_passed = 0;
    for asking in asking {
        n_passed += asking.await.unwrap();
    }
    // An exchange takes a tenth of a second and two trips to the database; here it has a whole one.
    assert!((20..=30).contains(&n_passed), "{n_passed}");
}
