//! What is repeated is the same transaction, and costs nobody else anything.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use orch::{Stores, backends::sql::test_db};
use orch_http_adapter::a2a::A2aOptions;
use serde_json::{Value, json};

use super::house::{Answer, House, consumer, house, house_over, page, sign};

/// The reference server was wedged by one repeated id: what came after it took five seconds each, and was lost.
const WEDGED: Duration = Duration::from_secs(4);

#[tokio::test]
async fn in_memory_a_thousand_repetitions_are_one_execution() {
    a_thousand_repetitions(house().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_a_thousand_repetitions_are_one_execution() {
    let store = test_db::sqlite().await;
    a_thousand_repetitions(over(store.into()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_a_thousand_repetitions_are_one_execution() {
    if let Some(store) = test_db::postgres().await {
        a_thousand_repetitions(over(store.into()).await).await;
    }
}

async fn over(stores: Stores) -> House {
    house_over(A2aOptions::default(), |_| stores).await
}

async fn a_thousand_repetitions(house: House) {
    let (house, signature) = (Arc::new(house), sign(&consumer(), &page()));
    let ask = |(house, signature): (Arc<House>, String)| async move {
        let headers = [("x-agent-signature", &*signature)];
        house.post("/v1/a2a/transact", page(), &headers).await
    };
    let asked = || ask((house.clone(), signature.clone()));
    let together = join_all((0..500).map(|_| tokio::spawn(asked()))).await;
    let mut answers: Vec<Answer> = together.into_iter().map(Result::unwrap).collect();
    for _ in 0..500 {
        answers.push(asked().await);
    }
    let first = &answers[0];
    assert_eq!(first.status, 200, "{}", first.text);
    for answer in &answers {
        assert_eq!((answer.status, &answer.text), (200, &first.text));
    }
    assert!(
        answers[500..]
            .iter()
            .all(|answer| answer.header("x-amorce-replayed") == "true")
    );
    assert_eq!(house.provider.n_calls(), 1);
    let books = house.get("/v1/transactions?limit=50").await.body;
    assert_eq!(
        (&books["count"], &books["transactions"][0]["executions"]),
        (&json!(1), &json!(1))
    );

    for number in 1..=20 {
        let began_at = Instant::now();
        let other = page().replace("tx_123", &format!("tx_{number}"));
        let answer = house.transact(&other).await;
        assert_eq!((answer.status, answer.header("x-amorce-replayed")), (200, ""));
        let asked = format!(r#"{{"approval_id":"apr_{number}","summary":"Book"}}"#);
        assert_eq!(house.post("/api/v1/approvals", asked, &[]).await.status, 201);
        let kept = house.get(&format!("/api/v1/approvals/apr_{number}")).await;
        assert_eq!((kept.status, &kept.body["status"]), (200, &json!("pending")));
        assert!(began_at.elapsed() < WEDGED);
    }
    let books = house.get("/v1/transactions?limit=50").await.body;
    assert_eq!(books["count"], 21);
    assert_eq!(house.provider.n_calls(), 21);
}

#[tokio::test]
async fn ids_are_texts_and_none_is_given_twice() {
    let house = house().await;
    let unnamed = page().replace(",\"transaction_id\":\"tx_123\"", "");
    assert!(!unnamed.contains("tx_123"));
    let answers = join_all((0..200).map(|_| house.transact(&unnamed))).await;
    let ids: BTreeSet<_> = answers
        .iter()
        .map(|answer| answer.body["transaction_id"].as_str().unwrap())
        .collect();
    assert_eq!((ids.len(), house.provider.n_calls()), (200, 200));
    for (sent, told) in [("123", Some("123")), ("null", None)] {
        let answer = house.transact(&page().replace("\"tx_123\"", sent)).await;
        let id = answer.body["transaction_id"].as_str().unwrap();
        assert_eq!(answer.status, 200);
        assert!(told.map_or(id.starts_with("tx_"), |told| id == told), "{id}");
    }
    for sent in ["1.5", "true", "[]", "{}", "\"\"", "\"a b\""] {
        let answer = house.transact(&page().replace("\"tx_123\"", sent)).await;
        assert_eq!(
            (answer.status, answer.body["error"].as_str()),
            (400, Some("Invalid transaction_id")),
            "{sent}"
        );
        assert!(answer.body["transaction_id"].is_string());
    }
}

/// What a provider did is in the books, in whatever words it answered.
#[tokio::test]
async fn what_is_executed_is_metered() {
    let house = house().await;
    for (number, (status, body, kept, told)) in [
        (200, "hello", "success", 200),
        (204, "", "success", 200),
        (500, "oops", "failed", 424),
        (1, "", "unknown", 502),
        (503, "{}", "not_executed", 502),
    ]
    .into_iter()
    .enumerate()
    {
        house.provider.will(status, body);
        house
            .transact(&page().replace("tx_123", &format!("tx_{number}")))
            .await;
        let row: Value = house.get(&format!("/v1/transactions/tx_{number}")).await.body;
        assert_eq!(
            (&row["status"], &row["http_status"], &row["executions"]),
            (&json!(kept), &json!(told), &json!(1)),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_signed_decision_decides_one_approval() {
    let house = house().await;
    let named = [("x-agent-id", "agent-001")];
    for moment in ["", r#","timestamp":"2025-12-05T17:00:00.000Z""#] {
        let body = format!(r#"{{"decision":"approve","approved_by":"human"{moment}}}"#);
        let signature = sign(&consumer(), &body);
        let signed = [
            ("x-amorce-agent-id", "agent-001"),
            ("x-agent-signature", &*signature),
        ];
        let mut submitted = Vec::new();
        for _ in 0..2 {
            let asked = house
                .post("/v1/approvals/create", r#"{"summary":"Book"}"#, &named)
                .await;
            let id = asked.body["approval_id"].as_str().unwrap();
            let path = format!("/api/v1/approvals/{id}/submit");
            for _ in 0..2 {
                let answer = house.post(&path, body.clone(), &signed).await;
                submitted.push((answer.status, answer.text.contains("Signature already used")));
            }
            let read = house.get(&format!("/api/v1/approvals/{id}")).await;
            submitted.push((read.status, read.body["status"] == "pending"));
        }
        let (decided, refused) = ((200, false), (401, true));
        let expected = [decided, decided, decided, refused, refused, (200, true)];
        assert_eq!(submitted, expected, "{body}");
    }
}
