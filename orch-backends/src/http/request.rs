use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde::Serialize;

use super::{Multipart, TraceParent};

/// A request, and how long and how large its answer may be where that differs from the client's
/// [options](super::HttpOptions).
///
/// What cannot be sent - a header with a line feed, a body that is no JSON - is said when it is sent.
#[derive(Clone)]
#[must_use]
pub struct Request {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) fault: Option<String>,
    pub(super) head_timeout: Option<Duration>,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) timeout: Option<Duration>,
    pub(super) max_bytes: Option<usize>,
    pub(super) stays: bool,
}

impl Request {
    /// A request without a body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            fault: None,
            head_timeout: None,
            idle_timeout: None,
            timeout: None,
            max_bytes: None,
            stays: false,
        }
    }

    /// Asks for what is at this URL.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::GET, url)
    }

    /// Sends something to this URL.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new(Method::POST, url)
    }

    /// Sets a header.
    pub fn header(self, name: HeaderName, value: impl AsRef<str>) -> Self {
        self.set(name, value.as_ref(), false)
    }

    /// Sets a header that is a credential: it is never printed, and does not follow a redirect to another origin.
    pub fn secret_header(self, name: HeaderName, value: impl AsRef<str>) -> Self {
        self.set(name, value.as_ref(), true)
    }

    /// Sets the header `authorization` to a bearer token (RFC 6750).
    pub fn bearer(self, token: impl AsRef<str>) -> Self {
        let value = format!("Bearer {}", token.as_ref());
        self.set(header::AUTHORIZATION, &value, true)
    }

    /// Says where the request stands in a trace.
    pub fn trace(self, parent: TraceParent) -> Self {
        self.header(HeaderName::from_static(TraceParent::HEADER), parent.to_string())
    }

    /// Sends a value as JSON.
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body("application/json", body),
            Err(error) => {
                self.fault = Some(error.to_string());
                self
            }
        }
    }

    /// Sends several parts.
    pub fn multipart(self, parts: &Multipart) -> Self {
        let (boundary, body) = parts.encode();
        self.body(&format!("multipart/form-data; boundary={boundary}"), body)
    }

    /// Sends a body of this media type.
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header(header::CONTENT_TYPE, content_type)
    }

    /// The longest wait for the head of the answer, from the beginning.
    pub fn head_timeout(self, timeout: Duration) -> Self {
        Self {
            head_timeout: Some(timeout),
            ..self
        }
    }

    /// The longest silence within the body of the answer.
    pub fn idle_timeout(self, timeout: Duration) -> Self {
        Self {
            idle_timeout: Some(timeout),
            ..self
        }
    }

    /// The longest that the whole exchange takes, from its beginning to the end of the body.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self {
            timeout: Some(timeout),
            ..self
        }
    }

    /// The most bytes of the answer's body.
    pub fn max_bytes(self, max_bytes: usize) -> Self {
        Self {
            max_bytes: Some(max_bytes),
            ..self
        }
    }

    /// Follows no redirect: the answer that asks for one is the answer.
    pub fn stay(self) -> Self {
        Self { stays: true, ..self }
    }

    fn set(mut self, name: HeaderName, value: &str, is_secret: bool) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(is_secret);
                self.headers.insert(name, value);
            }
            Err(_) => {
                self.fault = Some(format!(
                    "the header {name} has characters that no header may have"
                ));
            }
        }
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("headers", &self.headers)
            .field("n_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
