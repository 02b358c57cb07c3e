use std::{sync::Arc, time::Duration};

use orch_core::{
    AgentId, CatalogError, Clock, Event, EventLog, InMemoryCatalog, InMemoryEventLog, SeededEntropy,
    agent::Status, catalog::AgentDraft,
};

use super::{House, Watched, caller, owner, public, stranger, version};

async fn kinds(log: &dyn EventLog, stream: &str) -> Vec<String> {
    let events = log.read(stream, 1, 100).await.unwrap();
    events.into_iter().map(|Event { kind, .. }| kind).collect()
}

#[tokio::test]
async fn a_name_is_given_once() {
    let house = House::default();
    house.register(public("table")).await;
    let again = house
        .catalog
        .register(&stranger(), public("table"))
        .await
        .unwrap_err();
    assert!(matches!(again, CatalogError::AlreadyExists(name) if name == "table"));
    let mut same_name = public("table");
    same_name.slug = Some("other".parse().unwrap());
    let again = house.catalog.register(&stranger(), same_name).await.unwrap_err();
    assert!(matches!(again, CatalogError::AlreadyExists(name) if name == "acme/table"));
    let elsewhere = AgentDraft {
        organization: "other".parse().unwrap(),
        slug: Some("other".parse().unwrap()),
        ..public("table")
    };
    assert!(house.catalog.register(&stranger(), elsewhere).await.is_ok());
}

#[tokio::test]
async fn a_revision_is_numbered_above_the_latest() {
    let house = House::default();
    let agent = house.register(public("table")).await;
    let mut next = version("Next");
    next.version = Some("v1.5".parse().unwrap());
    let agent = house
        .catalog
        .revise(&owner(), agent.id, next.clone())
        .await
        .unwrap();
    assert_eq!(agent.latest.version.to_string(), "v1.5");
    for number in ["v1.5", "v1", "v1.4.9"] {
        next.version = Some(number.parse().unwrap());
        let error = house
            .catalog
            .revise(&owner(), agent.id, next.clone())
            .await
            .unwrap_err();
        assert!(
            matches!(&error, CatalogError::Invalid { field, .. } if field == "version"),
            "{error}"
        );
    }
}

/// Each revises what it saw: one wins, the other is told so.
#[tokio::test]
async fn of_two_revisions_at_once_one_conflicts() {
    let store = Arc::new(Watched::default());
    let house = House::on(store.clone());
    let agent = house.register(public("table")).await;
    store.line_up(2);
    let owner = owner();
    let (one, two) = tokio::join!(
        house.catalog.revise(&owner, agent.id, version("One")),
        house.catalog.revise(&owner, agent.id, version("Two")),
    );
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(matches!(lost, Err(CatalogError::Conflict(_))), "{lost:?}");
    let found = house.catalog.find(&owner, "table").await.unwrap();
    assert_eq!(found, won.unwrap());
    assert_eq!(found.latest.version.to_string(), "v2");
}

/// A rating that comes between does not stand in the way of a revision, nor one rating in that of another.
#[tokio::test]
async fn changes_of_other_things_do_not_conflict() {
    let store = Arc::new(Watched::default());
    let house = House::on(store.clone());
    let agent = house.register(public("table")).await;
    store.line_up(4);
    let (one, two, three, own) = (caller("one"), caller("two"), caller("three"), owner());
    let (a, b, c, revised) = tokio::join!(
        house.catalog.rate(&one, agent.id, 1),
        house.catalog.rate(&two, agent.id, 2),
        house.catalog.rate(&three, agent.id, 5),
        house.catalog.revise(&own, agent.id, version("Second")),
    );
    for change in [a, b, c, revised] {
        change.unwrap();
    }
    let found = house.catalog.find(&owner(), "table").await.unwrap();
    assert_eq!(found.rating.counts, [1, 1, 0, 0, 1]);
    assert_eq!((found.latest.title.as_str(), found.revision), ("Second", 5));
}

#[tokio::test]
async fn an_account_has_one_opinion() {
    let house = House::default();
    let agent = house.register(public("table")).await;
    for stars in [1, 5, 5, 4] {
        house.catalog.rate(&stranger(), agent.id, stars).await.unwrap();
    }
    let rated = house.catalog.rate(&caller("another"), agent.id, 5).await.unwrap();
    assert_eq!(rated.rating.counts, [0, 0, 0, 1, 1]);
    for stars in [0, 6] {
        let error = house
            .catalog
            .rate(&stranger(), agent.id, stars)
            .await
            .unwrap_err();
        assert!(matches!(error, CatalogError::Invalid { .. }), "{stars}");
    }
}

