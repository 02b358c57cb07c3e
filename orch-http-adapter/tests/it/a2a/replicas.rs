//! Two processes' worth of routers over one PostgreSQL.

use std::{
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, body::Body, http::Request};
use orch::{
    Clock, Orchestrator, SignedOptions, SystemClock,
    a2a::{QuotaOptions, TransactionOptions},
    auth::{AgentSigner, Party, Registration, Vouched},
    backends::{SqlStore, sql::test_db},
};
use orch_http_adapter::a2a::{A2a, A2aOptions};
use tower::ServiceExt;

use super::house::{Provider, consumer, page, sign};

/// Twenty a minute, all of them at once if they come so.
async fn replica(store: SqlStore) -> (Orchestrator, Router) {
    let twenty = NonZeroU32::new(20).unwrap();
    let quota = QuotaOptions {
        per_minute: twenty,
        per_second: twenty,
        enforced: true,
        ..QuotaOptions::default()
    };
    let signed = SignedOptions {
        signer: Some(AgentSigner::from_seed(&[0x42; 32])),
        relay: Some(Arc::new(Provider::default())),
        transactions: TransactionOptions {
            quota,
            ..TransactionOptions::default()
        },
        ..SignedOptions::default()
    };
    let orchestrator = Orchestrator::builder(store).signed(signed).build().await.unwrap();
    let a2a = A2a::new(orchestrator.clone(), A2aOptions::default());
    (orchestrator, a2a.surface().router())
}

/// Whether a request is let through, which is to nobody.
async fn is_let_through(router: &Router, number: u32) -> bool {
    let body = page().replace("tx_123", &format!("tx_{number}"));
    let request = Request::post("/v1/a2a/transact")
        .header("content-type", "application/json")
        .header("x-agent-signature", sign(&consumer(), &body));
    let request = request.body(Body::from(body)).unwrap();
    match router.clone().oneshot(request).await.unwrap().status().as_u16() {
        404 => true,
        429 => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_agent_that_used_its_quota_in_one_has_none_in_the_other() {
    let Some([one, other]) = test_db::postgres_twice().await else {
        return;
    };
    let ((orchestrator, one), (_other, other)) = (replica(one).await, replica(other).await);
    let registration = Registration {
        id: "agent-001".parse().unwrap(),
        key: consumer().key(),
        revoke_previous: false,
        status: Party::ACTIVE.into(),
        endpoint: None,
        metadata: "{}".into(),
        is_listed: true,
    };
    let agents = orchestrator.directory().agents();
    agents.register(registration, Vouched::ByTheHost).await.unwrap();
    for number in 0..20 {
        assert!(is_let_through(&one, number).await);
    }
    assert!(!is_let_through(&one, 20).await);
    let began = Instant::now();
    let mut n_drifted = 0;
    while is_let_through(&other, 100 + n_drifted).await {
        n_drifted += 1;
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{n_drifted} were let through"
        );
        SystemClock.sleep(Duration::from_millis(100)).await;
    }
    assert!(n_drifted < 20, "it never heard");
}
