use std::{sync::Arc, time::Duration};

use orch_core::{Clock, ManualClock, Proof};

use super::*;
use crate::{AgentSigner, InMemoryParties};

const BODY: &str = r#"{"consumer_agent_id":"agent-001","payload":{}}"#;
const HOUR: Duration = Duration::from_secs(60 * 60);

struct House {
    agents: AgentKeys,
    clock: Arc<ManualClock>,
}

fn house() -> House {
    house_with(AgentKeyOptions::default())
}

fn house_with(options: AgentKeyOptions) -> House {
    let clock = Arc::new(ManualClock::default());
    let agents = AgentKeys::new(Arc::new(InMemoryParties::default()), clock.clone(), options);
    House { agents, clock }
}

fn signer(number: u8) -> AgentSigner {
    AgentSigner::from_seed(&[number; 32])
}

fn registration(id: &str, signer: &AgentSigner) -> Registration {
    Registration {
        id: id.parse().unwrap(),
        key: signer.key(),
        revoke_previous: false,
        status: Party::ACTIVE.to_owned(),
        endpoint: None,
        metadata: "{}".to_owned(),
        is_listed: true,
    }
}

impl House {
    async fn register(&self, signer: &AgentSigner) -> Result<Party, AuthError> {
        self.agents
            .register(registration("agent-001", signer), Vouched::ByTheHost)
            .await
    }

    async fn knows(&self, signer: &AgentSigner) -> bool {
        let signature = signer.sign(BODY.as_bytes()).to_text();
        let document = Document::read(BODY.as_bytes()).unwrap();
        let id = "agent-001".parse().unwrap();
        self.agents.verify(&id, &document, &signature).await.is_ok()
    }

    async fn once(&self, nonce: &str, signed: &str) -> Result<Signer, AuthError> {
        let at = self.clock.now();
        let message = format!("now\n{signed}\n{BODY}");
        let signature = signer(1).sign(message.as_bytes()).to_text();
        let document = Document::read(BODY.as_bytes()).unwrap();
        let once = Once {
            timestamp: "now",
            at,
            nonce,
        };
        self.agents
            .verify_once(&"agent-001".parse().unwrap(), &document, &signature, once)
            .await
    }
}

#[tokio::test]
async fn whoever_signs_acts_for_their_account() {
    let house = house();
    house.register(&signer(1)).await.unwrap();
    let document = Document::read(BODY.as_bytes()).unwrap();
    let signature = signer(1).sign(BODY.as_bytes()).to_text();
    let id = "agent-001".parse().unwrap();
    let signed = house.agents.verify(&id, &document, &signature).await.unwrap();
    assert_eq!(
        (signed.form, signed.caller().proof()),
        (Form::A, Proof::Signature)
    );
    assert_eq!(signed.caller().account().as_str(), "a2a:agent-001");
    assert!(!house.knows(&signer(2)).await);
    let stranger = "agent-002".parse().unwrap();
    let unknown = house.agents.verify(&stranger, &document, &signature).await;
    assert!(matches!(unknown, Err(AuthError::PartyNotFound(_))));
}

#[tokio::test]
async fn a_new_key_verifies_at_once_and_the_old_one_for_the_overlap() {
    let house = house();
    house.register(&signer(1)).await.unwrap();
    let rotated = house.register(&signer(2)).await.unwrap();
    assert_eq!(rotated.key(house.clock.now()), Some(&signer(2).key()));
    assert!(house.knows(&signer(1)).await && house.knows(&signer(2)).await);
    house.clock.advance(HOUR * 24);
    assert!(!house.knows(&signer(1)).await && house.knows(&signer(2)).await);
}

#[tokio::test]
async fn a_revoked_key_verifies_nothing_from_then_on() {
    let house = house();
    house.register(&signer(1)).await.unwrap();
    let rotation = Registration {
        revoke_previous: true,
        ..registration("agent-001", &signer(2))
    };
    house.agents.register(rotation, Vouched::ByTheHost).await.unwrap();
    assert!(!house.knows(&signer(1)).await && house.knows(&signer(2)).await);
    let back = house.register(&signer(1)).await;
    assert!(
        matches!(
            back,
            Err(AuthError::Invalid {
                field: "public_key",
                ..
            })
        ),
        "it stays revoked"
    );
    let id = "agent-001".parse().unwrap();
    for _ in 0..2 {
        house.agents.revoke(&id, &signer(2).key()).await.unwrap();
        assert!(!house.knows(&signer(2)).await);
    }
    let never_had = house.agents.revoke(&id, &signer(3).key()).await;
    assert!(matches!(never_had, Err(AuthError::Invalid { .. })));
}

#[tokio::test]
async fn only_an_active_agent_signs() {
    let house = house();
    house.register(&signer(1)).await.unwrap();
    let away = Registration {
        status: "suspended".into(),
        ..registration("agent-001", &signer(1))
    };
    house.agents.register(away, Vouched::ByTheHost).await.unwrap();
    assert!(!house.knows(&signer(1)).await);
    assert!(house.agents.list(None, 10).await.unwrap().is_empty());
    assert_eq!(
        house
            .agents
            .find(&"agent-001".parse().unwrap())
            .await
            .unwrap()
            .status,
        "suspended"
    );
}

