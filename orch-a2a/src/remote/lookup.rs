use orch_auth::PartyId;

use crate::directory::{ServiceId, encode};

/// What another directory is asked for.
///
/// Its id comes from strangers and stands in a path, so that there is none for an id that could lead elsewhere on its way, whoever
/// decodes what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookup<'i> {
    route: &'static str,
    id: &'i str,
}

impl<'i> Lookup<'i> {
    /// For an agent; `None` if no directory can be asked for it.
    pub fn agent(id: &'i PartyId) -> Option<Self> {
        Self::of("/api/v1/lookup/", id.as_str())
    }

    /// For a service; `None` if no directory can be asked for it, such as `search`, where services are searched for.
    pub fn service(id: &'i ServiceId) -> Option<Self> {
        Self::of("/api/v1/services/", id.as_str()).filter(|lookup| lookup.id != "search")
    }

    fn of(route: &'static str, id: &'i str) -> Option<Self> {
        let leads_elsewhere = matches!(id, "." | "..") || id.contains(['/', '?', '#', '%', '\\']);
        (!leads_elsewhere).then_some(Self { route, id })
    }

    /// The id.
    pub fn id(&self) -> &'i str {
        self.id
    }

    /// The path behind that of the directory: `/api/v1/lookup/agent-001`.
    pub fn path(&self) -> String {
        let mut path = self.route.to_owned();
        encode(self.id, &mut path);
        path
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_stays_in_its_place() {
        let path = |id: &str| Lookup::agent(&id.parse().unwrap()).map(|lookup| lookup.path());
        for (id, expected) in [
            ("agent-001", "/api/v1/lookup/agent-001"),
            ("a:b@c", "/api/v1/lookup/a%3Ab%40c"),
            ("...", "/api/v1/lookup/..."),
            ("\"<{|}>^`\"", "/api/v1/lookup/%22%3C%7B%7C%7D%3E%5E%60%22"),
            ("search", "/api/v1/lookup/search"),
        ] {
            assert_eq!(path(id).as_deref(), Some(expected), "{id}");
        }
        for id in [
            ".", "..", "a/b", "../x", "/", "a?b", "a#b", "%2e%2e", "a%2Fb", "a\\b",
        ] {
            assert_eq!(path(id), None, "{id}");
        }
        let service = |id: &str| Lookup::service(&id.parse().unwrap()).map(|lookup| lookup.path());
        assert_eq!(
            service("srv-greet").as_deref(),
            Some("/api/v1/services/srv-greet")
        );
        assert_eq!(service("search"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_is_one_segment(id in "[!-~]{1,40}") {
            let id: PartyId = id.parse().unwrap();
            let Some(lookup) = Lookup::agent(&id) else { return Ok(()) };
            let path = lookup.path();
            let segment = path.strip_prefix("/api/v1/lookup/").unwrap();
            prop_assert!(!segment.is_empty() && segment != "." && segment != "..");
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~%".contains(c);
            prop_assert!(segment.chars().all(is_plain), "{}", segment);
        }
    }
}
