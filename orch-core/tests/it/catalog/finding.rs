use orch_core::{
    CatalogError, Entity, ErrorKind, Failure, PageRequest,
    agent::Status,
    catalog::{AgentFilter, Sort},
};

use super::{House, owner, private, public, stranger, version};

#[tokio::test]
async fn an_agent_is_found_by_each_of_its_names() {
    let house = House::default();
    let agent = house.register(public("table")).await;
    let names = [
        agent.id.to_string(),
        "table".into(),
        "acme/table".into(),
        "acme/table@v1".into(),
        "acme/table@latest".into(),
        "table@v1".into(),
        format!("{}@latest", agent.id),
    ];
    for name in names {
        assert_eq!(
            house.catalog.find(&stranger(), &name).await.unwrap(),
            agent,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_slug_of_its_own_replaces_the_name() {
    let house = House::default();
    let mut draft = public("table");
    draft.slug = Some("acme-table".parse().unwrap());
    house.register(draft).await;
    assert!(house.catalog.find(&owner(), "acme-table").await.is_ok());
    assert!(house.catalog.find(&owner(), "acme/table").await.is_ok());
    assert!(house.catalog.find(&owner(), "table").await.is_err());
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let house = House::default();
    house.register(public("table")).await;
    for name in [
        "",
        "tables",
        "acme/tables",
        "other/table",
        "agent_018d0c6c6f807000a1b2c3d4e5f60718",
        "a b",
    ] {
        let error = house.catalog.find(&owner(), name).await.unwrap_err();
        let kind = ErrorKind::NotFound {
            entity: Entity::Agent,
            id: name.into(),
        };
        assert_eq!(error.kind(), kind);
    }
    for name in ["table@v2", "acme/table@newest"] {
        let error = house.catalog.resolve(&owner(), name).await.unwrap_err();
        assert!(
            matches!(error, CatalogError::VersionNotFound { .. }),
            "{name}: {error}"
        );
    }
}

#[tokio::test]
async fn earlier_versions_are_resolved() {
    let house = House::default();
    let first = house.register(public("table")).await;
    let second = house
        .catalog
        .revise(&owner(), first.id, version("Second"))
        .await
        .unwrap();
    assert_eq!(second.latest.version.to_string(), "v2");
    let old = house.catalog.resolve(&stranger(), "table@v1").await.unwrap();
    assert_eq!((&old.version, &old.agent), (&first.latest, &second));
    let new = house.catalog.resolve(&stranger(), "table").await.unwrap();
    assert_eq!(new.version, second.latest);
    let exact = house
        .catalog
        .version(&stranger(), first.id, first.latest.version)
        .await
        .unwrap();
    assert_eq!(exact, old);
}

/// Whatever a stranger tries with a private agent, it does not exist.
#[tokio::test]
async fn a_private_agent_does_not_exist_for_a_stranger() {
    let house = House::default();
    let agent = house.register(private("table")).await;
    let (catalog, id, first) = (&house.catalog, agent.id, agent.latest.version);
    // Its owner has it at hand, so that a stranger could meet it there.
    catalog.version(&owner(), id, first).await.unwrap();
    let who = stranger();
    let refusals = [
        catalog.find(&who, "table").await.unwrap_err(),
        catalog.find(&who, &id.to_string()).await.unwrap_err(),
        catalog.resolve(&who, "acme/table@v1").await.unwrap_err(),
        catalog.resolve(&who, "acme/table@v9").await.unwrap_err(),
        catalog.version(&who, id, first).await.unwrap_err(),
        catalog.version(&who, id, first.next()).await.unwrap_err(),
        catalog.revise(&who, id, version("Mine")).await.unwrap_err(),
        catalog.rate(&who, id, 1).await.unwrap_err(),
        catalog.set_status(&who, id, Status::Offline).await.unwrap_err(),
        catalog.deprecate(&who, id, first, "bad", None).await.unwrap_err(),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, CatalogError::AgentNotFound(_)), "{refusal}");
    }
    let list = catalog
        .list(
            &who,
            &AgentFilter::default(),
            Sort::default(),
            PageRequest::default(),
        )
        .await
        .unwrap();
    assert_eq!((list.items.len(), list.total), (0, 0));
    assert_eq!(catalog.rank(&who, "read a table", 10).await.unwrap(), []);
    assert_eq!(
        catalog.find(&owner(), "table").await.unwrap(),
        agent,
        "nothing changed"
    );
    assert_eq!(catalog.rank(&owner(), "read a table", 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_unmeasurable_filter_is_refused() {
    let house = House::default();
    let any = AgentFilter::default;
    let filters = [
        (
            AgentFilter {
                min_rating: Some(5.1),
                ..any()
            },
            "min_rating",
        ),
        (
            AgentFilter {
                min_rating: Some(-0.1),
                ..any()
            },
            "min_rating",
        ),
        (
            AgentFilter {
                min_rating: Some(f64::NAN),
                ..any()
            },
            "min_rating",
        ),
        (
            AgentFilter {
                search: Some("x".repeat(1_001)),
                ..any()
            },
            "search",
        ),
        (
            AgentFilter {
                tags: vec![String::new(); 51],
                ..any()
            },
            "tags",
        ),
    ];
    for (filter, member) in filters {
        let error = house
            .catalog
            .list(&owner(), &filter, Sort::default(), PageRequest::default())
            .await
            .unwrap_err();
        assert!(
            matches!(&error, CatalogError::Invalid { field, .. } if field == member),
            "{error}"
        );
    }
}
