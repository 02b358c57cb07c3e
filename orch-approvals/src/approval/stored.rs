use serde::{Deserialize, Serialize};

use super::Approval;

/// The form that is written.
const FORM: u32 = 1;

#[derive(Deserialize)]
struct Form {
    v: u32,
}

#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    approval: &'a Approval,
}

#[derive(Deserialize)]
struct Read {
    approval: Approval,
}

/// A stored document cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// It is no approval.
    #[error("it is no approval: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A later release wrote it.
    #[error("its form is {0}, which this release does not know")]
    Unknown(u32),
}

/// How stores keep an approval: a JSON document that bears the version of its form as `v`.
impl Approval {
    /// Writes it.
    ///
    /// # Errors
    /// None that is known; a document of texts and numbers can always be written.
    pub fn to_document(&self) -> Result<String, DocumentError> {
        let written = Written {
            v: FORM,
            approval: self,
        };
        Ok(serde_json::to_string(&written)?)
    }

    /// Reads what [`to_document`](Self::to_document) wrote, in this release or an earlier one.
    ///
    /// # Errors
    /// The text is something else.
    pub fn from_document(text: &str) -> Result<Self, DocumentError> {
        let Form { v } = serde_json::from_str(text)?;
        if v != FORM {
            return Err(DocumentError::Unknown(v));
        }
        let Read { approval } = serde_json::from_str(text)?;
        Ok(approval)
    }
}
