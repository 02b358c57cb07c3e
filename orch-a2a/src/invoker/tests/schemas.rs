//! What is sent satisfies its schema, and what is refused names its field.

use std::collections::BTreeMap;

use orch_core::{ErrorKind, Failure};
use serde_json::{Value, json};

use super::house::House;
use crate::{
    Invocation, InvokeError,
    known::{Known, PartlyKnown},
};

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
    let task = house.invoker.task(&writer, "write").unwrap();
    let check = |pages: Value| {
        let text = [
            ("text".to_owned(), Part::Unknown),
            ("pages".to_owned(), Part::Known(pages)),
        ];
        task.check(&BTreeMap::from(text))
    };
    check(json!(2)).unwrap();
    let error = check(json!("two")).unwrap_err();
    assert!(matches!(error, InvokeError::Refused { field, .. } if field == "/pages"));
    let error = house.invoker.task(&writer, "paint").unwrap_err();
    assert!(matches!(error, InvokeError::TaskNotFound { .. }));
}

enum Part {
    Known(Value),
    Unknown,
}

impl PartlyKnown for Part {
    fn known(&self) -> Known<'_, Self> {
        match self {
            Self::Known(value) => Known::Value(value),
            Self::Unknown => Known::Nothing,
        }
    }
}
