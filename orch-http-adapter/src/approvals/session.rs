//! Who is signed in: a random token in a cookie that no script reads, and what it stands for, in this process.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use axum::http::{HeaderMap, header};
use orch::{Caller, Entropy, Timestamp, auth::KeyForm};
use orch_auth::{ApiKey, AuthError, KeyDigest};
use orch_core::{Secret, hex};

use super::{ApprovalPage, error::PageError};

/// How the cookie is called.
const COOKIE: &str = "orch_approver";

#[derive(Debug)]
pub(super) struct Sessions {
    most: usize,
    entries: Mutex<BTreeMap<[u8; 32], Entry>>,
}

/// What a token stands for. The key is shown again with every request, so that a sign-in ends with its key.
#[derive(Clone, Debug)]
struct Entry {
    key: Secret<String>,
    form: KeyForm,
    csrf: Secret<String>,
    expires_at: Timestamp,
}

/// Someone who is signed in.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) caller: Caller,
    /// What every form must send along, so that no other page sends one in their name.
    pub(super) csrf: Secret<String>,
}

impl Sessions {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            entries: Mutex::default(),
        }
    }

    fn insert(&self, token: &str, entry: Entry, now: Timestamp) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, entry| entry.expires_at > now);
        if entries.len() >= self.most {
            let oldest = entries.iter().min_by_key(|(_, entry)| entry.expires_at);
            if let Some(oldest) = oldest.map(|(digest, _)| *digest) {
                entries.remove(&oldest);
            }
        }
        entries.insert(*KeyDigest::of(token).as_bytes(), entry);
    }

    fn find(&self, token: &str, now: Timestamp) -> Option<Entry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(KeyDigest::of(token).as_bytes()).cloned();
        entry.filter(|entry| entry.expires_at > now)
    }

    fn remove(&self, token: &str) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.remove(KeyDigest::of(token).as_bytes());
    }
}

impl ApprovalPage {
    /// Lets the holder of a key in; the cookie that says so from now on.
    pub(super) async fn sign_in(&self, key: &str) -> Result<String, PageError> {
        let forms = KeyForm::ALL.into_iter();
        let form = forms
            .rev()
            .find(|form| key.starts_with(form.prefix()))
            .ok_or(PageError::Key)?;
        self.authenticate(form, key).await?;
        let options = self.options();
        let (token, now) = (random(&**self.orchestrator().entropy()), self.now());
        let entry = Entry {
            key: Secret::new(key.to_owned()),
            form,
            csrf: Secret::new(random(&**self.orchestrator().entropy())),
            expires_at: now + options.session_time,
        };
        self.0.sessions.insert(&token, entry, now);
        Ok(self.cookie(&token, options.session_time.as_secs()))
    }

    /// Forgets who shows this cookie; the cookie that replaces it.
    pub(super) fn sign_out(&self, headers: &HeaderMap) -> String {
        if let Some(token) = token(headers) {
            self.0.sessions.remove(token);
        }
        self.cookie("", 0)
    }

    /// Who shows this cookie.
    pub(super) async fn session(&self, headers: &HeaderMap) -> Result<Session, PageError> {
        let token = token(headers).ok_or(PageError::SignedOut)?;
        let entry = self
            .0
            .sessions
            .find(token, self.now())
            .ok_or(PageError::SignedOut)?;
        match self.authenticate(entry.form, entry.key.expose()).await {
            Ok((caller, _)) => Ok(Session {
                caller,
                csrf: entry.csrf,
            }),
            Err(PageError::Key) => {
                self.0.sessions.remove(token);
                Err(PageError::SignedOut)
            }
            Err(other) => Err(other),
        }
    }

    async fn authenticate(&self, form: KeyForm, key: &str) -> Result<(Caller, ApiKey), PageError> {
        let keys = self.orchestrator().api_keys();
        let admitted = keys.authenticate_for(Self::SCOPE, form, key).await;
        admitted.map_err(|error| match error {
            AuthError::InvalidKey => PageError::Key,
            other => PageError::failed(&other),
        })
    }

    fn cookie(&self, token: &str, max_age: u64) -> String {
        let path = self.path("");
        let secure = if self.options().https { "; Secure" } else { "" };
        format!("{COOKIE}={token}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}")
    }
}

/// The token of the cookie, if there is one.
fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// 256 random bits, in hex.
pub(super) fn random(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    hex::encode(&bytes)
}
