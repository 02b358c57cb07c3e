use std::{sync::Arc, time::Duration};

use super::house::{Act, House, body, told};
use crate::{
    Request, TransactError,
    transaction::{End, State},
};

fn end(state: &State) -> &End {
    match state {
        State::Ended { end, .. } => end,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_a_provider_refuses_is_final() {
    let house = House::new().await;
    house.will([Act::Answer(422, r#"{"reason":"fully booked"}"#)]);
    for _ in 0..2 {
        let refused = house.ask(&body(Some("tx_1")), None).await.result.unwrap();
        let body = Some(r#"{"reason":"fully booked"}"#.to_owned());
        assert_eq!(*end(&refused.state), End::Refused { status: 422, body });
    }
    assert_eq!(house.provider.n_calls(), 1);
}

#[tokio::test]
async fn what_is_lost_is_unknown_and_final() {
    let house = House::new().await;
    house.will([Act::Lost]);
    for _ in 0..3 {
        let lost = house.ask(&body(None), None).await;
        assert_eq!(*end(&lost.result.as_ref().unwrap().state), End::Lost);
    }
    assert_eq!(house.provider.n_calls(), 1);
}

#[tokio::test]
async fn what_takes_too_long_ends_as_unknown() {
    let house = Arc::new(House::new().await);
    house.will([Act::Hang]);
    let asked = tokio::spawn({
        let house = house.clone();
        async move { house.ask(&body(Some("tx_1")), None).await }
    });
    house.after(Duration::from_secs(10)).await;
    assert!(matches!(
        *asked.await.unwrap().result.unwrap_err(),
        TransactError::InProgress
    ));
    house.after(Duration::from_secs(50)).await;
    let ended = house.ask(&body(Some("tx_1")), None).await;
    assert!(ended.replayed);
    assert_eq!(*end(&ended.result.unwrap().state), End::TimedOut);
}

#[tokio::test]
async fn what_costs_nothing_is_in_no_ledger_and_what_has_a_price_is() {
    let house = House::new().await;
    house.hear(&body(Some("tx_1")), None).await;
    house
        .offer(r#"{"service_id":"srv-greet","provider_agent_id":"agent-002","metadata":{"price":"0.0001 ALGO"}}"#)
        .await;
    house.grant("a2a:agent-001", 250).await;
    house.hear(&body(Some("tx_2")), None).await;
    let mut known = Vec::new();
    for hold in house.provider.holds() {
        known.push(house.billing.find_hold(hold).await.unwrap().is_some());
    }
    assert_eq!(known, [false, true]);
}

#[tokio::test]
async fn a_price_is_paid_for_an_answer_and_for_nothing_else() {
    let house = House::new().await;
    house
        .offer(r#"{"service_id":"srv-greet","provider_agent_id":"agent-002","metadata":{"price":"0.0001 ALGO"}}"#)
        .await;
    let poor = house.ask(&body(Some("tx_0")), None).await;
    assert!(matches!(*poor.result.unwrap_err(), TransactError::Funds(_)));
    house.grant("a2a:agent-001", 250).await;
    house.will([Act::Answer(500, "no"), Act::Unreachable]);
    for id in ["tx_1", "tx_2"] {
        house.hear(&body(Some(id)), None).await;
        assert_eq!(house.available("a2a:agent-001").await, 250);
    }
    for _ in 0..3 {
        house.hear(&body(Some("tx_3")), None).await;
        assert_eq!(house.available("a2a:agent-001").await, 150);
    }
    house.hear(&body(Some("tx_0")), None).await;
    assert_eq!(
        house.available("a2a:agent-001").await,
        50,
        "what was not covered is made again"
    );
}

#[tokio::test]
async fn checks_come_in_the_published_order() {
    let house = House::new().await;
    let whole = body(None);
    let without = |name: &str| whole.replace(&format!("\"{name}\""), "\"other\"");
    for (body, told_to_be) in [
        ("{".to_owned(), "malformed JSON"),
        ("[]".to_owned(), "the request body is no JSON object"),
        ("{}".to_owned(), "missing required field: consumer_agent_id"),
        (
            without("consumer_agent_id"),
            "missing required field: consumer_agent_id",
        ),
        (without("service_id"), "missing required field: service_id"),
        (without("payload"), "missing required field: payload"),
        (whole.replace("agent-001", ""), "invalid consumer_agent_id"),
        (whole.replace("\"srv-greet\"", "5"), "invalid service_id"),
        (
            whole.replace("{\"name\":\"Alice\"}", "[]"),
            "the payload is no JSON object",
        ),
        (
            whole.replace("}}", "},\"transaction_id\":[]}"),
            "invalid transaction_id",
        ),
        (whole.clone(), "the signature is missing"),
    ] {
        let request = Request {
            body: body.as_bytes(),
            ..Request::default()
        };
        assert_eq!(
            told(&house.transactions.transact(&request).await),
            told_to_be,
            "{body}"
        );
    }
    let signature = house.sign(&whole);
    let claimed = Request {
        body: whole.as_bytes(),
        signature: Some(&signature),
        claimed: Some("agent-002"),
        ..Request::default()
    };
    let other = house.transactions.transact(&claimed).await;
    assert!(matches!(*other.result.unwrap_err(), TransactError::OtherClaimed));
    for (body, told_to_be) in [
        (
            whole.replace("agent-001", "agent-999"),
            "agent agent-999 not found",
        ),
        (
            whole.replace("agent-001", "agent-002"),
            "the signature is invalid",
        ),
        (
            whole.replace("srv-greet", "srv-none"),
            "service srv-none not found",
        ),
    ] {
        assert_eq!(house.hear(&body, None).await, told_to_be);
    }
    assert_eq!(house.provider.n_calls(), 0);
}

#[tokio::test]
async fn a_signed_moment_is_near_where_an_id_is_signed_with_it() {
    let house = House::new().await;
    let at =
        |moment: &str, id: &str| body(None).replace("}}", &format!("}},\"timestamp\":\"{moment}\"{id}}}"));
    let id = r#","transaction_id":"tx_1""#;
    for (moment, id, is_taken) in [
        ("2024-01-15T10:30:00Z", id, true),
        (
            "2024-01-15T11:34:59.999+01:00",
            ",\"transaction_id\":\"tx_2\"",
            true,
        ),
        ("2024-01-15T10:24:59Z", id, false),
        ("2024-01-15T10:35:01Z", id, false),
        ("yesterday", id, false),
        ("yesterday", "", true),
    ] {
        let asked = house.ask(&at(moment, id), None).await;
        assert_eq!(asked.result.is_ok(), is_taken, "{moment}: {}", told(&asked));
    }
}
