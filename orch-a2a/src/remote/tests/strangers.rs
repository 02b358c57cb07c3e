//! What stands in another directory changes nothing of what is registered here.

use orch_auth::{
    AgentKeyOptions, AgentKeys, AuthError, Document, Form, InMemoryParties, Registration, Vouched,
};

use super::{
    scripted::{House, service_record, signer},
    *,
};
use crate::{Directory, DirectoryError, InMemoryServices, Service};

struct Beside {
    house: House,
    directory: Directory,
}

/// A directory beside another one. Here are `agent-001` with the first key, and its service `srv-here`.
async fn beside() -> Beside {
    let house = house();
    let agents = AgentKeys::new(
        Arc::new(InMemoryParties::default()),
        house.clock.clone(),
        AgentKeyOptions::default(),
    );
    let directory = Directory::new(agents, Arc::new(InMemoryServices::default()), house.clock.clone());
    let beside = Beside {
        directory: directory.beside(house.remote.clone()),
        house,
    };
    beside
        .register("agent-001", 1, "active", Vouched::ByTheHost)
        .await
        .unwrap();
    beside.offer("srv-here", "agent-001", 1).await.unwrap();
    beside
}

impl Beside {
    async fn register(
        &self,
        id: &str,
        number: u8,
        status: &str,
        vouched: Vouched,
    ) -> Result<Party, AuthError> {
        let registration = Registration {
            id: name(id),
            key: key_of(number),
            revoke_previous: false,
            status: status.to_owned(),
            endpoint: Some("https://here.example".to_owned()),
            metadata: "{}".to_owned(),
            is_listed: true,
        };
        self.directory.agents().register(registration, vouched).await
    }

    /// Registers a service with the signature of a key.
    async fn offer(&self, id: &str, provider: &str, number: u8) -> Result<(), DirectoryError> {
        let record = service_record(id, provider);
        let document = Document::read(record.as_bytes()).unwrap();
        let signature = signer(number).sign(&Form::A.write(&document).unwrap()).to_text();
        self.directory
            .register_signed(&document, &signature)
            .await
            .map(drop)
    }

