use std::time::Duration;

use orch_core::{
    Amount, ApiKeyId, BasisPoints, Caller, CatalogError, Clock, Currency, Proof, SeededEntropy, Task,
    agent::{BillingModel, Endpoint, Example, VolumeDiscount},
    catalog::AgentDraft,
};
use serde_json::{Value, json};

use super::{House, owner, public};

fn nested(depth: usize) -> Value {
    (1..depth).fold(json!(1), |inner, _| json!([inner]))
}

/// A change that makes a good draft bad, and the member at fault.
type Flaw = (&'static str, fn(&mut AgentDraft));

const FLAWS: [Flaw; 38] = [
    ("organization", |draft| {
        draft.organization = "tasks".parse().unwrap();
    }),
    ("slug", |draft| {
        draft.slug = Some("agent_018d0c6c6f807000a1b2c3d4e5f60718".parse().unwrap());
    }),
    ("developer.name", |draft| draft.developer.name = "x".repeat(201)),
    ("developer.wallet_address", |draft| {
        draft.developer.wallet_address = Some("x".repeat(201));
    }),
    ("title", |draft| draft.version.title = String::new()),
    ("title", |draft| draft.version.title = " \n".into()),
    ("title", |draft| draft.version.title = "ü".repeat(201)),
    ("title", |draft| draft.version.title = "a\0b".into()),
    ("description", |draft| {
        draft.version.description = "x".repeat(10_001);
    }),
    ("description", |draft| draft.version.description = "\u{7}".into()),
    ("category", |draft| draft.version.category = "x".repeat(101)),
    ("tags", |draft| {
        draft.version.tags = (0..51).map(|tag| tag.to_string()).collect();
    }),
    ("tags[1]", |draft| {
        draft.version.tags = vec!["a".into(), String::new()];
    }),
    ("tags[0]", |draft| draft.version.tags = vec!["x".repeat(65)]),
    ("tags[1]", |draft| {
        draft.version.tags = vec!["NLP".into(), "nlp".into()];
    }),
    ("tasks", |draft| draft.version.tasks.clear()),
    ("tasks", |draft| {
        draft.version.tasks = (0..65).map(|task| Task::new(format!("t{task}"), "")).collect();
    }),
    ("tasks[1].name", |draft| {
        draft.version.tasks.push(draft.version.tasks[0].clone());
    }),
    ("tasks[0].name", |draft| {
        draft.version.tasks[0].name = String::new();
    }),
    ("tasks[0].name", |draft| {
        draft.version.tasks[0].name = "x".repeat(65);
    }),
    ("tasks[0].name", |draft| {
        draft.version.tasks[0].name = "read table".into();
    }),
    ("tasks[0].description", |draft| {
        draft.version.tasks[0].description = "x".repeat(10_001);
    }),
    ("tasks[0].parameters", |draft| {
        draft.version.tasks[0].parameters = json!(true);
    }),
    ("tasks[0].parameters.type", |draft| {
        draft.version.tasks[0].parameters = json!({});
    }),
    ("tasks[0].parameters.type", |draft| {
        draft.version.tasks[0].parameters = json!({ "type": "array" });
    }),
    ("tasks[0].parameters", |draft| {
        draft.version.tasks[0].parameters = json!({ "type": "object", "x": nested(32) });
    }),
    ("tasks[0].returns", |draft| {
        draft.version.tasks[0].returns = json!("string");
    }),
    ("tasks[0].returns", |draft| {
        draft.version.tasks[0].returns = json!({ "x": "x".repeat(65_536) });
    }),
    ("tasks[0].examples", |draft| {
        let example = Example {
            input: json!({}),
            output: json!(1),
        };
        draft.version.tasks[0].examples = vec![example; 21];
    }),
    ("tasks[0].examples[0].output", |draft| {
        draft.version.tasks[0].examples = vec![Example {
            input: json!({}),
            output: nested(33),
        }];
    }),
    ("tasks[0].timeout", |draft| {
        draft.version.tasks[0].timeout = Some(Duration::ZERO);
    }),
    ("tasks[0].timeout", |draft| {
        draft.version.tasks[0].timeout = Some(Duration::from_secs(86_401));
    }),
    ("pricing.model.unit", |draft| {
        draft.version.pricing.model = BillingModel::PerUnit {
            unit: String::new(),
            maximum: 1,
        };
    }),
    ("pricing.model.maximum", |draft| {
        draft.version.pricing.model = BillingModel::PerUnit {
            unit: "page".into(),
            maximum: 0,
        };
    }),
    ("pricing", |draft| {
        draft.version.pricing.base = Amount::new(i64::MAX, Currency::Algo).unwrap();
        draft.version.pricing.model = BillingModel::PerUnit {
            unit: "page".into(),
            maximum: 2,
        };
    }),
    ("pricing.volume_discounts", |draft| {
        let discount = VolumeDiscount {
            min_requests: 1,
            discount: BasisPoints::default(),
        };
        draft.version.pricing.volume_discounts = vec![discount; 2];
    }),
    ("endpoint.url", |draft| {
        draft.version.endpoint = Endpoint::Http {
            url: "file:///etc/passwd".into(),
        }
    }),
    ("", |draft| {
        let task = |number| Task {
            returns: json!({ "x": "x".repeat(60_000) }),
            ..Task::new(format!("t{number}"), "")
        };
        draft.version.tasks = (0..10).map(task).collect();
    }),
];

#[tokio::test]
async fn a_refusal_names_the_member_at_fault() {
    let house = House::default();
    for (member, spoil) in FLAWS {
        let mut draft = public("table");
        spoil(&mut draft);
        let error = house.catalog.register(&owner(), draft).await.unwrap_err();
        assert!(
            matches!(&error, CatalogError::Invalid { field, .. } if field == member),
            "{member}: {error}"
        );
    }
    assert!(
        house.catalog.find(&owner(), "table").await.is_err(),
        "nothing was stored"
    );
}

#[tokio::test]
async fn a_revision_is_measured_likewise() {
    let house = House::default();
    let agent = house.register(public("table")).await;
    for (member, spoil) in FLAWS
        .into_iter()
        .filter(|(member, _)| !member.contains("developer"))
        .skip(2)
    {
        let mut draft = public("table");
        spoil(&mut draft);
        let error = house
            .catalog
            .revise(&owner(), agent.id, draft.version)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, CatalogError::Invalid { field, .. } if field == member),
            "{member}: {error}"
        );
    }
}

