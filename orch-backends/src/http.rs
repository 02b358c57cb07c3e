//! The one way out over HTTP: a client that goes only where the host allows, within bounds.
//!
//! Whatever address a caller can influence - an agent's endpoint, a webhook, a model's URL - is called through
//! [`GuardedClient`]:
//!
//! - **Where to.** https to public addresses, unless [`Network`] or [`HttpOptions::plain_http`] says otherwise. The rule is
//!   applied to the resolved address, by the code that then connects to that very address, so a name that changes its
//!   mind in between gains nothing. Addresses that hide an IPv4 address inside an IPv6 one are judged by both. Some
//!   addresses ([`Reach::Never`]) no option allows: link-local ones, where clouds keep their metadata, among them.
//! - **Redirects** are followed here, a few of them, each judged like the first address; credentials do not go along to
//!   another origin, and nothing leads from https to http.
//! - **How long.** Connecting, the wait for the head of the answer, silence within its body, and the whole exchange.
//! - **How much.** Connections to a host, the head of an answer, and its body as it is read. No encoding of the body is
//!   asked for and none is taken, so nothing can swell in memory.
//! - **Nothing else.** No proxies, no cookies, no environment, no certificates but Mozilla's roots and the host's own.
//!
//! It speaks HTTP/1.1 alone: a call has a connection to itself, so dropping the call drops the connection, and the other
//! side learns at once that nobody waits.

mod address;
mod agent;
mod answer;
mod client;
mod connector;
mod directory;
mod error;
mod events;
mod lanes;
pub mod llm;
mod multipart;
mod network;
mod options;
mod redirect;
mod relay;
mod request;
mod resolver;
pub mod sse;
mod tls;
mod trace;
mod within;

pub use address::Reach;
pub use agent::HttpAgents;
pub use answer::Answer;
pub use client::GuardedClient;
pub use directory::HttpDirectory;
pub use error::{HttpError, TlsError};
pub use events::Events;
pub use llm::{HttpModel, LlmEndpoint};
pub use multipart::{Multipart, Part};
pub use network::Network;
pub use options::HttpOptions;
pub use relay::HttpRelay;
pub use request::Request;
pub use resolver::{Resolver, SystemResolver};
pub use trace::{NoTraces, TraceParent, Traces};

#[doc(no_inline)]
pub use bytes::Bytes;
#[doc(no_inline)]
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
