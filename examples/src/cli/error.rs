use std::{error::Error, fmt, path::Path, process::ExitCode};

use orch::Failure;

/// Why a command fails, in words for whoever typed it.
#[derive(Debug)]
pub struct CliError {
    message: String,
    /// What caused it, the nearest first.
    causes: Vec<String>,
    is_usage: bool,
}

impl CliError {
    /// What was typed cannot be done; names the argument.
    pub(crate) fn usage(argument: &str, reason: impl fmt::Display) -> Self {
        Self {
            message: format!("{argument}: {reason}"),
            causes: Vec::new(),
            is_usage: true,
        }
    }

    /// A file cannot be used.
    pub(crate) fn file(path: &Path, reason: impl fmt::Display) -> Self {
        Self::usage(&path.display().to_string(), reason)
    }

    /// Something failed on the way.
    pub(crate) fn other(error: impl Error + Send + Sync + 'static) -> Self {
        let causes = std::iter::successors(error.source(), |&cause| cause.source());
        let causes = causes.map(ToString::to_string).collect();
        Self {
            message: error.to_string(),
            causes,
            is_usage: false,
        }
    }

    /// What caused it, the nearest first.
    pub(crate) fn causes(&self) -> &[String] {
        &self.causes
    }

    /// 2 for what was typed wrongly, 1 for everything else.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(if self.is_usage { 2 } else { 1 })
    }
}

/// Every error of the family says what it means.
impl<F: Failure + Send + Sync + 'static> From<F> for CliError {
    fn from(failure: F) -> Self {
        Self::other(failure)
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for CliError {}
