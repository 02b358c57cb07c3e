use std::time::Duration;

use orch_core::{ApprovalId, Entity, ErrorKind, Failure, StoreError};

use crate::Status;

/// Why an approval cannot be asked for, seen or decided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApprovalError {
    /// There is no such approval, or the caller may not know that there is.
    #[error("approval {0} not found")]
    NotFound(ApprovalId),
    /// Another approval has that id.
    #[error("approval {0} already exists")]
    Exists(ApprovalId),
    /// What asks has asked for something else before.
    #[error("{key} has asked for something else before")]
    AskedOther {
        /// What asks.
        key: String,
    },
    /// The caller may see it, and may not decide it.
    #[error("approval {id} is not the caller's to decide")]
    Forbidden {
        /// The approval.
        id: ApprovalId,
    },
    /// It is too late: it was decided, or its time is over.
    #[error("approval {id} is {status}, not pending")]
    Closed {
        /// The approval.
        id: ApprovalId,
        /// Where it stands.
        status: Status,
    },
    /// The caller has decided; others have not yet.
    #[error("the caller has decided approval {id} already")]
    Voted {
        /// The approval.
        id: ApprovalId,
    },
    /// Who asks waits for so many decisions that no more are asked for.
    #[error("{limit} approvals of the requester are pending already")]
    TooMany {
        /// How many may be pending.
        limit: u32,
    },
    /// What was said cannot be meant.
    #[error("{field} {reason}")]
    Invalid {
        /// Which member.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ApprovalError {
    /// How long until one who has too many pending may try again.
    pub const RETRY_AFTER: Duration = Duration::from_secs(5);
}

impl Failure for ApprovalError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(id) => ErrorKind::NotFound {
                entity: Entity::Approval,
                id: id.to_string(),
            },
            Self::Exists(id) => ErrorKind::AlreadyExists {
                entity: Entity::Approval,
                id: id.to_string(),
            },
            Self::Forbidden { .. } => ErrorKind::Forbidden {
                reason: self.to_string(),
            },
            Self::AskedOther { .. } | Self::Closed { .. } | Self::Voted { .. } => ErrorKind::Conflict {
                reason: self.to_string(),
            },
            Self::TooMany { .. } => ErrorKind::Limited {
                retry_after: Self::RETRY_AFTER,
            },
            Self::Invalid { field, reason } => ErrorKind::Invalid {
                field: (*field).to_owned(),
                reason: (*reason).to_owned(),
            },
            Self::Store(error) => error.kind(),
        }
    }
}
