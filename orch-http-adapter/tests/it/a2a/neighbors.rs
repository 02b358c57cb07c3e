//! One house beside another, which is its directory.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{Router, body::Body, http::Request};
use orch::{
    a2a::{DirectorySource, remote::Lookup},
    auth::{AgentSigner, Registration, Vouched},
};
use orch_core::Cause;
use orch_http_adapter::a2a::A2aOptions;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::house::{Answer, House, cloud, house, house_beside, read, sign};

/// The routes of another house, asked for what it knows.
#[derive(Debug)]
struct Neighbor {
    router: Router,
    is_away: AtomicBool,
    n_asked: AtomicUsize,
}

#[async_trait]
impl DirectorySource for Neighbor {
    async fn look_up(&self, lookup: &Lookup<'_>) -> Result<Option<Vec<u8>>, Cause> {
        self.n_asked.fetch_add(1, Ordering::SeqCst);
        if self.is_away.load(Ordering::SeqCst) {
            return Err("10.0.0.8:443 refused".into());
        }
        let request = Request::get(lookup.path()).body(Body::empty())?;
        let answer = read(self.router.clone().oneshot(request).await?).await;
        match answer.status {
            200 => Ok(Some(answer.text.into_bytes())),
            404 => Ok(None),
            status => Err(format!("it answers {status}").into()),
        }
    }
}

fn far() -> AgentSigner {
    AgentSigner::from_seed(&[9; 32])
}

struct Neighbors {
    here: House,
    there: House,
    directory: Arc<Neighbor>,
}

/// A house of strangers beside one that knows `agent-far` and `agent-diner`, who offers `srv-dine`.
async fn neighbors() -> Neighbors {
    let there = house().await;
    there.register("agent-far", &far()).await;
    there
        .register("agent-diner", &AgentSigner::from_seed(&[8; 32]))
        .await;
    let service = r#"{"service_id":"srv-dine","provider_agent_id":"agent-diner","metadata":{"service_path_template":"/dine/{n}"}}"#;
    there.offer(service).await;
    let directory = Arc::new(Neighbor {
        router: there.router.clone(),
        is_away: AtomicBool::new(false),
        n_asked: AtomicUsize::new(0),
    });
    let options = A2aOptions {
        self_registration: true,
        ..cloud()
    };
    Neighbors {
        here: house_beside(options, directory.clone()).await,
        there,
        directory,
    }
}

impl Neighbors {
    async fn ask(&self, service: &str, id: &str) -> Answer {
        let body = json!({ "consumer_agent_id": "agent-far", "service_id": service, "payload": { "n": 7 }, "transaction_id": id });
        let body = body.to_string();
        let headers = [
            ("x-agent-signature", &*sign(&far(), &body)),
            ("x-api-key", "sk-atp-test"),
        ];
        self.here.post("/v1/a2a/transact", body, &headers).await
    }

    fn after(&self, seconds: u64) {
        self.here.clock.advance(Duration::from_secs(seconds));
        self.there.clock.advance(Duration::from_secs(seconds));
    }

    async fn become_there(&self, status: &str) {
        let registration = Registration {
            id: "agent-far".parse().unwrap(),
            key: far().key(),
            revoke_previous: false,
            status: status.to_owned(),
            endpoint: None,
            metadata: json!({ "status": status }).to_string(),
            is_listed: true,
        };
        let agents = self.there.orchestrator.directory().agents();
        agents.register(registration, Vouched::ByTheHost).await.unwrap();
    }
}

#[tokio::test]
async fn who_is_known_next_door_can_ask_and_be_called() {
    let neighbors = neighbors().await;
    let answer = neighbors.ask("srv-dine", "tx_1").await;
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (200, &json!("success")),
        "{answer:?}"
    );
    assert_eq!(neighbors.here.provider.last_url(), "http://10.0.0.7:5001/dine/7");
    assert_eq!(neighbors.there.provider.n_calls(), 0);
    assert_eq!(
        neighbors.directory.n_asked.load(Ordering::SeqCst),
        3,
        "both agents and the service"
    );
    assert_eq!(
        neighbors.ask("srv-greet", "tx_2").await.status,
        200,
        "a service of here"
    );
    assert_eq!(neighbors.directory.n_asked.load(Ordering::SeqCst), 3);
    let row = neighbors.here.get("/v1/transactions/tx_1").await;
    assert_eq!(row.status, 401, "the books want the key");
}