#[tokio::test]
async fn the_largest_allowed_agent_is_taken_in() {
    let house = House::default();
    let mut draft = public("table");
    draft.version.title = "ü".repeat(200);
    draft.version.description = "words and more words\n".repeat(476);
    draft.version.tags = (0..50).map(|tag| format!("{tag:064}")).collect();
    draft.version.tasks = (0..64)
        .map(|task| Task::new(format!("Task.{task}-x_{task}"), "Does something"))
        .collect();
    draft.version.tasks[0].parameters = json!({ "type": "object", "x": nested(31) });
    draft.version.tasks[0].timeout = Some(Duration::from_secs(86_400));
    draft.version.endpoint = Endpoint::Http {
        url: "https://agent.example/run".into(),
    };
    house.register(draft).await;
}

#[tokio::test]
async fn only_the_host_enrolls_what_runs_on_its_machine() {
    let house = House::default();
    let key = Proof::ApiKey(ApiKeyId::generate(house.clock.now(), &SeededEntropy::default()));
    let requester = Caller::proven(owner().account().clone(), key);
    let known = house.register(public("known")).await;
    let program = Endpoint::Subprocess {
        command: "/bin/sh".to_owned(),
        args: vec!["-c".to_owned(), "true".to_owned()],
        directory: None,
    };
    let url = "https://a.example".to_owned();
    for (endpoint, is_allowed) in [
        (program, false),
        (Endpoint::InProcess, false),
        (Endpoint::Http { url }, true),
    ] {
        let mut draft = public("table");
        draft.version.endpoint = endpoint.clone();
        let registered = house.catalog.register(&requester, draft.clone()).await;
        let is_forbidden = matches!(registered, Err(CatalogError::Forbidden { .. }));
        assert_eq!(is_forbidden, !is_allowed, "{endpoint:?}");
        let revised = house.catalog.revise(&requester, known.id, draft.version).await;
        assert_eq!(revised.is_ok(), is_allowed, "{endpoint:?}");
    }
}
