use std::{sync::Arc, time::Duration};

use orch_core::{Caller, Clock, ManualClock, PageRequest, Proof, SeededEntropy};

use super::{ApiKeys, KeyDraft};
use crate::{AuthError, InMemoryApiKeys, KeyForm};

const MINUTE: Duration = Duration::from_secs(60);

fn house() -> (ApiKeys, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let store = Arc::new(InMemoryApiKeys::default());
    let keys = ApiKeys::new(store, clock.clone(), Arc::new(SeededEntropy::default()));
    (keys, clock)
}

fn caller(account: &str) -> Caller {
    Caller::host(account.parse().unwrap())
}

fn market() -> KeyDraft {
    KeyDraft::new(KeyForm::Market, "laptop")
}

async fn opens(keys: &ApiKeys, text: &str) -> bool {
    match keys.authenticate(KeyForm::Market, text).await {
        Ok(_) => true,
        Err(AuthError::InvalidKey) => false,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn whoever_holds_a_key_acts_for_its_account() {
    let (keys, _) = house();
    let minted = keys.create(&caller("acme"), market()).await.unwrap();
    let (caller, key) = keys
        .authenticate(KeyForm::Market, minted.token.expose())
        .await
        .unwrap();
    assert_eq!(caller.account().as_str(), "acme");
    assert_eq!(caller.proof(), Proof::ApiKey(minted.key.id));
    assert!(key.allows("anything"));
}

#[tokio::test]
async fn no_other_text_opens() {
    let (keys, _) = house();
    let minted = keys.create(&caller("acme"), market()).await.unwrap();
    let text = minted.token.expose();
    let last = if text.ends_with('A') { 'B' } else { 'A' };
    let wrong = format!("{}{last}", &text[..text.len() - 1]);
    let as_gateway = text.replace("0rca_", "sk_live_");
    for text in ["", "0rca_", &text[1..], &wrong, &as_gateway, &text.to_lowercase()] {
        assert!(!opens(&keys, text).await, "{text}");
    }
    let gateway = KeyDraft::new(KeyForm::Gateway, "ci");
    let gateway = keys.create(&caller("acme"), gateway).await.unwrap();
    assert!(!opens(&keys, gateway.token.expose()).await);
}

#[tokio::test]
async fn a_key_expires() {
    let (keys, clock) = house();
    let expires_at = Some(clock.now() + MINUTE);
    let draft = KeyDraft {
        expires_at,
        ..market()
    };
    let minted = keys.create(&caller("acme"), draft).await.unwrap();
    clock.advance(MINUTE - Duration::from_millis(1));
    assert!(opens(&keys, minted.token.expose()).await);
    clock.advance(Duration::from_millis(1));
    assert!(!opens(&keys, minted.token.expose()).await);
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_from_then_on() {
    let (keys, _) = house();
    let minted = keys.create(&caller("acme"), market()).await.unwrap();
    let stranger = keys.revoke(&caller("other"), minted.key.id).await;
    assert!(matches!(stranger, Err(AuthError::KeyNotFound(_))));
    assert!(opens(&keys, minted.token.expose()).await);
    for _ in 0..2 {
        keys.revoke(&caller("acme"), minted.key.id).await.unwrap();
        assert!(!opens(&keys, minted.token.expose()).await);
    }
}

#[tokio::test]
async fn a_rotated_key_goes_on_for_the_overlap() {
    let (keys, clock) = house();
    let acme = caller("acme");
    let old = keys.create(&acme, market()).await.unwrap();
    let stranger = keys.rotate(&caller("other"), old.key.id, MINUTE).await;
    assert!(matches!(stranger, Err(AuthError::KeyNotFound(_))));
    let new = keys.rotate(&acme, old.key.id, MINUTE).await.unwrap();
    assert_eq!((new.key.name.as_str(), new.key.expires_at), ("laptop", None));
    assert!(opens(&keys, old.token.expose()).await && opens(&keys, new.token.expose()).await);
    let again = keys.rotate(&acme, old.key.id, MINUTE).await;
    assert!(matches!(again, Err(AuthError::KeyEnded(_))));
    clock.advance(MINUTE);
    assert!(!opens(&keys, old.token.expose()).await && opens(&keys, new.token.expose()).await);
    let long = keys
        .rotate(&acme, new.key.id, ApiKeys::MAX_OVERLAP + MINUTE)
        .await;
    assert!(matches!(long, Err(AuthError::Invalid { field: "overlap", .. })));
}

#[tokio::test]
async fn a_use_is_noted_at_most_once_a_minute() {
    let (keys, clock) = house();
    let acme = caller("acme");
    let minted = keys.create(&acme, market()).await.unwrap();
    let start = clock.now();
    let mut noted = Vec::new();
    for _ in 0..4 {
        assert!(opens(&keys, minted.token.expose()).await);
        let page = keys.list(&acme, PageRequest::default()).await.unwrap();
        noted.push(page.items[0].last_used_at.unwrap());
        clock.advance(MINUTE / 2);
    }
    assert_eq!(noted, [start, start, start + MINUTE, start + MINUTE]);
}

#[tokio::test]
async fn a_draft_is_checked() {
    let (keys, clock) = house();
    let scoped = |scope: &str| KeyDraft {
        scopes: vec![scope.into()],
        ..market()
    };
    let drafts = [
        KeyDraft::new(KeyForm::Market, " "),
        KeyDraft::new(KeyForm::Market, "a\nb"),
        KeyDraft::new(KeyForm::Market, "x".repeat(101)),
        scoped(""),
        scoped("Agents"),
        scoped(&"x".repeat(65)),
        KeyDraft {
            scopes: vec!["hire".into(); 33],
            ..market()
        },
        KeyDraft {
            expires_at: Some(clock.now()),
            ..market()
        },
    ];
    for draft in drafts {
        let refused = keys.create(&caller("acme"), draft.clone()).await;
        assert!(matches!(refused, Err(AuthError::Invalid { .. })), "{draft:?}");
    }
    let scoped = keys.create(&caller("acme"), scoped("agents:read")).await.unwrap();
    assert!(scoped.key.allows("agents:read") && !scoped.key.allows("hire"));
}
