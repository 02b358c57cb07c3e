use serde_json::Value;

use crate::house::house;

#[tokio::test]
async fn every_documented_operation_has_a_route() {
    let house = house().await;
    let document = house.get("/openapi.json").await;
    assert_eq!(
        (document.status, document.body["openapi"].as_str()),
        (200, Some("3.1.0"))
    );
    let paths = document.body["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 8);
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            let target = path.replace("{id}", "nobody");
            let request = house.request(&method.to_uppercase(), &target);
            let answer = house.ask(request.body("{}".into()).unwrap()).await;
            let is_documented = operation["responses"].get(answer.status.to_string()).is_some();
            assert!(is_documented, "{method} {path} answered {}", answer.status);
            assert_ne!(
                answer.body["error"]["message"], "route not found",
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn whoever_sends_something_to_the_document_is_answered_in_the_envelope() {
    let house = house().await;
    for method in ["POST", "DELETE"] {
        let request = house.request(method, "/openapi.json");
        let answer = house.ask(request.body("{}".into()).unwrap()).await;
        assert_eq!((answer.status, answer.code()), (404, "NOT_FOUND"), "{method}");
    }
}

#[tokio::test]
async fn every_reference_of_the_document_leads_somewhere() {
    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = house().await.get("/openapi.json").await.body;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn every_example_of_the_page_is_in_the_document() {
    fn has(value: &Value, example: &Value) -> bool {
        value == example
            || match value {
                Value::Object(members) => members.values().any(|member| has(member, example)),
                Value::Array(items) => items.iter().any(|item| has(item, example)),
                _ => false,
            }
    }
    let page: Value = serde_json::from_str(include_str!("../../data/page.json")).unwrap();
    let document = house().await.get("/openapi.json").await.body;
    let examples = page.as_object().unwrap();
    assert_eq!(examples.len(), 5);
    for (name, example) in examples {
        assert!(has(&document, example), "{name}");
    }
}

#[tokio::test]
async fn anyone_may_ask_whether_the_server_lives() {
    let mut house = house().await;
    house.key = "none".into();
    let answer = house.get("/health").await;
    let expected = serde_json::json!({ "status": "ok", "timestamp": "2024-01-15T10:30:00Z" });
    assert_eq!((answer.status, answer.body), (200, expected));
    assert_eq!(house.get("/docs").await.status, 200);
}
