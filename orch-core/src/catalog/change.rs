use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    AgentDraft, AgentKey, Catalog, CatalogError, Change, Review, VersionDraft, check, weight::postings,
};
use crate::{
    Agent, AgentId, AgentVersion, Caller, Event, Proof, Timestamp, Version,
    agent::{Deprecation, Performance, Rating, Status},
};

/// How often a change is tried again when others come first. Each time, one of the others succeeded.
pub(super) const ATTEMPTS: usize = 100;

/// Changes; each appears in the agent's event stream.
impl Catalog {
    /// Takes in an agent, which belongs to the caller's account. It counts as online.
    pub async fn register(&self, caller: &Caller, draft: AgentDraft) -> Result<Arc<Agent>, CatalogError> {
        check::agent(&draft)?;
        check_enrollment(caller, &draft.version)?;
        let now = self.clock.now();
        let number = draft.version.version.unwrap_or(Version::FIRST);
        let agent = Agent {
            id: AgentId::generate(now, &*self.entropy),
            slug: draft.slug.unwrap_or_else(|| draft.name.clone()),
            organization: draft.organization,
            name: draft.name,
            owner: caller.account().clone(),
            developer: draft.developer,
            visibility: draft.visibility,
            status: Status::Online,
            last_seen: None,
            rating: Rating::default(),
            performance: Performance::default(),
            created_at: now,
            updated_at: now,
            revision: 1,
            deprecations: Vec::new(),
            latest: publish(draft.version, number, now)?,
        };
        let data = json!({ "v": 1, "owner": agent.owner, "slug": agent.slug, "version": number });
        let event = Event::new(agent.id, 1, "agent_registered", now, &data);
        if !self
            .store
            .insert(&agent, &postings(&agent.latest), &[event])
            .await?
        {
            let slug = AgentKey::Slug(agent.slug.clone());
            let has_slug = self.store.find(&slug).await?.is_some();
            let taken = if has_slug {
                agent.slug.to_string()
            } else {
                agent.full_name()
            };
            return Err(CatalogError::AlreadyExists(taken));
        }
        self.cache.forget_n_developed();
        Ok(self.keep_at_hand(agent))
    }

    /// Publishes another version of an agent. Of two at once, one is refused as a conflict. Owner only.
    pub async fn revise(
        &self,
        caller: &Caller,
        id: AgentId,
        draft: VersionDraft,
    ) -> Result<Arc<Agent>, CatalogError> {
        check::version(&draft)?;
        check_enrollment(caller, &draft)?;
        let mut agent = self.read_owned(caller, id).await?;
        let former = agent.latest.version;
        let number = draft.version.unwrap_or_else(|| former.next());
        if number <= former {
            return Err(CatalogError::invalid(
                "version",
                format!("must be above {former}"),
            ));
        }
        let version = publish(draft, number, self.clock.now())?;
        let postings = postings(&version);
        for _ in 0..ATTEMPTS {
            let mut change = self.change(&agent, "agent_revised", &json!({ "v": 1, "version": number }));
            change.agent.latest = version.clone();
            change.published = Some(postings.clone());
            if let Some(agent) = self.write(change).await? {
                return Ok(agent);
            }
            agent = self.read_owned(caller, id).await?;
            if agent.latest.version != former {
                break;
            }
        }
        Err(CatalogError::Conflict(agent.slug.to_string()))
    }

    /// Gives an agent 1 to 5 stars, in the place of those that the caller's account gave before.
    pub async fn rate(&self, caller: &Caller, id: AgentId, stars: u8) -> Result<Arc<Agent>, CatalogError> {
        if !(1..=5).contains(&stars) {
            return Err(CatalogError::invalid("stars", "must be 1 to 5"));
        }
        for _ in 0..ATTEMPTS {
            let agent = self.read_visible(caller, id).await?;
            let former = self.store.find_review(id, caller.account()).await?;
            if former == Some(stars) {
                return Ok(agent);
            }
            let mut change = self.change(
                &agent,
                "agent_rated",
                &json!({ "v": 1, "stars": stars, "former": former }),
            );
            change.agent.rating = agent.rating.with(stars, former);
            change.review = Some(Review {
                account: caller.account().clone(),
                stars,
                at: change.agent.updated_at,
            });
            if let Some(agent) = self.write(change).await? {
                return Ok(agent);
            }
        }
        Err(CatalogError::Conflict(id.to_string()))
    }