#[tokio::test]
async fn whoever_is_nowhere_is_not_found() {
    let neighbors = neighbors().await;
    let answer = neighbors.ask("srv-nowhere", "tx_1").await;
    assert_eq!((answer.status, answer.code()), (404, "SERVICE_NOT_FOUND"));
    neighbors.become_there("suspended").await;
    assert_eq!(
        neighbors.ask("srv-dine", "tx_2").await.status,
        200,
        "for a minute"
    );
    neighbors.after(60);
    let answer = neighbors.ask("srv-dine", "tx_3").await;
    assert_eq!((answer.status, answer.code()), (404, "AGENT_NOT_FOUND"));
    neighbors.become_there("active").await;
    neighbors.after(5);
    assert_eq!(neighbors.ask("srv-dine", "tx_4").await.status, 200);
}

#[tokio::test]
async fn while_next_door_fails_nobody_is_unknown_and_nothing_is_done() {
    let neighbors = neighbors().await;
    assert_eq!(neighbors.ask("srv-dine", "tx_1").await.status, 200);
    neighbors.directory.is_away.store(true, Ordering::SeqCst);
    neighbors.after(240);
    assert_eq!(
        neighbors.ask("srv-dine", "tx_2").await.status,
        200,
        "as was said before"
    );
    neighbors.after(61);
    let n_calls = neighbors.here.provider.n_calls();
    let answer = neighbors.ask("srv-dine", "tx_3").await;
    let expected = json!({
        "transaction_id": "tx_3", "status": "error", "error": "Orchestrator error", "code": "INTERNAL_ERROR",
        "details": {}, "timestamp": answer.body["timestamp"],
    });
    assert_eq!((answer.status, &answer.body), (503, &expected));
    assert_eq!(answer.header("retry-after"), "");
    assert_eq!(neighbors.here.provider.n_calls(), n_calls);
    neighbors.directory.is_away.store(false, Ordering::SeqCst);
    neighbors.after(1);
    assert_eq!(
        neighbors.ask("srv-dine", "tx_3").await.status,
        200,
        "judged afresh"
    );
}

#[tokio::test]
async fn what_is_known_next_door_is_neither_shown_nor_taken_here() {
    let neighbors = neighbors().await;
    for path in [
        "/api/v1/agents/agent-far",
        "/api/v1/lookup/agent-far",
        "/api/v1/agents/agent-far/public-key",
        "/api/v1/agents/agent-far/manifest",
        "/api/v1/services/srv-dine",
    ] {
        assert_eq!(neighbors.here.get(path).await.status, 404, "{path}");
    }
    assert_eq!(
        neighbors.directory.n_asked.load(Ordering::SeqCst),
        0,
        "two that know each other do not ask in a circle"
    );
    let derived = far().key().derived_id();
    neighbors.there.register(&derived, &far()).await;
    let body = json!({ "agent_id": derived, "public_key": far().key().to_pem() }).to_string();
    let headers = [("x-agent-signature", &*sign(&far(), &body))];
    let answer = neighbors
        .here
        .post("/api/v1/agents", body.clone(), &headers)
        .await;
    assert_eq!((answer.status, answer.code()), (403, "FORBIDDEN"), "{answer:?}");
    neighbors.directory.is_away.store(true, Ordering::SeqCst);
    neighbors.after(60);
    let unknown = AgentSigner::from_seed(&[3; 32]);
    let body =
        json!({ "agent_id": unknown.key().derived_id(), "public_key": unknown.key().to_pem() }).to_string();
    let headers = [("x-agent-signature", &*sign(&unknown, &body))];
    let answer = neighbors.here.post("/api/v1/agents", body, &headers).await;
    assert_eq!((answer.status, answer.code()), (503, "INTERNAL_ERROR"));
    assert_eq!(answer.body["error"], Value::from("Orchestrator error"));
}

#[tokio::test]
async fn an_agent_of_here_is_who_it_is_here() {
    let neighbors = neighbors().await;
    // The other directory has another key for the same id, and a service of an agent of here.
    neighbors.there.register("agent-local", &far()).await;
    neighbors.there.offer(r#"{"service_id":"srv-evil","provider_agent_id":"agent-bistro","metadata":{"service_path_template":"/admin"}}"#).await;
    neighbors
        .here
        .register("agent-local", &AgentSigner::from_seed(&[4; 32]))
        .await;
    let body =
        json!({ "consumer_agent_id": "agent-local", "service_id": "srv-greet", "payload": {} }).to_string();
    let headers = [
        ("x-agent-signature", &*sign(&far(), &body)),
        ("x-api-key", "sk-atp-test"),
    ];
    let answer = neighbors.here.post("/v1/a2a/transact", body, &headers).await;
    assert_eq!((answer.status, answer.code()), (401, "INVALID_SIGNATURE"));
    let answer = neighbors.ask("srv-evil", "tx_1").await;
    assert_eq!((answer.status, answer.code()), (404, "SERVICE_NOT_FOUND"));
    assert_eq!(neighbors.here.provider.n_calls(), 0);
}
