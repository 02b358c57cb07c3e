use axum::{Router, http::Request};
use tower_http::cors::CorsLayer;

use crate::slashes;

/// A surface: its route table, with an answer of its own for every other path.
///
/// It becomes a [`Router`] that a host nests wherever it wants, under whatever layers it has, or is put beside others by
/// [`mounts`](crate::mounts).
#[derive(Clone, Debug)]
pub struct Surface {
    name: &'static str,
    table: Router,
}

impl Surface {
    /// The surface of a route table, whose fallback speaks its dialect.
    #[cfg(feature = "market")]
    pub(crate) fn new(name: &'static str, table: Router) -> Self {
        Self { name, table }
    }

    /// Its name: `market`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Lets browsers of other origins in. Without it no CORS header is sent, so browsers keep them out.
    #[must_use]
    pub fn cors(self, cors: CorsLayer) -> Self {
        Self {
            table: self.table.layer(cors),
            ..self
        }
    }

    /// The surface as a router of its own: doubled slashes and one at the end of a path make no difference to it.
    pub fn router(self) -> Router {
        slashes::normalized(self.table)
    }

    /// The bare table, for routers that normalize once for all.
    pub(crate) fn table(self) -> Router {
        self.table
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
