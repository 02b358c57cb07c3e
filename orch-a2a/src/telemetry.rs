//! What the corridor counts, through the `metrics` facade.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::{InvokeError, Outcome};

const INVOCATIONS: &str = "orch_invocations_total";
const SECONDS: &str = "orch_invocation_seconds";
const RUNNING: &str = "orch_invocations_running";
const RESENDS: &str = "orch_resends_total";

/// Tells the recorder of this process what the figures mean. Once, by the host's program.
pub fn describe() {
    describe_counter!(INVOCATIONS, "Calls of agents that came to an end, by how");
    describe_histogram!(
        SECONDS,
        Unit::Seconds,
        "How long calls took, from asked to paid, by how they ended"
    );
    describe_gauge!(RUNNING, "Calls on their way");
    describe_counter!(RESENDS, "Times that a call was sent again");
}

/// A call on its way, until it is dropped.
#[derive(Debug)]
pub(crate) struct Running(());

impl Running {
    pub(crate) fn begin() -> Self {
        gauge!(RUNNING).increment(1.0);
        Self(())
    }

    pub(crate) fn end(self, result: &Result<Outcome, InvokeError>, took: Duration) {
        let outcome = match result {
            Ok(Outcome::Answered(_)) => "answered",
            Ok(Outcome::Late(_)) => "late",
            Ok(Outcome::Lost) => "lost",
            Ok(Outcome::Waiting(_)) => "waiting",
            Err(failure) => failure.code(),
        };
        counter!(INVOCATIONS, "outcome" => outcome).increment(1);
        histogram!(SECONDS, "outcome" => outcome).record(took);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        gauge!(RUNNING).decrement(1.0);
    }
}

pub(crate) fn resent() {
    counter!(RESENDS).increment(1);
}
