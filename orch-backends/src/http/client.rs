use std::{error::Error, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, Client},
    rt::{TokioExecutor, TokioTimer},
};
use orch_core::{Clock, Timestamp};

use super::{
    Answer, HttpError, HttpOptions, Request, TlsError,
    answer::Bounds,
    connector::{ConnectFault, Guard, Hurried},
    lanes::{Lane, Lanes},
    network::Rules,
    redirect::Hop,
    tls,
    within::within,
};

type Connector = Hurried<HttpsConnector<Guard>>;

/// A client that calls only where the host allows, within bounds: see [the module](super). Clones share its connections.
///
/// ```
/// # use std::sync::Arc;
/// use orch_backends::http::{GuardedClient, HttpOptions, Request};
/// use orch_core::SystemClock;
///
/// # async fn ask() -> Result<(), Box<dyn std::error::Error>> {
/// let client = GuardedClient::new(HttpOptions::default(), Arc::new(SystemClock))?;
/// let request = Request::post("https://api.example.com/v1/ask").bearer("secret").json(&[1, 2]);
/// let answer = client.send(request).await?;
/// if answer.status().is_success() {
///     let value: serde_json::Value = answer.json().await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct GuardedClient(Arc<Inner>);

struct Inner {
    http: Client<Connector, Full<Bytes>>,
    lanes: Lanes,
    rules: Rules,
    options: HttpOptions,
    clock: Arc<dyn Clock>,
}

impl GuardedClient {
    /// A client without connections. It opens them on the tokio runtime in which a request is sent.
    ///
    /// # Errors
    /// One of the extra roots is no certificate.
    pub fn new(options: HttpOptions, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let rules = Rules {
            network: options.network,
            plain_http: options.plain_http,
        };
        let guard = Guard {
            rules,
            resolver: options.resolver.clone(),
            clock: clock.clone(),
            timeout: options.connect_timeout,
        };
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls::config(&options.extra_roots)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(guard);
        let connector = Hurried {
            connector: https,
            clock: clock.clone(),
            timeout: options.connect_timeout,
        };
        let http = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(options.idle_connection_timeout)
            .pool_max_idle_per_host(options.max_idle_per_host)
            .http1_max_buf_size(options.max_head_bytes.max(8 * 1024))
            .http1_max_headers(options.max_headers)
            .build(connector);
        Ok(Self(Arc::new(Inner {
            http,
            lanes: Lanes::new(options.max_per_host),
            rules,
            options,
            clock,
        })))
    }

    /// Sends a request, follows redirects, and returns the answer as soon as its head is there.
    ///
    /// Dropping the future, or the answer, drops the connection.
    ///
    /// # Errors
    /// Why there is no answer; an answer with a status of failure is one.
    pub async fn send(&self, request: Request) -> Result<Answer, HttpError> {
        let Inner {
            options,
            clock,
            rules,
            ..
        } = &*self.0;
        let began = clock.now();
        let request = match options.traces.current() {
            Some(parent) => request.trace(parent),
            None => request,
        };
        let timeout = request.timeout.unwrap_or(options.timeout);
        let head_timeout = request.head_timeout.unwrap_or(options.head_timeout).min(timeout);
        let idle_timeout = request.idle_timeout.unwrap_or(options.idle_timeout);
        let max_bytes = request.max_bytes.unwrap_or(options.max_bytes);
        let stays = request.stays;
        let mut hop = Hop::first(request, *rules)?;
        let mut came_from: Option<Hop> = None;
        for _ in 0..=options.max_redirects {
            let (response, lane) = match self.exchange(&hop, began, head_timeout).await {
                Ok(answered) => answered,
                Err(error) => {
                    return Err(match came_from {
                        Some(from) => from.redirected(error),
                        None => error,
                    });
                }
            };
            let next = match stays {
                true => None,
                false => hop.next(response.status(), response.headers(), *rules)?,
            };
            match next {
                Some(next) => came_from = Some(std::mem::replace(&mut hop, next)),
                None => {
                    let bounds = Bounds {
                        host: hop.host(),
                        clock: clock.clone(),
                        ends: began + timeout,
                        timeout,
                        idle_timeout,
                        max_bytes,
                    };
                    return Answer::new(response, bounds, lane);
                }
            }
        }
        Err(hop.too_often())
    }

    /// Sends one request and waits for the head of its answer.
    async fn exchange(
        &self,
        hop: &Hop,
        began: Timestamp,
        timeout: Duration,
    ) -> Result<(http::Response<Incoming>, Lane), HttpError> {
        let Inner {
            http, lanes, clock, ..
        } = &*self.0;
        let request = hop.request()?;
        let host = hop.host();
        let ends = began + timeout;
        let origin = hop.origin();
        let Some(Some(lane)) = within(&**clock, ends, lanes.enter(&origin)).await else {
            return Err(HttpError::Busy { host });
        };
        match within(&**clock, ends, http.request(request)).await {
            Some(Ok(response)) => Ok((response, lane)),
            Some(Err(error)) => Err(failure(host, error)),
            None => Err(HttpError::TimedOut { host, after: timeout }),
        }
    }
}

/// What went wrong, told by the causes that the layers wrapped.
fn failure(host: String, error: legacy::Error) -> HttpError {
    let source = |error: legacy::Error| Box::new(error);
    if error.is_connect() {
        return match connect_fault(&error) {
            Some(ConnectFault::Forbidden) => HttpError::Forbidden { host },
            Some(ConnectFault::Unresolved(cause)) => HttpError::Unresolved {
                host,
                source: std::io::Error::new(cause.kind(), cause.to_string()),
            },
            _ => HttpError::Unconnected {
                host,
                source: source(error),
            },
        };
    }
    let cause = causes(&error).find_map(|cause| cause.downcast_ref::<hyper::Error>());
    match cause {
        // Hyper says so only of a request that it has not begun to write.
        Some(cause) if cause.is_canceled() => HttpError::Unconnected {
            host,
            source: source(error),
        },
        Some(cause) if cause.is_parse() => HttpError::Garbled {
            host,
            source: source(error),
        },
        _ => HttpError::Interrupted {
            host,
            source: source(error),
        },
    }
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn connect_fault(error: &legacy::Error) -> Option<&ConnectFault> {
    causes(error).find_map(|cause| {
        let inner = cause
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        let inner = inner.and_then(|inner| inner.downcast_ref::<ConnectFault>());
        cause.downcast_ref::<ConnectFault>().or(inner)
    })
}

impl fmt::Debug for GuardedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedClient")
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}
