//! Leaves an agent alone that fails again and again, until it may have recovered.

mod circuits;

pub(crate) use circuits::Circuits;

use std::time::Duration;

use orch_core::Timestamp;

/// When an agent is left alone, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitPolicy {
    /// After how many faults in a row, at least 1.
    pub faults: u32,
    /// For how long at first; each time that it fails again, twice as long.
    pub first_pause: Duration,
    /// For how long at most.
    pub longest_pause: Duration,
}

impl Default for CircuitPolicy {
    fn default() -> Self {
        Self {
            faults: 5,
            first_pause: Duration::from_secs(5),
            longest_pause: Duration::from_secs(120),
        }
    }
}

/// What is known of an agent by how its last calls went: a circuit breaker, as a value that is told the time.
///
/// Closed, it lets every call through and counts faults in a row. Open, it lets none through for a while. Half open, it
/// lets one through on trial: the agent is back if that is answered, and is left alone for longer if not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circuit {
    state: State,
    /// Counts the changes of state, so that what a call says counts only where it was let through.
    era: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed { n_faults: u32 },
    Open { until: Timestamp, n_openings: u32 },
    HalfOpen { n_openings: u32 },
}

/// The leave to make one call, which says what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leave {
    era: u64,
}

/// What a call says of its agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It answered, with whatever.
    Alive,
    /// It could not be reached, or did not answer.
    Fault,
    /// Nothing: the call was given up, or never made.
    Nothing,
}

impl Default for Circuit {
    fn default() -> Self {
        Self {
            state: State::Closed { n_faults: 0 },
            era: 0,
        }
    }
}

impl Circuit {
    /// Lets a call through, or says how long until one may be.
    ///
    /// Whoever is let through must [report](Self::report), even if only that it found nothing.
    pub fn admit(&mut self, now: Timestamp) -> Result<Leave, Duration> {
        match self.state {
            State::Open { until, n_openings } if now >= until => self.enter(State::HalfOpen { n_openings }),
            State::Open { .. } | State::HalfOpen { .. } => return Err(self.retry_after(now)),
            State::Closed { .. } => {}
        }
        Ok(Leave { era: self.era })
    }

    /// Takes in what a call found that was let through.
    pub fn report(&mut self, leave: Leave, finding: Finding, policy: &CircuitPolicy, now: Timestamp) {
        if leave.era != self.era {
            // The call belongs to a time that is over.
            return;
        }
        match (self.state, finding) {
            (State::Closed { .. }, Finding::Alive) => self.state = State::Closed { n_faults: 0 },
            (State::Closed { n_faults }, Finding::Fault) if n_faults + 1 >= policy.faults => {
                self.open(1, policy, now);
            }
            (State::Closed { n_faults }, Finding::Fault) => {
                self.state = State::Closed {
                    n_faults: n_faults + 1,
                };
            }
            (State::HalfOpen { .. }, Finding::Alive) => self.enter(State::Closed { n_faults: 0 }),
            (State::HalfOpen { n_openings }, Finding::Fault) => {
                self.open(n_openings.saturating_add(1), policy, now);
            }
            // The next call is the trial.
            (State::HalfOpen { n_openings }, Finding::Nothing) => self.enter(State::Open {
                until: now,
                n_openings,
            }),
            (State::Closed { .. }, Finding::Nothing) | (State::Open { .. }, _) => {}
        }
    }

    /// How long until a call may be let through; zero if one may be now. While one is on trial, nobody knows, and a
    /// second is as good as any.
    pub fn retry_after(&self, now: Timestamp) -> Duration {
        match self.state {
            State::Closed { .. } => Duration::ZERO,
            State::Open { until, .. } => until.since(now),
            State::HalfOpen { .. } => Duration::from_secs(1),
        }
    }

    /// Whether nothing speaks against the agent, so that the circuit need not be remembered.
    pub fn is_at_rest(&self) -> bool {
        self.state == State::Closed { n_faults: 0 }
    }

    fn open(&mut self, n_openings: u32, policy: &CircuitPolicy, now: Timestamp) {
        let doublings = n_openings.saturating_sub(1).min(31);
        let pause = policy.first_pause.saturating_mul(1 << doublings);
        self.enter(State::Open {
            until: now + pause.min(policy.longest_pause),
            n_openings,
        });
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.era += 1;
    }
}

#[cfg(test)]
mod tests;