#[tokio::test]
async fn an_id_that_looks_derived_is_derived() {
    let house = house();
    let (one, other) = (signer(1), signer(2));
    let mine = one.key().derived_id();
    let trap = house
        .agents
        .register(registration(&mine, &other), Vouched::ByTheHost)
        .await;
    assert!(matches!(
        trap,
        Err(AuthError::Invalid {
            field: "agent_id",
            ..
        })
    ));
    house
        .agents
        .register(registration(&mine, &one), Vouched::ByTheHost)
        .await
        .unwrap();
    house
        .agents
        .register(registration(&mine, &other), Vouched::ByTheHost)
        .await
        .unwrap();
    let by_itself = house
        .agents
        .register(registration("me", &one), Vouched::ByItself)
        .await;
    assert!(matches!(
        by_itself,
        Err(AuthError::Invalid {
            field: "agent_id",
            ..
        })
    ));
    house
        .agents
        .register(registration(&other.key().derived_id(), &other), Vouched::ByItself)
        .await
        .unwrap();
}

/// What the host has decided about an agent, the agent does not undo.
#[tokio::test]
async fn nobody_comes_back_by_itself() {
    let (house, one, other) = (house(), signer(1), signer(2));
    let own = registration(&one.key().derived_id(), &one);
    let by_itself = |own: &Registration| house.agents.register(own.clone(), Vouched::ByItself);
    by_itself(&own).await.unwrap();
    by_itself(&own).await.unwrap();
    let suspended = Registration {
        status: "suspended".to_owned(),
        ..own.clone()
    };
    house
        .agents
        .register(suspended, Vouched::ByTheHost)
        .await
        .unwrap();
    assert!(matches!(by_itself(&own).await, Err(AuthError::PartyNotFound(_))));
    assert_eq!(house.agents.find(&own.id).await.unwrap().status, "suspended");
    let rotated = registration(own.id.as_str(), &other);
    house
        .agents
        .register(rotated.clone(), Vouched::ByTheHost)
        .await
        .unwrap();
    assert!(matches!(by_itself(&own).await, Err(AuthError::InvalidSignature)));
    let party = house.agents.find(&own.id).await.unwrap();
    assert_eq!(party.key(house.clock.now()), Some(&rotated.key));
}

#[tokio::test]
async fn no_text_has_a_nul_in_it() {
    let (house, registered) = (house(), registration("agent-001", &signer(1)));
    let nul = || "nul \0".to_owned();
    for (wanted, registration) in [
        (
            "endpoint",
            Registration {
                endpoint: Some(nul()),
                ..registered.clone()
            },
        ),
        (
            "status",
            Registration {
                status: nul(),
                ..registered.clone()
            },
        ),
        (
            "metadata",
            Registration {
                metadata: nul(),
                ..registered
            },
        ),
    ] {
        let refused = house.agents.register(registration, Vouched::ByTheHost).await;
        let is_named = matches!(refused, Err(AuthError::Invalid { field, .. }) if field == wanted);
        assert!(is_named, "{wanted}: {refused:?}");
    }
}

#[tokio::test]
async fn a_nonce_verifies_once_and_only_where_it_is_signed() {
    let house = house();
    house.register(&signer(1)).await.unwrap();
    assert!(house.once("n1", "n1").await.is_ok());
    assert!(matches!(house.once("n1", "n1").await, Err(AuthError::Replayed)));
    assert!(matches!(
        house.once("n2", "n1").await,
        Err(AuthError::InvalidSignature)
    ));
    assert!(house.once("n2", "n2").await.is_ok());
    house.clock.advance(HOUR);
    assert_eq!(house.agents.forget_nonces(10).await.unwrap(), 2);
}

#[tokio::test]
async fn a_signed_time_is_near() {
    let house = house();
    let now = house.clock.now();
    let tolerance = AgentKeyOptions::default().tolerance;
    for at in [now, now + tolerance, now - tolerance] {
        assert!(house.agents.check_time(at).is_ok());
    }
    for at in [now + tolerance + Duration::from_millis(1), now - HOUR] {
        assert!(matches!(house.agents.check_time(at), Err(AuthError::OutOfRange)));
    }
}

#[tokio::test]
async fn a_tolerance_of_nothing_lets_every_moment_pass_but_no_nonce_twice() {
    let house = house_with(AgentKeyOptions {
        tolerance: Duration::ZERO,
        ..AgentKeyOptions::default()
    });
    house.register(&signer(1)).await.unwrap();
    let now = house.clock.now();
    for at in [now, now + HOUR, now - HOUR] {
        assert!(house.agents.check_time(at).is_ok());
    }
    assert!(house.once("n1", "n1").await.is_ok());
    assert!(matches!(house.once("n1", "n1").await, Err(AuthError::Replayed)));
}
