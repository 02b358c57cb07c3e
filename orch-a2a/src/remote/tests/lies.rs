//! Answers that are none.

use super::{
    scripted::{key_of, service_record},
    *,
};

#[tokio::test]
async fn what_is_no_record_of_the_agent_is_a_failure() {
    let pem = key_of(1).to_pem().replace('\n', "\\n");
    let record = |more: &str| format!(r#"{{"status":"active","public_key":"{pem}"{more}}}"#);
    let deep = "[".repeat(600) + &"]".repeat(600);
    for body in [
        "",
        "<html>Sign in to the hotel's network</html>",
        "null",
        "[]",
        "\"one\"",
        "{}",
        "{\"agent_id\":\"one\",",
        &deep,
        &agent_record("two", 1, "active"),
        &agent_record("ONE", 1, "active"),
        &record(""),
        &record(r#","agent_id":null"#),
        &record(r#","agent_id":["one"]"#),
        &record(r#","agent_id":"two","id":"one""#),
        // The last one counts, for every reader.
        &record(r#","agent_id":"one","agent_id":"two""#),
        &record(r#","agent_id":"one","metadata":[]"#),
        &record(r#","agent_id":"one","metadata":{"api_endpoint":7}"#),
        &record(r#","agent_id":"one","metadata":{"api_endpoint":"https://a\u0000"}"#),
        &record(&format!(
            r#","agent_id":"one","metadata":{{"long":"{}"}}"#,
            "x".repeat(300_000)
        )),
    ] {
        let house = house();
        house.source.says("one", Says::body(body));
        let found = house.remote.agent(&name("one")).await;
        assert_eq!(found, Err(DirectoryAway), "{body:.80}");
    }
}

#[tokio::test]
async fn who_is_not_said_to_be_active_is_not() {
    for status in [
        "",
        r#","status":"suspended""#,
        r#","status":null"#,
        r#","status":true"#,
        r#","status":"Active""#,
        r#","status":"active ""#,
        r#","status":"active","status":"revoked""#,
        r#","metadata":{"status":"active"}"#,
        // Whatever else there is to it.
        r#","status":"revoked","metadata":[]"#,
    ] {
        let house = house();
        house
            .source
            .says("one", Says::body(format!(r#"{{"agent_id":"one"{status}}}"#)));
        let found = house.remote.agent(&name("one")).await.unwrap();
        assert!(found.is_some_and(|party| !party.is_active()), "{status}");
    }
}

#[tokio::test]
async fn an_agent_without_a_key_of_use_verifies_nothing() {
    for key in [
        "",
        r#","public_key":null"#,
        r#","public_key":"-----BEGIN PUBLIC KEY-----""#,
    ] {
        let house = house();
        let body = format!(r#"{{"agent_id":"one","status":"active","endpoint":"https://one.example"{key}}}"#);
        house.source.says("one", Says::body(body));
        let party = house.remote.agent(&name("one")).await.unwrap().unwrap();
        assert!(party.is_active() && party.keys.is_empty(), "{key}");
        assert_eq!(party.endpoint.as_deref(), Some("https://one.example"));
    }
}

#[tokio::test]
async fn what_is_no_record_of_the_service_is_a_failure() {
    let id: ServiceId = "srv".parse().unwrap();
    for body in [
        "[]",
        "{}",
        &service_record("other", "one"),
        r#"{"service_id":"srv"}"#,
        r#"{"service_id":"srv","provider_agent_id":"a b"}"#,
        r#"{"service_id":"srv","provider_agent_id":"one","metadata":7}"#,
    ] {
        let house = house();
        house.source.says("srv", Says::body(body));
        assert_eq!(house.remote.service(&id).await, Err(DirectoryAway), "{body}");
    }
    let house = house();
    house.source.says("srv", Says::body(service_record("srv", "one")));
    let record = house.remote.service(&id).await.unwrap().unwrap();
    assert_eq!((record.id, record.provider), (id, name("one")));
}