#[tokio::test]
async fn an_agent_that_does_not_answer_is_away_until_it_does() {
    let house = House::default();
    let agent = house.register(public("table")).await;
    let status = async || {
        let found = house.catalog.find(&owner(), "table").await.unwrap();
        (found.status, found.revision)
    };
    let report = async |answers| house.catalog.report(agent.id, answers).await.unwrap();
    assert!(!report(true).await, "it was online before");
    assert!(report(false).await && !report(false).await);
    assert_eq!(status().await, (Status::Away, 2));
    assert!(report(true).await);
    assert_eq!(status().await, (Status::Online, 3));
    // What its owner says stands.
    house
        .catalog
        .set_status(&owner(), agent.id, Status::Offline)
        .await
        .unwrap();
    assert!(!report(true).await && !report(false).await);
    assert_eq!(status().await, (Status::Offline, 4));
    let unknown = AgentId::generate(house.clock.now(), &SeededEntropy::new(3));
    assert!(!house.catalog.report(unknown, true).await.unwrap());
}

#[tokio::test]
async fn an_agent_that_answers_is_seen() {
    let house = House::default();
    let agent = house.register(public("table")).await;
    assert_eq!((agent.status, agent.last_seen), (Status::Online, None));
    let report = async |status| {
        house.clock.advance(Duration::from_secs(60));
        house
            .catalog
            .set_status(&owner(), agent.id, status)
            .await
            .unwrap()
    };
    let seen = report(Status::Online).await;
    assert_eq!(seen.last_seen, Some(house.clock.now()));
    let asleep = report(Status::Offline).await;
    assert_eq!(
        (asleep.status, asleep.last_seen),
        (Status::Offline, seen.last_seen)
    );
    assert_eq!(report(Status::Offline).await, asleep);
    assert_eq!(
        house.catalog.rank(&stranger(), "read table", 10).await.unwrap(),
        [],
        "nobody sends it work"
    );
    let awake = report(Status::Online).await;
    assert_eq!(
        (awake.status, awake.last_seen),
        (Status::Online, Some(house.clock.now()))
    );
}

#[tokio::test]
async fn only_its_owner_changes_an_agent() {
    let house = House::default();
    let agent = house.register(public("table")).await;
    let (who, first) = (stranger(), agent.latest.version);
    let refusals = [
        house
            .catalog
            .revise(&who, agent.id, version("Mine"))
            .await
            .unwrap_err(),
        house
            .catalog
            .set_status(&who, agent.id, Status::Offline)
            .await
            .unwrap_err(),
        house
            .catalog
            .deprecate(&who, agent.id, first, "bad", None)
            .await
            .unwrap_err(),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, CatalogError::Forbidden { .. }), "{refusal}");
    }
    assert_eq!(house.catalog.find(&owner(), "table").await.unwrap(), agent);
}

#[tokio::test]
async fn a_version_is_deprecated_and_still_answers() {
    let house = House::default();
    let agent = house.register(public("table")).await;
    let (first, sunset) = (agent.latest.version, house.clock.now());
    let unknown = house
        .catalog
        .deprecate(&owner(), agent.id, first.next(), "too early", None)
        .await
        .unwrap_err();
    assert!(matches!(unknown, CatalogError::VersionNotFound { .. }));
    house
        .catalog
        .deprecate(&owner(), agent.id, first, "old", None)
        .await
        .unwrap();
    let agent = house
        .catalog
        .deprecate(&owner(), agent.id, first, "use v2", Some(sunset))
        .await
        .unwrap();
    assert_eq!(agent.deprecations.len(), 1);
    let advice = agent.deprecation(first).unwrap();
    assert_eq!((advice.message.as_str(), advice.sunset), ("use v2", Some(sunset)));
    assert!(agent.deprecation(first.next()).is_none());
    assert!(house.catalog.resolve(&stranger(), "table@v1").await.is_ok());
}

#[tokio::test]
async fn every_change_is_in_the_agents_stream() {
    let log = Arc::new(InMemoryEventLog::default());
    let house = House::on(Arc::new(InMemoryCatalog::with_events(log.clone())));
    let agent = house.register(public("table")).await;
    let (catalog, id, first) = (&house.catalog, agent.id, agent.latest.version);
    catalog.revise(&owner(), id, version("Second")).await.unwrap();
    catalog.rate(&stranger(), id, 5).await.unwrap();
    catalog.rate(&stranger(), id, 5).await.unwrap();
    catalog.set_status(&owner(), id, Status::Online).await.unwrap();
    catalog.set_status(&owner(), id, Status::Offline).await.unwrap();
    let last = catalog
        .deprecate(&owner(), id, first, "use v2", None)
        .await
        .unwrap();
    let expected = [
        "agent_registered",
        "agent_revised",
        "agent_rated",
        "agent_status_changed",
        "agent_deprecated",
    ];
    assert_eq!(kinds(&*log, &id.to_string()).await, expected);
    assert_eq!(last.revision, 5);
    for event in log.read(&id.to_string(), 1, 100).await.unwrap() {
        assert!(event.data.contains("\"v\":1"), "{event:?}");
        assert!(
            !event.data.contains("stranger"),
            "who rated stays between them: {event:?}"
        );
    }
}
