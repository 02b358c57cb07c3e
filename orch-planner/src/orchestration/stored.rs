//! The stored form of a run's events: a kind, and a JSON object with its version in `v`.

use orch_core::{RunId, Timestamp, event::Event};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{FoldError, OrchestrationEvent};

/// The form of whole logs that this release can fold. It is raised by a release that writes something which the one
/// before cannot read: another kind of event, or another version of one.
///
/// A store keeps with each run the greatest form that was written to it, and gives it to no worker of a lesser one, so
/// that an older process beside a newer one leaves the run alone.
pub const FORM: u32 = 1;

/// The version of the form that is written.
const VERSION: u32 = 1;

/// How the JSON of every event of this version begins, as we write it.
const PREFIX: &str = "{\"v\":1";

impl OrchestrationEvent {
    /// What happened, as the log calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Planned(_) => "planned",
            Self::StepStarted(_) => "step_started",
            Self::StepSucceeded(_) => "step_succeeded",
            Self::StepFailed(_) => "step_failed",
            Self::StepReplaced(_) => "step_replaced",
            Self::Replanned(_) => "replanned",
            Self::StepInterrupted(_) => "step_interrupted",
            Self::StepLate(_) => "step_late",
            Self::StepCancelled(_) => "step_cancelled",
            Self::StepWaiting(_) => "step_waiting",
            Self::ApprovalDecided(_) => "approval_decided",
            Self::CancelRequested => "cancel_requested",
            Self::TimedOut(_) => "timed_out",
            Self::Synthesized(_) => "synthesized",
            Self::SynthesisSkipped(_) => "synthesis_skipped",
            Self::Completed(_) => "completed",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing comes after.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Completed(_) | Self::Failed(_) | Self::Cancelled)
    }

    /// The stored form.
    pub fn to_event(&self, run: RunId, seq: u64, at: Timestamp) -> Result<Event, FoldError> {
        let data = match self {
            Self::Planned(data) => write(data),
            Self::StepStarted(data) => write(data),
            Self::StepSucceeded(data) => write(data),
            Self::StepFailed(data) => write(data),
            Self::StepReplaced(data) => write(data),
            Self::Replanned(data) => write(data),
            Self::StepInterrupted(data) | Self::StepLate(data) | Self::StepCancelled(data) => write(data),
            Self::StepWaiting(data) => write(data),
            Self::ApprovalDecided(data) => write(data),
            Self::TimedOut(data) => write(data),
            Self::Synthesized(data) => write(data),
            Self::SynthesisSkipped(data) => write(data),
            Self::Completed(data) => write(data),
            Self::Failed(data) => write(data),
            Self::CancelRequested | Self::Cancelled => Ok(format!("{PREFIX}}}")),
        };
        Ok(Event {
            stream: run.to_string(),
            seq,
            kind: self.kind().to_owned(),
            at,
            data: data.map_err(|error| FoldError::new(seq, self.kind(), error.to_string()))?,
        })
    }

    /// Reads the stored form.
    pub fn from_event(event: &Event) -> Result<Self, FoldError> {
        Self::read(&event.kind, &event.data).map_err(|reason| FoldError::new(event.seq, &event.kind, reason))
    }

    fn read(kind: &str, data: &str) -> Result<Self, String> {
        check_version(data)?;
        Ok(match kind {
            "planned" => Self::Planned(read(data)?),
            "step_started" => Self::StepStarted(read(data)?),
            "step_succeeded" => Self::StepSucceeded(read(data)?),
            "step_failed" => Self::StepFailed(read(data)?),
            "step_replaced" => Self::StepReplaced(read(data)?),
            "replanned" => Self::Replanned(read(data)?),
            "step_interrupted" => Self::StepInterrupted(read(data)?),
            "step_late" => Self::StepLate(read(data)?),
            "step_cancelled" => Self::StepCancelled(read(data)?),
            "step_waiting" => Self::StepWaiting(read(data)?),
            "approval_decided" => Self::ApprovalDecided(read(data)?),
            "cancel_requested" => Self::CancelRequested,
            "timed_out" => Self::TimedOut(read(data)?),
            "synthesized" => Self::Synthesized(read(data)?),
            "synthesis_skipped" => Self::SynthesisSkipped(read(data)?),
            "completed" => Self::Completed(read(data)?),
            "failed" => Self::Failed(read(data)?),
            "cancelled" => Self::Cancelled,
            _ => return Err("its kind is not known".to_owned()),
        })
    }
}

/// The object with its version before its first member: all at once, as results are long.
fn write(data: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = PREFIX.as_bytes().to_vec();
    let start = text.len();
    serde_json::to_writer(&mut text, data)?;
    match text.get(start + 1) {
        Some(b'}') => drop(text.remove(start)),
        _ => text[start] = b',',
    }
    String::from_utf8(text).map_err(serde::ser::Error::custom)
}

fn check_version(data: &str) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Versioned {
        v: u32,
    }

    if data
        .strip_prefix(PREFIX)
        .is_some_and(|rest| rest.starts_with([',', '}']))
    {
        return Ok(());
    }
    match read::<Versioned>(data)?.v {
        VERSION => Ok(()),
        newer => Err(format!("version {newer} of its form is not known")),
    }
}

fn read<T: DeserializeOwned>(data: &str) -> Result<T, String> {
    serde_json::from_str(data).map_err(|error| error.to_string())
}
