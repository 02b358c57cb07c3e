use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, response};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use orch_core::{Clock, Timestamp};
use serde::de::DeserializeOwned;

use super::{Events, HttpError, lanes::Lane, within::within};

/// An answer whose head is there and whose body is still to be read. Dropping it drops the connection.
pub struct Answer {
    head: response::Parts,
    body: Incoming,
    bounds: Bounds,
    n_bytes: usize,
    /// The exchange's place among those with the host, until its end.
    lane: Option<Lane>,
}

/// What the body must keep to.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    pub(super) host: String,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ends: Timestamp,
    pub(super) timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) max_bytes: usize,
}

impl Answer {
    pub(super) fn new(
        response: http::Response<Incoming>,
        bounds: Bounds,
        lane: Lane,
    ) -> Result<Self, HttpError> {
        let (head, body) = response.into_parts();
        let encoding = head.headers.get(header::CONTENT_ENCODING);
        let encoding =
            encoding.map(|encoding| String::from_utf8_lossy(encoding.as_bytes()).trim().to_lowercase());
        if let Some(encoding) = encoding.filter(|encoding| !matches!(encoding.as_str(), "" | "identity")) {
            let host = bounds.host;
            let encoding = encoding.chars().take(40).collect();
            return Err(HttpError::Encoded { host, encoding });
        }
        let is_too_large = body.size_hint().lower() > u64::try_from(bounds.max_bytes).unwrap_or(u64::MAX);
        if is_too_large {
            return Err(bounds.too_large());
        }
        Ok(Self {
            head,
            body,
            bounds,
            n_bytes: 0,
            lane: Some(lane),
        })
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// A header, where it is there and is text.
    pub fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// Whether the body is of this media type, such as `text/event-stream`.
    pub fn is_of_type(&self, media_type: &str) -> bool {
        let content_type = self.header(header::CONTENT_TYPE).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case(media_type)
    }

    /// How long the host asks to wait before another request (`retry-after`, in seconds or as a date), if it does.
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.header(header::RETRY_AFTER)?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
        let date = Timestamp::from_millis(date.timestamp_millis());
        Some(date.since(self.bounds.clock.now()))
    }

    /// Waits for the next piece of the body; `None` after the last.
    ///
    /// # Errors
    /// [`HttpError::TimedOut`], [`HttpError::TooLarge`] or [`HttpError::Interrupted`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        let Bounds { clock, .. } = &self.bounds;
        loop {
            let now = clock.now();
            let idle = now + self.bounds.idle_timeout;
            let (until, after) = match idle < self.bounds.ends {
                true => (idle, self.bounds.idle_timeout),
                false => (self.bounds.ends, self.bounds.timeout),
            };
            let Some(frame) = within(&**clock, until, self.body.frame()).await else {
                let host = self.bounds.host.clone();
                return Err(HttpError::TimedOut { host, after });
            };
            let Some(frame) = frame else {
                self.lane = None;
                return Ok(None);
            };
            let frame = frame.map_err(|error| HttpError::Interrupted {
                host: self.bounds.host.clone(),
                source: error.into(),
            })?;
            // Trailers say nothing that we ask for.
            let Ok(data) = frame.into_data() else { continue };
            self.n_bytes = self.n_bytes.saturating_add(data.len());
            if self.n_bytes > self.bounds.max_bytes {
                return Err(self.bounds.too_large());
            }
            return Ok(Some(data));
        }
    }

    /// Reads the whole body.
    ///
    /// # Errors
    /// As for [`chunk`](Self::chunk).
    pub async fn bytes(mut self) -> Result<Bytes, HttpError> {
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        let Some(second) = self.chunk().await? else {
            return Ok(first);
        };
        let mut whole = Vec::from(first);
        whole.extend_from_slice(&second);
        while let Some(chunk) = self.chunk().await? {
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.into())
    }

    /// Reads the whole body as JSON, whatever its media type.
    ///
    /// # Errors
    /// [`HttpError::NotJson`], or as for [`chunk`](Self::chunk).
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, HttpError> {
        let host = self.bounds.host.clone();
        let body = self.bytes().await?;
        serde_json::from_slice(&body).map_err(|source| HttpError::NotJson { host, source })
    }

    /// Reads the body as server-sent events, each of at most so many bytes.
    pub fn events(self, max_event_bytes: usize) -> Events {
        Events::new(self, max_event_bytes)
    }
}

impl Bounds {
    fn too_large(&self) -> HttpError {
        HttpError::TooLarge {
            host: self.host.clone(),
            limit: self.max_bytes,
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("host", &self.bounds.host)
            .field("status", &self.head.status)
            .finish_non_exhaustive()
    }
}
