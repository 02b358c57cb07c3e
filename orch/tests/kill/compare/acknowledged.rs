use std::collections::BTreeSet;

use orch::RunStatus;

use super::{Comparison, Evidence};

/// What was acknowledged is there, and stays.
pub(super) fn compare(evidence: &Evidence<'_>, comparison: &mut Comparison) {
    for (label, starts) in &evidence.acknowledged.starts {
        let runs: BTreeSet<_> = starts.iter().map(|(run, _)| run).collect();
        let n_new = starts.iter().filter(|(_, is_new)| *is_new).count();
        comparison.require(runs.len() == 1, "the same key starts the same run", || {
            format!("{label} started {runs:?}")
        });
        comparison.require(n_new <= 1, "a run is new once", || {
            format!("{label} was new {n_new} times")
        });
        for run in runs {
            let is_there = evidence.status(*run).is_some();
            comparison.require(is_there, "an acknowledged run is durable", || {
                format!("{run} ({label}) is gone")
            });
        }
    }
    for run in &evidence.acknowledged.cancels {
        let status = evidence.status(*run);
        // It may have been failing before it was asked to stop.
        let stops = matches!(
            status,
            Some(RunStatus::Cancelling | RunStatus::Cancelled | RunStatus::Failing | RunStatus::Failed)
        );
        comparison.require(stops, "an acknowledged cancel is durable", || {
            format!("{run} is {status:?}")
        });
    }
    let ends = evidence
        .acknowledged
        .ends
        .iter()
        .map(|(run, status)| (*run, *status));
    for (run, end) in ends.chain(evidence.acknowledged.other_ends.iter().copied()) {
        let status = evidence.status(run);
        comparison.require(status == Some(end), "an acknowledged end is durable", || {
            format!("{run} had ended as {end}, and is {status:?}")
        });
    }
}
