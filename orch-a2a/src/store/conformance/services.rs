use orch_core::Timestamp;

use crate::{ServiceId, ServiceRecord, ServiceStore};

const NOW: Timestamp = Timestamp::from_millis(1_705_314_600_000);

fn id(name: &str) -> ServiceId {
    name.parse().unwrap()
}

fn a_service(name: &str, kind: Option<&str>) -> ServiceRecord {
    ServiceRecord {
        id: id(name),
        provider: "agent-001".parse().unwrap(),
        kind: kind.map(str::to_owned),
        document: r#"{"metadata":{},"pricing":{"amount":10.0,"big":9007199254740993}}"#.into(),
        updated_at: NOW,
    }
}

/// What was put is found whole, and nothing that was not.
pub async fn a_service_reads_back(store: &dyn ServiceStore) {
    let (plain, typed) = (
        a_service("srv-1", None),
        a_service(&"s".repeat(256), Some("booking:flight")),
    );
    for service in [&plain, &typed] {
        assert!(store.put(service).await.unwrap());
        assert_eq!(store.find(&service.id).await.unwrap().as_ref(), Some(service));
    }
    assert_eq!(store.find(&id("SRV-1")).await.unwrap(), None);
}

/// Its provider may put another in its place, and nobody else.
pub async fn a_service_stays_with_its_provider(store: &dyn ServiceStore) {
    assert!(store.put(&a_service("srv-1", None)).await.unwrap());
    let mine = ServiceRecord {
        document: r#"{"metadata":{"v":2}}"#.into(),
        ..a_service("srv-1", Some("t"))
    };
    let foreign = ServiceRecord {
        provider: "agent-002".parse().unwrap(),
        ..a_service("srv-1", None)
    };
    assert!(!store.put(&foreign).await.unwrap());
    assert_eq!(
        store.find(&id("srv-1")).await.unwrap(),
        Some(a_service("srv-1", None))
    );
    assert!(store.put(&mine).await.unwrap());
    assert_eq!(store.find(&id("srv-1")).await.unwrap(), Some(mine));
}

/// A list has the services of the type, by the bytes of their ids.
pub async fn services_are_listed_by_type(store: &dyn ServiceStore) {
    for (name, kind) in [
        ("b", Some("t")),
        ("a", Some("t")),
        ("B", None),
        ("c", Some("T")),
        ("d", Some("t")),
    ] {
        assert!(store.put(&a_service(name, kind)).await.unwrap());
    }
    let list = |kind: Option<&'static str>, limit| async move {
        let services = store.list(kind, limit).await.unwrap();
        services
            .into_iter()
            .map(|service| service.id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(Some("t"), 10).await, ["a", "b", "d"]);
    assert_eq!(list(Some("t"), 2).await, ["a", "b"]);
    assert_eq!(list(None, 10).await, ["B", "a", "b", "c", "d"]);
    assert!(list(Some("other"), 10).await.is_empty());
}
