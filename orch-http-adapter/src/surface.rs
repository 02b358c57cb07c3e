use axum::{Router, http::Request};
use tower_http::cors::CorsLayer;

use crate::{document, slashes};

/// A surface: its route table, with an answer of its own for every other path.
///
/// It becomes a [`Router`] that a host nests wherever it wants, under whatever layers it has, or is put beside others by
/// [`mounts`](crate::mounts).
#[derive(Clone, Debug)]
pub struct Surface {
    name: &'static str,
    table: Router,
    /// `/health`, and who comes before others in answering it where several have one address.
    health: Option<(u8, Router)>,
    /// What it is, as an OpenAPI document.
    document: &'static str,
}

impl Surface {
    /// The surface of a route table, whose fallback speaks its dialect.
    #[cfg(any(feature = "market", feature = "a2a", feature = "approvals"))]
    pub(crate) fn new(name: &'static str, table: Router, document: &'static str) -> Self {
        Self {
            name,
            table,
            health: None,
            document,
        }
    }

    /// The route `/health`, which is answered by the surface of the least rank where several have one address.
    #[cfg(any(feature = "market", feature = "a2a"))]
    pub(crate) fn health(self, rank: u8, health: Router) -> Self {
        let health = Some((rank, health));
        Self { health, ..self }
    }

    /// Its name: `market`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Lets browsers of other origins in. Without it no CORS header is sent, so browsers keep them out.
    #[must_use]
    pub fn cors(self, cors: CorsLayer) -> Self {
        Self {
            table: self.table.layer(cors.clone()),
            health: self.health.map(|(rank, health)| (rank, health.layer(cors))),
            ..self
        }
    }

    /// The surface as a router of its own: doubled slashes and one at the end of a path make no difference to it.
    pub fn router(self) -> Router {
        slashes::normalized(self.table())
    }

    /// The bare table, for routers that normalize once for all.
    pub(crate) fn table(self) -> Router {
        Self::merged([self])
    }

    /// The tables of several surfaces as one. What no surface knows, the first answers.
    pub(crate) fn merged(surfaces: impl IntoIterator<Item = Self>) -> Router {
        let (mut merged, mut healths, mut documents) = (None::<Router>, Vec::new(), Vec::new());
        let mut first = None::<Router>;
        for surface in surfaces {
            first.get_or_insert_with(|| surface.table.clone());
            healths.extend(
                surface
                    .health
                    .map(|(rank, health)| (rank, health, surface.document)),
            );
            documents.push(surface.document);
            merged = Some(match merged {
                None => surface.table,
                Some(merged) => merged.merge(surface.table.reset_fallback()),
            });
        }
        let owner = healths.into_iter().min_by_key(|(rank, ..)| *rank);
        let of_health = owner.as_ref().map(|(_, _, document)| *document);
        let merged = merged.unwrap_or_default().merge(document::route(
            &documents,
            of_health,
            first.unwrap_or_default(),
        ));
        match owner {
            Some((_, health, _)) => merged.merge(health.reset_fallback()),
            None => merged,
        }
    }
}

/// The host that a request is for, without its port, in lower case.
pub(crate) fn host_of<B>(request: &Request<B>) -> Option<String> {
    let header = request.headers().get(axum::http::header::HOST);
    let host = match request.uri().host() {
        Some(host) => host,
        None => header?.to_str().ok()?,
    };
    let without_port = match host.rfind(':') {
        Some(colon) if !host[colon..].contains(']') => &host[..colon],
        _ => host,
    };
    Some(without_port.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_without_its_port() {
        for (header, host) in [
            ("Market.example", "market.example"),
            ("market.example:8080", "market.example"),
            ("[::1]:8080", "[::1]"),
            ("[::1]", "[::1]"),
        ] {
            let request = Request::builder().header("host", header).body(()).unwrap();
            assert_eq!(host_of(&request).as_deref(), Some(host));
        }
        assert_eq!(host_of(&Request::new(())), None);
    }
}