    /// Whether an agent's signature by the key of that number verifies.
    async fn signs(&self, id: &str, number: u8) -> Result<(), AuthError> {
        let document = Document::read(br#"{"asked":true}"#).unwrap();
        let signature = signer(number).sign(&Form::A.write(&document).unwrap()).to_text();
        let agents = self.directory.agents();
        agents.verify(&name(id), &document, &signature).await.map(drop)
    }

    async fn service(&self, id: &str) -> Result<Service, DirectoryError> {
        self.directory.service(&id.parse().unwrap()).await
    }

    fn says(&self, id: &str, body: String) {
        self.house.source.says(id, Says::body(body));
    }
}

#[tokio::test]
async fn who_is_known_there_signs_and_is_called_and_is_not_shown() {
    let beside = beside().await;
    beside.says("far", agent_record("far", 9, "active"));
    beside.says("srv-far", service_record("srv-far", "far"));
    assert!(beside.signs("far", 9).await.is_ok());
    assert!(matches!(
        beside.signs("far", 1).await,
        Err(AuthError::InvalidSignature)
    ));
    let service = beside.service("srv-far").await.unwrap();
    let provider = beside
        .directory
        .agents()
        .find_active(&service.record.provider)
        .await;
    assert_eq!(provider.unwrap().endpoint.as_deref(), Some("https://far.example"));
    let shown = beside.directory.agent(&name("far")).await;
    assert!(matches!(
        shown,
        Err(DirectoryError::Auth(AuthError::PartyNotFound(_)))
    ));
    let shown = beside.directory.record(&"srv-far".parse().unwrap()).await;
    assert!(matches!(shown, Err(DirectoryError::ServiceNotFound(_))));
    assert_eq!(beside.directory.agents().list(None, 9).await.unwrap().len(), 1);
    assert_eq!(beside.directory.services(None).await.unwrap().len(), 1);
    assert_eq!(beside.directory.search("far", None, 9).await.unwrap().len(), 0);
}

#[tokio::test]
async fn whoever_is_registered_here_is_who_is_meant() {
    let beside = beside().await;
    let n_asked = beside.house.source.n_asked();
    beside.says("agent-001", agent_record("agent-001", 9, "active"));
    beside.says("srv-here", service_record("srv-here", "far"));
    assert!(beside.signs("agent-001", 1).await.is_ok());
    assert!(matches!(
        beside.signs("agent-001", 9).await,
        Err(AuthError::InvalidSignature)
    ));
    assert_eq!(
        beside.service("srv-here").await.unwrap().record.provider,
        name("agent-001")
    );
    beside
        .register("agent-001", 1, "suspended", Vouched::ByTheHost)
        .await
        .unwrap();
    for number in [1, 9] {
        let refused = beside.signs("agent-001", number).await;
        assert!(
            matches!(refused, Err(AuthError::PartyNotFound(_))),
            "who is suspended here stays so"
        );
    }
    assert_eq!(
        beside.house.source.n_asked(),
        n_asked,
        "nobody is asked for what is known"
    );
}

#[tokio::test]
async fn no_service_there_leads_to_an_agent_here() {
    let beside = beside().await;
    beside.says("srv-evil", service_record("srv-evil", "agent-001"));
    beside.says(
        "srv-broken",
        r#"{"service_id":"srv-broken","provider_agent_id":"far","metadata":{"service_path_template":"//evil"}}"#.to_owned(),
    );
    for id in ["srv-evil", "srv-broken", "srv-nowhere"] {
        let found = beside.service(id).await;
        assert!(
            matches!(found, Err(DirectoryError::ServiceNotFound(_))),
            "{id}: {found:?}"
        );
    }
}

#[tokio::test]
async fn nobody_registers_what_is_registered_there() {
    let beside = beside().await;
    let derived = |number: u8| key_of(number).derived_id();
    // The key of an agent may have been replaced there, or the agent suspended.
    beside.says(&derived(5), agent_record(&derived(5), 6, "active"));
    beside.says(&derived(7), agent_record(&derived(7), 7, "suspended"));
    for number in [5, 7] {
        let refused = beside
            .register(&derived(number), number, "active", Vouched::ByItself)
            .await;
        assert!(
            matches!(refused, Err(AuthError::RegisteredElsewhere(_))),
            "{refused:?}"
        );
    }
    beside.house.source.says(&derived(8), Says::Fails);
    let refused = beside.register(&derived(8), 8, "active", Vouched::ByItself).await;
    assert!(matches!(refused, Err(AuthError::DirectoryAway(_))));
    beside
        .register(&derived(9), 9, "active", Vouched::ByItself)
        .await
        .unwrap();
    beside
        .register(&derived(5), 5, "active", Vouched::ByTheHost)
        .await
        .unwrap();
    assert!(
        beside.signs(&derived(5), 5).await.is_ok(),
        "the host's word counts here"
    );

    beside.says("srv-far", service_record("srv-far", "far"));
    beside.says("far", agent_record("far", 3, "active"));
    beside.house.source.says("srv-unsure", Says::Fails);
    assert!(matches!(
        beside.offer("srv-far", "agent-001", 1).await,
        Err(DirectoryError::NotYours(_))
    ));
    assert!(matches!(
        beside.offer("srv-unsure", "agent-001", 1).await,
        Err(DirectoryError::DirectoryAway(_))
    ));
    let foreign = beside.offer("srv-new", "far", 3).await;
    assert!(matches!(
        foreign,
        Err(DirectoryError::Auth(AuthError::PartyNotFound(_)))
    ));
    beside.offer("srv-new", "agent-001", 1).await.unwrap();
    beside.house.source.says_to_all(Says::Fails);
    beside.offer("srv-here", "agent-001", 1).await.unwrap();
}

#[tokio::test]
async fn while_nobody_can_be_asked_nobody_is_unknown() {
    let beside = beside().await;
    beside.house.source.says_to_all(Says::Fails);
    assert!(matches!(
        beside.signs("far", 1).await,
        Err(AuthError::DirectoryAway(_))
    ));
    assert!(matches!(
        beside.service("srv-far").await,
        Err(DirectoryError::DirectoryAway(_))
    ));
    assert!(beside.signs("agent-001", 1).await.is_ok());
    assert!(beside.service("srv-here").await.is_ok());
}
