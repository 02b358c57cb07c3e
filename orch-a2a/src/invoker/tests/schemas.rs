//! What is sent satisfies its schema, and what is refused names its field.

use orch_core::{ErrorKind, Failure};
use serde_json::{Value, json};

use super::house::House;
use crate::{Invocation, InvokeError};

/// A house whose writer takes a text and up to five pages, of which there is one by default.
async fn strict() -> House {
    House::with_writer(|writer| {
        writer.version.tasks[0].parameters = json!({
            "type": "object",
            "properties": {
                "text": { "type": "string" },
                "pages": { "type": "integer", "maximum": 5, "default": 1 },
            },
            "required": ["text"],
            "additionalProperties": false,
        });
    })
    .await
}

fn writing(house: &House, arguments: &Value) -> Invocation {
    house.invocation_of(&house.writer, "write", arguments)
}

#[tokio::test]
async fn defaults_are_filled_in_before_it_is_sent() {
    let house = strict().await;
    house
        .invoke(&writing(&house, &json!({ "text": "a" })))
        .await
        .unwrap();
    assert_eq!(
        house.transport.calls()[0].arguments,
        json!({ "text": "a", "pages": 1 })
    );
}

#[tokio::test]
async fn arguments_that_miss_the_schema_are_refused_by_name() {
    let house = strict().await;
    let deep = (0..Invocation::MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]));
    for (arguments, at) in [
        (json!({}), "/text"),
        (json!({ "text": 7 }), "/text"),
        (json!({ "text": "a", "pages": 6 }), "/pages"),
        (json!({ "text": "a", "ink": "red" }), "/ink"),
        (json!({ "text": deep }), ""),
        (json!({ "text": "a".repeat(Invocation::MAX_BYTES) }), ""),
    ] {
        let error = house.invoke(&writing(&house, &arguments)).await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Invalid { field, .. } if field == at),
            "{error:?}"
        );
    }
    assert!(house.transport.calls().is_empty());
    house.assert_money_is_back("refusals").await;
    assert!(
        house.usage().await.is_empty(),
        "nothing was held, so nothing was used"
    );
}

#[tokio::test]
async fn a_planner_can_check_what_it_knows() {
    let house = strict().await;
    let (agent, version) = (house.writer.id, house.writer.latest.version);
    let writer = house
        .catalog
        .version(&house.caller, agent, version)
        .await
        .unwrap();
    let check = |arguments: Value, holes: &[&str]| {
        let holes: Vec<String> = holes.iter().map(ToString::to_string).collect();
        house
            .invoker
            .check_arguments(&writer, "write", arguments.as_object().unwrap().clone(), holes)
    };
    check(json!({ "text": null }), &["/text"]).unwrap();
    let error = check(json!({ "text": null, "pages": "two" }), &["/text"]).unwrap_err();
    assert!(matches!(error, InvokeError::Refused { field, .. } if field == "/pages"));
    let error = house
        .invoker
        .check_arguments(&writer, "paint", serde_json::Map::new(), Vec::new())
        .unwrap_err();
    assert!(matches!(error, InvokeError::TaskNotFound { .. }));
}
