use std::{fmt, path::Path, sync::Arc};

use orch::{
    SystemClock,
    backends::http::{GuardedClient, HttpOptions, Request},
};

use crate::cli::{Arguments, CliError, home::http_options};

/// The largest file that is read.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Where agents are imported from.
#[derive(Debug)]
pub(super) enum Source<'s> {
    File(&'s Path),
    Address(&'s str),
}

impl<'s> Source<'s> {
    /// What begins like the address of a web page is one.
    pub(super) fn new(source: &'s str) -> Self {
        match source.starts_with("https://") || source.starts_with("http://") {
            true => Self::Address(source),
            false => Self::File(Path::new(source)),
        }
    }

    /// Whether whoever wrote it may write on this machine.
    pub(super) fn is_local(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// All of it.
    pub(super) async fn read(&self, arguments: &Arguments) -> Result<Vec<u8>, CliError> {
        match self {
            Self::File(path) => {
                let size = std::fs::metadata(path).map_err(|error| self.fault(error))?.len();
                if size > MAX_BYTES as u64 {
                    return Err(self.fault(format_args!("is larger than {MAX_BYTES} bytes")));
                }
                std::fs::read(path).map_err(|error| self.fault(error))
            }
            Self::Address(url) => {
                let fetched = fetch(url, http_options(arguments)).await;
                fetched.map_err(|reason| self.fault(reason))
            }
        }
    }

    /// What is wrong with it.
    pub(super) fn fault(&self, reason: impl fmt::Display) -> CliError {
        match self {
            Self::File(path) => CliError::file(path, reason),
            Self::Address(url) => CliError::usage(url, reason),
        }
    }
}

async fn fetch(url: &str, options: HttpOptions) -> Result<Vec<u8>, String> {
    let client = GuardedClient::new(options, Arc::new(SystemClock)).map_err(|error| error.to_string())?;
    let answer = client.send(Request::get(url).max_bytes(MAX_BYTES)).await;
    let answer = answer.map_err(|error| error.to_string())?;
    if !answer.status().is_success() {
        return Err(format!("answers with status {}", answer.status()));
    }
    let body = answer.bytes().await.map_err(|error| error.to_string())?;
    Ok(body.into())
}
