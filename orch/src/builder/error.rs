use orch_approvals::ApprovalError;
use orch_core::AccountIdError;

use crate::{EnrollError, SignedError};

/// Why an orchestrator cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// An agent of the host cannot be enrolled.
    #[error(transparent)]
    Enroll(#[from] EnrollError),
    /// A rule of what waits for a human cannot be meant.
    #[error("a rule of approvals: {0}")]
    Approval(#[from] ApprovalError),
    /// The owner of the host's agents has no fit name.
    #[error(transparent)]
    Owner(#[from] AccountIdError),
    /// Nothing can be signed here.
    #[error(transparent)]
    Signed(#[from] SignedError),
    /// The options of the guarded client cannot be used.
    #[cfg(feature = "http-clients")]
    #[error(transparent)]
    Http(#[from] orch_backends::http::TlsError),
}
