use std::{sync::Arc, time::Duration};

use super::{Network, NoTraces, Resolver, SystemResolver, Traces};

/// Where a [`GuardedClient`](super::GuardedClient) may go, and within which bounds.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Which networks it reaches; the internet alone by default.
    pub network: Network,
    /// Whether public addresses may be called over http as well; not by default.
    pub plain_http: bool,
    /// The longest that resolving, connecting and the TLS handshake take together; 10 seconds by default.
    pub connect_timeout: Duration,
    /// The longest wait for the head of an answer, from the beginning; 60 seconds by default. A request may say otherwise.
    pub head_timeout: Duration,
    /// The longest silence within the body of an answer; 30 seconds by default. A request may say otherwise.
    pub idle_timeout: Duration,
    /// The longest that an exchange takes, from its beginning to the end of the body; 120 seconds by default. A request may
    /// say otherwise.
    pub timeout: Duration,
    /// The most bytes of an answer's body; 8 MiB by default. A request may say otherwise.
    pub max_bytes: usize,
    /// About the most bytes of an answer's head; 64 KiB by default, never fewer than 8 KiB. The last piece that is read
    /// may pass it, at most doubling it.
    pub max_head_bytes: usize,
    /// The most header lines of an answer; 100 by default.
    pub max_headers: usize,
    /// The most redirects of one exchange; 5 by default.
    pub max_redirects: usize,
    /// The most exchanges with one host at once; 64 by default. Others wait within their own time.
    pub max_per_host: usize,
    /// The most idle connections that are kept to one host; 16 by default.
    pub max_idle_per_host: usize,
    /// How long an idle connection is kept; 60 seconds by default.
    pub idle_connection_timeout: Duration,
    /// Certificates (DER) of authorities to trust beside Mozilla's.
    pub extra_roots: Vec<Vec<u8>>,
    /// Finds addresses; the machine's own resolver by default.
    pub resolver: Arc<dyn Resolver>,
    /// Says where the host's own spans stand in a trace, which every request then bears as its `traceparent`. Without them,
    /// as by default, the call of an agent is a trace of its own.
    pub traces: Arc<dyn Traces>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            network: Network::Public,
            plain_http: false,
            connect_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(120),
            max_bytes: 8 * 1024 * 1024,
            max_head_bytes: 64 * 1024,
            max_headers: 100,
            max_redirects: 5,
            max_per_host: 64,
            max_idle_per_host: 16,
            idle_connection_timeout: Duration::from_secs(60),
            extra_roots: Vec::new(),
            resolver: Arc::new(SystemResolver),
            traces: Arc::new(NoTraces),
        }
    }
}
