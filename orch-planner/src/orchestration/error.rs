/// The log of a run holds an event that cannot have happened, or that this program cannot read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {seq} ({kind}) does not fit the run: {reason}")]
pub struct FoldError {
    /// Its place in the log.
    pub seq: u64,
    /// What happened.
    pub kind: String,
    /// Why it does not fit.
    pub reason: String,
}

impl FoldError {
    pub(super) fn new(seq: u64, kind: &str, reason: impl Into<String>) -> Self {
        Self {
            seq,
            kind: kind.to_owned(),
            reason: reason.into(),
        }
    }
}
