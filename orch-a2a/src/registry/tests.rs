use std::{sync::Arc, time::Duration};

use orch_auth::{
    AgentKeyOptions, AgentKeys, AgentSigner, AuthError, Document, Form, InMemoryParties, Party, PartyId,
    Registration, Vouched,
};
use orch_core::ManualClock;

use super::*;
use crate::{Directory, DirectoryError, InMemoryServices, ServiceId};

/// Files that a test writes; what it has not written is not there.
#[derive(Debug, Default)]
struct Written {
    agents: Mutex<Option<Result<String, String>>>,
    services: Mutex<Option<Result<String, String>>>,
}

#[async_trait]
impl RegistrySource for Written {
    async fn read(&self, file: RegistryFile) -> Result<Option<Vec<u8>>, Cause> {
        let said = match file {
            RegistryFile::Agents => &self.agents,
            RegistryFile::Services => &self.services,
        };
        let said = said.lock().unwrap().clone().transpose()?;
        Ok(said.map(String::into_bytes))
    }
}

struct House {
    written: Arc<Written>,
    registry: Registry,
    directory: Directory,
    clock: Arc<ManualClock>,
}

fn signer(number: u8) -> AgentSigner {
    AgentSigner::from_seed(&[number; 32])
}

/// `agents.json` with agents of these names, keys and statuses.
fn agents(named: &[(&str, u8, &str)]) -> String {
    let entry = |(id, number, status): &(&str, u8, &str)| {
        let pem = signer(*number).key().to_pem().replace('\n', "\\n");
        format!(
            r#""{id}":{{"agent_id":"{id}","public_key":"{pem}","metadata":{{"name":"{id}","api_endpoint":"http://localhost:5001","price":1.50,"status":"{status}"}}}}"#
        )
    };
    format!("{{{}}}", named.iter().map(entry).collect::<Vec<_>>().join(","))
}

fn services(named: &[(&str, &str, &str)]) -> String {
    let entry = |(id, provider, path): &(&str, &str, &str)| {
        format!(
            r#""{id}":{{"service_id":"{id}","provider_agent_id":"{provider}","metadata":{{"service_path_template":"{path}"}}}}"#
        )
    };
    format!("{{{}}}", named.iter().map(entry).collect::<Vec<_>>().join(","))
}

async fn house() -> House {
    let written = Arc::new(Written::default());
    let clock = Arc::new(ManualClock::default());
    let registry = Registry::open(written.clone(), clock.clone()).await.unwrap();
    let parties = registry.parties(Arc::new(InMemoryParties::default()));
    let agents = AgentKeys::new(parties, clock.clone(), AgentKeyOptions::default());
    let kept = registry.services(Arc::new(InMemoryServices::default()));
    House {
        directory: Directory::new(agents, kept, clock.clone()),
        written,
        registry,
        clock,
    }
}

impl House {
    /// Writes `agents.json` and looks; whether anything changed.
    async fn write_agents(&self, text: impl Into<String>) -> bool {
        *self.written.agents.lock().unwrap() = Some(Ok(text.into()));
        self.registry.reload().await
    }

    async fn write_services(&self, text: impl Into<String>) -> bool {
        *self.written.services.lock().unwrap() = Some(Ok(text.into()));
        self.registry.reload().await
    }

