use super::CatalogError;
use crate::{AgentId, Version, agent::Slug};

/// One of the names that an agent has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AgentKey {
    /// Its id.
    Id(AgentId),
    /// The word that names it in the whole catalog.
    Slug(Slug),
    /// Its name within its organization.
    Name {
        /// The organization.
        organization: Slug,
        /// The name.
        name: Slug,
    },
}

/// What a caller writes to name an agent, perhaps with a version: `table`, `acme/table@v2`, `agent_…@latest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference<'t> {
    pub(super) key: AgentKey,
    pub(super) version: Wanted<'t>,
}

/// Which version is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted<'t> {
    Latest,
    Exactly(Version),
    /// A text that no version bears.
    Unknown(&'t str),
}

impl<'t> Reference<'t> {
    /// Reads a reference. A text that can name no agent names one that does not exist.
    pub(super) fn parse(text: &'t str) -> Result<Self, CatalogError> {
        let (agent, version) = match text.split_once('@') {
            None => (text, Wanted::Latest),
            Some((agent, "latest")) => (agent, Wanted::Latest),
            Some((agent, version)) => {
                let wanted = version.parse().map_or(Wanted::Unknown(version), Wanted::Exactly);
                (agent, wanted)
            }
        };
        let key = key(agent).ok_or_else(|| CatalogError::agent_not_found(text))?;
        Ok(Self { key, version })
    }
}

fn key(agent: &str) -> Option<AgentKey> {
    if let Ok(id) = agent.parse() {
        return Some(AgentKey::Id(id));
    }
    match agent.split_once('/') {
        None => agent.parse().ok().map(AgentKey::Slug),
        Some((organization, name)) => Some(AgentKey::Name {
            organization: organization.parse().ok()?,
            name: name.parse().ok()?,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Reference<'_> {
        Reference::parse(text).unwrap()
    }

    #[test]
    fn an_agent_has_three_names() {
        let id = "agent_018d0c6c6f807000a1b2c3d4e5f60718";
        assert_eq!(read(id).key, AgentKey::Id(id.parse().unwrap()));
        assert_eq!(read("table").key, AgentKey::Slug("table".parse().unwrap()));
        let name = AgentKey::Name {
            organization: "acme".parse().unwrap(),
            name: "table".parse().unwrap(),
        };
        assert_eq!(read("acme/table@v1").key, name);
    }

    #[test]
    fn a_version_may_follow() {
        assert_eq!(read("table").version, Wanted::Latest);
        assert_eq!(read("acme/table@latest").version, Wanted::Latest);
        assert_eq!(
            read("table@v1.2").version,
            Wanted::Exactly("v1.2".parse().unwrap())
        );
        assert_eq!(read("table@newest").version, Wanted::Unknown("newest"));
    }

    #[test]
    fn what_names_no_agent_is_not_found() {
        for text in [
            "", "@v1", "@latest", "a/b/c", "Table", "acme/", "/table", "a b", "\0",
        ] {
            assert!(
                matches!(Reference::parse(text), Err(CatalogError::AgentNotFound(_))),
                "{text:?}"
            );
        }
    }
}
