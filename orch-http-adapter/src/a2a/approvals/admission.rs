//! Who calls: signed where they sign, by a key where they show one, and else whoever they say.

use axum::http::HeaderMap;
use orch::{
    approvals::{Approval, Party},
    auth::Document,
};

use orch_core::Timestamp;

use super::{
    super::{
        A2a,
        access::{signature, text},
        error::ApiError,
        moment,
    },
    body::{Members, Sent},
};

/// Who calls.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    /// The agent that a header names, whether proved or not.
    pub(super) claimed: Option<String>,
    /// Whether the agent has signed what was sent.
    pub(super) is_signed: bool,
    /// When it says that it signed.
    pub(super) signed_at: Option<Timestamp>,
    /// Whether a key of this surface was shown.
    pub(super) has_key: bool,
}

/// What a header says of the agent that calls; one of the two wins where they differ.
fn claimed(headers: &HeaderMap) -> Option<String> {
    let names = ["x-amorce-agent-id", "x-agent-id"];
    names
        .into_iter()
        .find_map(|name| text(headers, name))
        .map(str::to_owned)
}

impl A2a {
    /// Lets in who asks or decides: with a valid signature, with a key, or where no key is asked for.
    pub(super) async fn admit_writer(&self, sent: &Sent, members: &Members) -> Result<Admission, ApiError> {
        let has_key = self.shows_key(&sent.headers).await?;
        let named: Option<String> = members.optional("agent_id")?;
        let header = claimed(&sent.headers);
        if header.is_some() && named.is_some() && header != named {
            return Err(ApiError::invalid("agent_id does not match the identity header"));
        }
        let read = || Document::read(&sent.bytes).map_err(|_| ApiError::invalid("Malformed JSON"));
        let Some(signature) = signature(&sent.headers)? else {
            if self.options().wants_key() && !has_key {
                return Err(ApiError::unauthorized());
            }
            read()?;
            return Ok(Admission {
                claimed: header,
                is_signed: false,
                signed_at: None,
                has_key,
            });
        };
        let agent = header
            .or(named)
            .ok_or_else(|| ApiError::invalid("Missing agent identity"))?;
        let id = agent.parse().map_err(|_| ApiError::invalid("Invalid agent_id"))?;
        let agents = self.orchestrator().directory().agents();
        agents.verify(&id, &read()?, signature).await?;
        let mut signed_at = None;
        for name in ["requested_at", "timestamp"] {
            let at: Option<String> = members.optional(name)?;
            let at =
                at.map(|at| moment::read(&at).ok_or_else(|| ApiError::invalid(format!("Invalid {name}"))));
            if let Some(at) = at.transpose()? {
                agents.check_time(at)?;
                signed_at = Some(at);
            }
        }
        Ok(Admission {
            claimed: Some(agent),
            is_signed: true,
            signed_at,
            has_key,
        })
    }

    /// Whoever reads: an id that nobody guesses is the right to read what it names.
    pub(super) async fn admit_reader(&self, headers: &HeaderMap, id: &str) -> Result<Admission, ApiError> {
        let has_key = self.shows_key(headers).await?;
        if self.options().wants_key() && !has_key && !is_made_here(id) {
            return Err(ApiError::unauthorized());
        }
        Ok(Admission {
            claimed: claimed(headers),
            is_signed: false,
            signed_at: None,
            has_key,
        })
    }

    /// Whether a key is shown where one is asked for; a wrong one is none.
    async fn shows_key(&self, headers: &HeaderMap) -> Result<bool, ApiError> {
        let shows = self.options().wants_key() && text(headers, "x-api-key").is_some();
        if !shows {
            return Ok(false);
        }
        match self.admit(headers).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_repeated() => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// Refuses who names an agent that did not ask, unless they show a key or are an approver who signed.
    pub(super) fn check_access(&self, admission: &Admission, approval: &Approval) -> Result<(), ApiError> {
        let asked_by = agent(&approval.requester);
        let is_other =
            admission.claimed.is_some() && asked_by.is_some() && admission.claimed.as_deref() != asked_by;
        let is_approver =
            admission.is_signed && self.orchestrator().approvals().is_steward(&admission.requester());
        if is_other && !admission.has_key && !is_approver {
            return Err(ApiError::not_yours());
        }
        Ok(())
    }
}

impl Admission {
    /// Who asks.
    pub(super) fn requester(&self) -> Party {
        let claimed = self.claimed.as_deref().map(Party::agent);
        claimed.and_then(Result::ok).unwrap_or(Party::Anonymous)
    }

    /// Who decides, as far as it is proved.
    pub(super) fn decider(&self, owner: &orch::Caller) -> Party {
        match self {
            Self { is_signed: true, .. } => self.requester(),
            Self { has_key: true, .. } => Party::of(owner),
            _ => Party::Anonymous,
        }
    }
}

/// The agent, if it is one.
pub(super) fn agent(party: &Party) -> Option<&str> {
    match party {
        Party::Agent(id) => Some(id),
        Party::Account(_) | Party::Anonymous => None,
    }
}

/// Whether an id has the form of those that are made here: `apr_` and 22 digits of base64url.
pub(super) fn is_made_here(id: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    id.strip_prefix("apr_")
        .is_some_and(|rest| rest.len() == 22 && rest.bytes().all(is_digit))
}