    /// Whether an agent's signature by the key of that number verifies.
    async fn signs(&self, id: &str, number: u8) -> Result<(), AuthError> {
        let document = Document::read(br#"{"asked":true}"#).unwrap();
        let signature = signer(number).sign(&Form::A.write(&document).unwrap()).to_text();
        let verified = self
            .directory
            .agents()
            .verify(&name(id), &document, &signature)
            .await;
        verified.map(drop)
    }

    async fn register(&self, id: &str, number: u8, status: &str) -> Party {
        let registration = Registration {
            id: name(id),
            key: signer(number).key(),
            revoke_previous: true,
            status: status.to_owned(),
            endpoint: None,
            metadata: "{}".to_owned(),
            is_listed: true,
        };
        let agents = self.directory.agents();
        agents.register(registration, Vouched::ByTheHost).await.unwrap()
    }

    async fn listed(&self, after: Option<&str>, limit: u32) -> Vec<String> {
        let after = after.map(name);
        let listed = self.directory.agents().list(after.as_ref(), limit).await.unwrap();
        listed.into_iter().map(|party| party.id.to_string()).collect()
    }

    async fn offers(&self, id: &str) -> Result<String, DirectoryError> {
        let id: ServiceId = id.parse().unwrap();
        Ok(self.directory.service(&id).await?.record.provider.to_string())
    }
}

fn name(id: &str) -> PartyId {
    id.parse().unwrap()
}

#[tokio::test]
async fn what_a_file_names_is_known_until_it_names_it_no_more() {
    let house = house().await;
    assert!(matches!(
        house.signs("one", 1).await,
        Err(AuthError::PartyNotFound(_))
    ));
    assert!(
        house
            .write_agents(agents(&[("one", 1, "active"), ("two", 2, "active")]))
            .await
    );
    assert!(house.write_services(services(&[("srv", "two", "/greet")])).await);
    house.signs("one", 1).await.unwrap();
    assert_eq!(house.offers("srv").await.unwrap(), "two");
    let party = house.directory.agents().find(&name("one")).await.unwrap();
    assert_eq!(party.endpoint.as_deref(), Some("http://localhost:5001"));
    assert!(
        party.metadata.contains("1.50"),
        "numbers are as they were written"
    );

    assert!(!house.registry.reload().await, "nothing has changed");
    assert!(house.write_agents(agents(&[("two", 2, "active")])).await);
    assert!(matches!(
        house.signs("one", 1).await,
        Err(AuthError::PartyNotFound(_))
    ));
    house.signs("two", 2).await.unwrap();
    assert!(house.write_services("{}").await);
    assert!(matches!(
        house.offers("srv").await,
        Err(DirectoryError::ServiceNotFound(_))
    ));
}

#[tokio::test]
async fn a_key_that_a_file_names_no_more_ends_at_once() {
    let house = house().await;
    house.write_agents(agents(&[("one", 1, "active")])).await;
    let before = house.directory.agents().find(&name("one")).await.unwrap();
    house.clock.advance(Duration::from_secs(60));
    house.write_agents(agents(&[("one", 2, "active")])).await;
    assert!(matches!(
        house.signs("one", 1).await,
        Err(AuthError::InvalidSignature)
    ));
    house.signs("one", 2).await.unwrap();
    let after = house.directory.agents().find(&name("one")).await.unwrap();
    assert_eq!(after.registered_at, before.registered_at);
    assert_eq!(
        (after.updated_at, after.revision),
        (house.clock.now(), before.revision + 1)
    );
    house.write_agents(agents(&[("one", 2, "suspended")])).await;
    assert!(matches!(
        house.signs("one", 2).await,
        Err(AuthError::PartyNotFound(_))
    ));
    assert_eq!(
        house.directory.agents().find(&name("one")).await.unwrap().status,
        "suspended"
    );
}

#[tokio::test]
async fn a_file_that_says_nothing_changes_nothing() {
    let house = house().await;
    house.write_agents(agents(&[("one", 1, "active")])).await;
    house.write_services(services(&[("srv", "one", "/greet")])).await;
    for broken in ["", "{", "[]", r#"{"one":{}"#] {
        assert!(!house.write_agents(broken).await, "{broken}");
        assert!(!house.write_services(broken).await, "{broken}");
        house.signs("one", 1).await.unwrap();
        assert_eq!(house.offers("srv").await.unwrap(), "one");
    }
    *house.written.agents.lock().unwrap() = Some(Err("no permission".to_owned()));
    assert!(!house.registry.reload().await);
    house.signs("one", 1).await.unwrap();
    assert!(
        house.write_agents(agents(&[("one", 2, "active")])).await,
        "it is right again"
    );
    house.signs("one", 2).await.unwrap();
}

#[tokio::test]
async fn a_file_that_says_nothing_at_first_is_an_error() {
    for said in [Ok("{".to_owned()), Err("no such file".to_owned())] {
        let written = Arc::new(Written::default());
        *written.services.lock().unwrap() = Some(said);
        let opened = Registry::open(written, Arc::new(ManualClock::default())).await;
        assert!(opened.is_err());
    }
}

#[tokio::test]
async fn a_record_that_is_of_no_use_leaves_the_others() {
    let house = house().await;
    let good = agents(&[("one", 1, "active")]);
    let bad = r#""keyless":{"public_key":"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"},
        "other":{"agent_id":"another"},"text":"text","listed":{"metadata":[]},"white space":{}"#;
    house
        .write_agents(good.replacen('{', &format!("{{{bad},"), 1))
        .await;
    house.signs("one", 1).await.unwrap();
    assert!(matches!(
        house.signs("keyless", 1).await,
        Err(AuthError::InvalidSignature)
    ));
    assert_eq!(house.listed(None, 10).await, ["keyless", "one"]);

    let bad = r#""climber":{"service_id":"climber","provider_agent_id":"one","metadata":{"service_path_template":"/../x"}},
        "other":{"service_id":"another","provider_agent_id":"one"},"orphan":{"service_id":"orphan"}"#;
    let good = services(&[("srv", "one", "/greet")]);
    house
        .write_services(good.replacen('{', &format!("{{{bad},"), 1))
        .await;
    assert_eq!(house.directory.services(None).await.unwrap().len(), 1);
    assert_eq!(house.offers("srv").await.unwrap(), "one");
}

#[tokio::test]
async fn of_one_id_the_store_counts() {
    let house = house().await;
    house.register("one", 1, Party::ACTIVE).await;
    house
        .write_agents(agents(&[("one", 2, "active"), ("two", 2, "active")]))
        .await;
    house.signs("one", 1).await.unwrap();
    assert!(house.signs("one", 2).await.is_err());
    // What the file knows is changed over HTTP from what the file says on, and is the store's then.
    let changed = house.register("two", 3, Party::ACTIVE).await;
    assert_eq!((changed.revision, changed.keys.len()), (2, 2));
    house.signs("two", 3).await.unwrap();
    assert!(house.signs("two", 2).await.is_err(), "it was revoked");
    house.write_agents(agents(&[("two", 4, "active")])).await;
    house.signs("two", 3).await.unwrap();
    assert!(house.signs("two", 4).await.is_err());

    house.write_services(services(&[("srv", "one", "/a")])).await;
    let foreign = r#"{"service_id":"srv","provider_agent_id":"two"}"#;
    let register = |record: &'static str| {
        let house = &house;
        async move {
            house
                .directory
                .register(&Document::read(record.as_bytes()).unwrap())
                .await
        }
    };
    assert!(matches!(
        register(foreign).await,
        Err(DirectoryError::NotYours(_))
    ));
    register(r#"{"service_id":"srv","provider_agent_id":"one"}"#)
        .await
        .unwrap();
    house.write_services(services(&[("srv", "two", "/b")])).await;
    assert_eq!(house.offers("srv").await.unwrap(), "one");
}

#[tokio::test]
async fn lists_have_both_each_id_once() {
    let house = house().await;
    house.register("b", 1, Party::ACTIVE).await;
    house.register("c", 1, "suspended").await;
    house.register("e", 1, Party::ACTIVE).await;
    let filed = [
        ("a", 2, "active"),
        ("b", 2, "active"),
        ("c", 2, "active"),
        ("d", 2, "active"),
        ("f", 2, "away"),
    ];
    house.write_agents(agents(&filed)).await;
    assert_eq!(house.listed(None, 10).await, ["a", "b", "d", "e"]);
    assert_eq!(house.listed(None, 2).await, ["a", "b"]);
    assert_eq!(house.listed(Some("b"), 1).await, ["d"]);
    house
        .write_services(services(&[("s1", "a", ""), ("s2", "a", "")]))
        .await;
    let record = br#"{"service_id":"s1","provider_agent_id":"a","service_type":"t"}"#;
    house
        .directory
        .register(&Document::read(record).unwrap())
        .await
        .unwrap();
    let listed = house.directory.services(None).await.unwrap();
    let ids: Vec<_> = listed
        .iter()
        .map(|record| (record.id.to_string(), record.kind.clone()))
        .collect();
    assert_eq!(
        ids,
        [("s1".to_owned(), Some("t".to_owned())), ("s2".to_owned(), None)]
    );
    assert_eq!(house.directory.services(Some("t")).await.unwrap().len(), 1);
}

mod laws {
    use super::*;

    async fn empty() -> Registry {
        Registry::open(Arc::new(Written::default()), Arc::new(ManualClock::default()))
            .await
            .unwrap()
    }

    mod parties {
        use super::*;
        orch_auth::party_store_tests!(FiledParties::new(
            empty().await,
            Arc::new(InMemoryParties::default())
        ));
    }

    mod services {
        use super::*;
        crate::service_store_tests!(FiledServices::new(
            empty().await,
            Arc::new(InMemoryServices::default())
        ));
    }
}
