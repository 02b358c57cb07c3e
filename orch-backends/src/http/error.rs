use std::{io, time::Duration};

use super::sse::EventTooLarge;

/// Why an exchange has no answer, or not a whole one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The URL cannot be called, or a header cannot be sent.
    #[error("the request cannot be sent: {reason}")]
    Invalid {
        /// What is wrong with it.
        reason: String,
    },
    /// The host may not be called from here: its scheme or its address is not allowed.
    #[error("{host} may not be called from here")]
    Forbidden {
        /// The host.
        host: String,
    },
    /// The host's name has no address.
    #[error("{host} cannot be resolved")]
    Unresolved {
        /// The host.
        host: String,
        /// What the resolver said.
        #[source]
        source: io::Error,
    },
    /// No connection came about.
    #[error("{host} cannot be connected to")]
    Unconnected {
        /// The host.
        host: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There was no free connection in time, because the host works on as many exchanges as it may.
    #[error("{host} has no free connection")]
    Busy {
        /// The host.
        host: String,
    },
    /// The answer, or the rest of it, was not there in time.
    #[error("{host} did not answer within {after:?}")]
    TimedOut {
        /// The host.
        host: String,
        /// The bound that was passed.
        after: Duration,
    },
    /// The connection broke after it was there.
    #[error("the connection to {host} broke")]
    Interrupted {
        /// The host.
        host: String,
        /// How.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What came is no HTTP, or its head passes the bounds.
    #[error("{host} does not answer in HTTP")]
    Garbled {
        /// The host.
        host: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The body came in an encoding that was not asked for.
    #[error("{host} answers in the encoding {encoding}, which was not asked for")]
    Encoded {
        /// The host.
        host: String,
        /// The encoding.
        encoding: String,
    },
    /// The body is larger than allowed.
    #[error("the answer of {host} is larger than {limit} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The most bytes that it may have.
        limit: usize,
    },
    /// An event of the body is larger than allowed.
    #[error(transparent)]
    EventTooLarge(#[from] EventTooLarge),
    /// The body is not the JSON that was expected.
    #[error("the answer of {host} is not the JSON that was expected")]
    NotJson {
        /// The host.
        host: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The host sent the request elsewhere, too often or to where it may not go.
    #[error("{host} redirects {reason}")]
    Misdirected {
        /// The host that redirects.
        host: String,
        /// How.
        reason: &'static str,
    },
    /// The host sent the request elsewhere, and there it failed.
    #[error("{host} redirects to where the request fails: {source}")]
    Redirected {
        /// The host that redirects.
        host: String,
        /// How it failed.
        source: Box<HttpError>,
    },
}

impl HttpError {
    /// Whether it is certain that nothing of the request was sent, so that it may be sent again whatever it does.
    pub fn is_unsent(&self) -> bool {
        matches!(
            self,
            Self::Invalid { .. }
                | Self::Forbidden { .. }
                | Self::Unresolved { .. }
                | Self::Unconnected { .. }
                | Self::Busy { .. }
        )
    }
}

/// A certificate among the roots cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up")]
pub struct TlsError(#[from] rustls::Error);