    /// Says whether an agent answers; that it does makes it seen now. Owner only.
    pub async fn set_status(
        &self,
        caller: &Caller,
        id: AgentId,
        status: Status,
    ) -> Result<Arc<Agent>, CatalogError> {
        for _ in 0..ATTEMPTS {
            let agent = self.read_owned(caller, id).await?;
            let mut change = self.change(
                &agent,
                "agent_status_changed",
                &json!({ "v": 1, "status": status }),
            );
            let now = change.agent.updated_at;
            if agent.status == status {
                if status != Status::Online {
                    return Ok(agent);
                }
                // Nothing that others wait for: a later sight of the same agent is no event and no revision.
                change.agent = Agent::clone(&agent);
                change.events.clear();
            }
            change.agent.status = status;
            if status == Status::Online {
                change.agent.last_seen = Some(now);
            }
            if let Some(agent) = self.write(change).await? {
                return Ok(agent);
            }
        }
        Err(CatalogError::Conflict(id.to_string()))
    }

    /// Advises against a version, with a reason of at most 1,000 characters, in the place of earlier advice about it;
    /// at most 100 versions of an agent. Owner only.
    pub async fn deprecate(
        &self,
        caller: &Caller,
        id: AgentId,
        version: Version,
        message: &str,
        sunset: Option<Timestamp>,
    ) -> Result<Arc<Agent>, CatalogError> {
        check::deprecation(message)?;
        for _ in 0..ATTEMPTS {
            let agent = self.read_owned(caller, id).await?;
            self.version_of(&agent, version).await?;
            let data = json!({ "v": 1, "version": version, "message": message, "sunset": sunset });
            let mut change = self.change(&agent, "agent_deprecated", &data);
            let deprecations = &mut change.agent.deprecations;
            deprecations.retain(|deprecation| deprecation.version != version);
            if deprecations.len() >= 100 {
                return Err(CatalogError::invalid(
                    "version",
                    "is one of more than 100 deprecated ones",
                ));
            }
            deprecations.push(Deprecation {
                version,
                message: message.to_owned(),
                sunset,
            });
            if let Some(agent) = self.write(change).await? {
                return Ok(agent);
            }
        }
        Err(CatalogError::Conflict(id.to_string()))
    }

    /// The agent one revision on, with the event that says so.
    pub(super) fn change(&self, agent: &Agent, kind: &str, data: &Value) -> Change {
        let now = self.clock.now();
        let revision = agent.revision + 1;
        Change {
            agent: Agent {
                revision,
                updated_at: now,
                ..agent.clone()
            },
            from_revision: agent.revision,
            published: None,
            review: None,
            events: vec![Event::new(agent.id, revision, kind, now, data)],
        }
    }

    /// The agent as changed; `None` if another change came first.
    pub(super) async fn write(&self, change: Change) -> Result<Option<Arc<Agent>>, CatalogError> {
        let written = self.store.update(&change).await?;
        Ok(written.then(|| self.keep_at_hand(change.agent)))
    }

    fn keep_at_hand(&self, agent: Agent) -> Arc<Agent> {
        let agent = Arc::new(agent);
        self.cache.put_agent(&agent, self.clock.now());
        agent
    }

    async fn read_visible(&self, caller: &Caller, id: AgentId) -> Result<Arc<Agent>, CatalogError> {
        let agent = self.read(caller, &AgentKey::Id(id)).await?;
        agent.ok_or_else(|| CatalogError::agent_not_found(&id))
    }

    async fn read_owned(&self, caller: &Caller, id: AgentId) -> Result<Arc<Agent>, CatalogError> {
        let agent = self.read_visible(caller, id).await?;
        if caller.owns(&agent.owner) {
            Ok(agent)
        } else {
            Err(CatalogError::Forbidden {
                reason: format!("only its owner may change agent {}", agent.slug),
            })
        }
    }
}

/// Only the host's own code enrolls agents that run within its process or on its machine.
fn check_enrollment(caller: &Caller, draft: &VersionDraft) -> Result<(), CatalogError> {
    if draft.endpoint.is_local() && caller.proof() != Proof::Host {
        return Err(CatalogError::Forbidden {
            reason: "only the host may enroll agents of its own process or machine".into(),
        });
    }
    Ok(())
}

fn publish(draft: VersionDraft, version: Version, at: Timestamp) -> Result<Arc<AgentVersion>, CatalogError> {
    let version = AgentVersion {
        version,
        title: draft.title,
        description: draft.description,
        category: draft.category,
        tags: draft.tags,
        tasks: draft.tasks,
        pricing: draft.pricing,
        endpoint: draft.endpoint,
        on_chain: draft.on_chain,
        created_at: at,
    };
    check::size(&version)?;
    Ok(Arc::new(version))
}
