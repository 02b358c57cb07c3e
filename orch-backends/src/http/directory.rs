//! Another directory behind an HTTP address.

use async_trait::async_trait;
use http::{StatusCode, header};
use orch_a2a::{DirectorySource, RemoteDirectory, remote::Lookup};
use orch_core::Cause;

use super::{GuardedClient, HttpError, Request};

/// Asks a directory as the published reference server does: without credentials, and never on to where an answer leads.
///
/// Its address is the host's choice, and the guarded client's rules hold for it all the same: https and public addresses, unless
/// its options say otherwise.
#[derive(Clone, Debug)]
pub struct HttpDirectory {
    client: GuardedClient,
    /// Its URL, without a slash at the end.
    base: String,
}

impl HttpDirectory {
    /// The directory at a URL, such as `https://directory.example` or `https://example.com/directory`.
    ///
    /// # Errors
    /// [`HttpError::Invalid`] for what is no such URL.
    pub fn new(url: &str, client: GuardedClient) -> Result<Self, HttpError> {
        let invalid = |reason: &str| HttpError::Invalid {
            reason: format!("the URL of the directory {reason}"),
        };
        let parsed = url::Url::parse(url).map_err(|error| invalid(&format!("is none: {error}")))?;
        if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() {
            return Err(invalid("is none of http or https"));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(invalid("has credentials in it"));
        }
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(invalid("has a query or a fragment"));
        }
        let base = parsed.as_str().trim_end_matches('/').to_owned();
        Ok(Self { client, base })
    }
}

#[async_trait]
impl DirectorySource for HttpDirectory {
    async fn look_up(&self, lookup: &Lookup<'_>) -> Result<Option<Vec<u8>>, Cause> {
        let request = Request::get(format!("{}{}", self.base, lookup.path()))
            .header(header::ACCEPT, "application/json")
            .timeout(RemoteDirectory::PATIENCE)
            .head_timeout(RemoteDirectory::PATIENCE)
            .idle_timeout(RemoteDirectory::PATIENCE)
            .max_bytes(RemoteDirectory::MAX_ANSWER_BYTES)
            .stay();
        let answer = self.client.send(request).await?;
        match answer.status() {
            StatusCode::OK => Ok(Some(answer.bytes().await?.into())),
            StatusCode::NOT_FOUND => Ok(None),
            status => Err(format!("the directory answers with status {status}").into()),
        }
    }
}
