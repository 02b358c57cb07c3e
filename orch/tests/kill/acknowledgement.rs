//! What a life says on its standard output, and what all lives together have said.

use std::{collections::BTreeMap, fmt, str::FromStr};

use orch::{RunId, RunStatus};

use crate::Fallible;

/// Something that was acknowledged to whoever asked for it, one line each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Acknowledgement {
    /// Credits were granted under this key.
    Granted(String),
    /// A run was started, by this start or an earlier one of the same key.
    Started { run: RunId, label: String, is_new: bool },
    /// The wish to cancel a run was taken.
    Cancelled(RunId),
    /// A run was seen to end.
    Ended(RunId, RunStatus),
    /// Something was refused for now, because the store was away.
    Refused,
}

impl fmt::Display for Acknowledgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Granted(key) => write!(f, "granted {key}"),
            Self::Started {
                run,
                label,
                is_new: true,
            } => write!(f, "started {run} {label}"),
            Self::Started {
                run,
                label,
                is_new: false,
            } => write!(f, "known {run} {label}"),
            Self::Cancelled(run) => write!(f, "cancelled {run}"),
            Self::Ended(run, status) => write!(f, "ended {run} {status}"),
            Self::Refused => f.write_str("refused"),
        }
    }
}

impl FromStr for Acknowledgement {
    type Err = Box<dyn std::error::Error + Send + Sync>;

    fn from_str(line: &str) -> Fallible<Self> {
        let started = |run: &str, label: &str, is_new| {
            Ok(Self::Started {
                run: run.parse()?,
                label: label.to_owned(),
                is_new,
            })
        };
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["granted", key] => Ok(Self::Granted(key.to_owned())),
            ["started", run, label] => started(run, label, true),
            ["known", run, label] => started(run, label, false),
            ["cancelled", run] => Ok(Self::Cancelled(run.parse()?)),
            ["ended", run, status] => Ok(Self::Ended(run.parse()?, status.parse()?)),
            ["refused"] => Ok(Self::Refused),
            _ => Err(format!("{line:?} is no acknowledgement").into()),
        }
    }
}

/// All that was acknowledged so far.
#[derive(Debug, Default)]
pub(crate) struct Acknowledged {
    /// The keys of grants.
    pub(crate) grants: Vec<String>,
    /// The starts of runs, by label: each run that was named, and whether it was said to be new.
    pub(crate) starts: BTreeMap<String, Vec<(RunId, bool)>>,
    pub(crate) cancels: Vec<RunId>,
    pub(crate) ends: BTreeMap<RunId, RunStatus>,
    /// Ends that contradict one that was acknowledged before.
    pub(crate) other_ends: Vec<(RunId, RunStatus)>,
    /// How often something was refused for now.
    pub(crate) n_refused: usize,
}

impl Acknowledged {
    pub(crate) fn add(&mut self, acknowledgement: Acknowledgement) {
        match acknowledgement {
            Acknowledgement::Granted(key) => self.grants.push(key),
            Acknowledgement::Started { run, label, is_new } => {
                self.starts.entry(label).or_default().push((run, is_new));
            }
            Acknowledgement::Refused => self.n_refused += 1,
            Acknowledgement::Cancelled(run) => self.cancels.push(run),
            Acknowledgement::Ended(run, status) => {
                if *self.ends.entry(run).or_insert(status) != status {
                    self.other_ends.push((run, status));
                }
            }
        }
    }

    /// The runs that were said to exist.
    pub(crate) fn runs(&self) -> impl Iterator<Item = RunId> {
        self.starts.values().flatten().map(|(run, _)| *run)
    }
}
