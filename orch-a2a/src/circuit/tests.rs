use proptest::prelude::*;

use super::*;

const POLICY: CircuitPolicy = CircuitPolicy {
    faults: 3,
    first_pause: Duration::from_secs(4),
    longest_pause: Duration::from_secs(10),
};

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(0) + Duration::from_secs(seconds)
}

/// Lets one call through that finds this.
fn call(circuit: &mut Circuit, finding: Finding, now: Timestamp) {
    let leave = circuit.admit(now).unwrap();
    circuit.report(leave, finding, &POLICY, now);
}

/// A circuit that has just opened, at second 0.
fn open() -> Circuit {
    let mut circuit = Circuit::default();
    for _ in 0..POLICY.faults {
        call(&mut circuit, Finding::Fault, at(0));
    }
    circuit
}

#[test]
fn faults_in_a_row_open_it_and_an_answer_between_them_does_not() {
    let mut circuit = Circuit::default();
    for finding in [
        Finding::Fault,
        Finding::Fault,
        Finding::Alive,
        Finding::Fault,
        Finding::Fault,
    ] {
        call(&mut circuit, finding, at(0));
    }
    assert_eq!(circuit.retry_after(at(0)), Duration::ZERO);
    call(&mut circuit, Finding::Fault, at(0));
    assert_eq!(circuit.admit(at(1)), Err(Duration::from_secs(3)));
}

#[test]
fn one_call_on_trial_closes_it_again() {
    let mut circuit = open();
    let trial = circuit.admit(at(4)).unwrap();
    assert!(circuit.admit(at(4)).is_err(), "there is one trial at a time");
    circuit.report(trial, Finding::Alive, &POLICY, at(5));
    assert!(circuit.is_at_rest());
}

#[test]
fn a_trial_that_fails_leaves_it_alone_for_longer_up_to_a_bound() {
    let mut circuit = open();
    let mut now = at(4);
    for pause in [8, 10, 10] {
        call(&mut circuit, Finding::Fault, now);
        assert_eq!(circuit.retry_after(now), Duration::from_secs(pause));
        now = now + Duration::from_secs(pause);
    }
}

#[test]
fn a_trial_that_is_given_up_makes_room_for_the_next() {
    let mut circuit = open();
    call(&mut circuit, Finding::Nothing, at(4));
    assert!(circuit.admit(at(4)).is_ok());
}

#[test]
fn a_call_of_an_earlier_time_changes_nothing() {
    let mut circuit = Circuit::default();
    let slow = circuit.admit(at(0)).unwrap();
    for _ in 0..POLICY.faults {
        call(&mut circuit, Finding::Fault, at(0));
    }
    let opened = circuit.clone();
    circuit.report(slow, Finding::Alive, &POLICY, at(1));
    assert_eq!(circuit, opened);
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Admit,
    Report(usize, Finding),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let finding = prop_oneof![Just(Finding::Alive), Just(Finding::Fault), Just(Finding::Nothing)];
    prop_oneof![
        3 => Just(Act::Admit),
        3 => (0..4_usize, finding).prop_map(|(which, finding)| Act::Report(which, finding)),
        1 => (0..6_000_u64).prop_map(Act::Wait),
    ]
}

proptest! {
    /// Whatever happens in whatever order: while it is open nobody passes before the time it names, on trial there is
    /// one at a time, and once all have reported it lets somebody through within its longest pause.
    #[test]
    fn it_never_lets_too_many_through_and_never_stays_shut(acts in prop::collection::vec(act(), 0..200)) {
        let mut circuit = Circuit::default();
        let mut now = at(0);
        let mut out: Vec<Leave> = Vec::new();
        for act in acts {
            match act {
                Act::Admit => {
                    let wait = circuit.retry_after(now);
                    let was_shut = !matches!(circuit.state, State::Closed { .. });
                    match circuit.admit(now) {
                        Ok(leave) => {
                            prop_assert!(wait.is_zero());
                            prop_assert!(!was_shut || circuit.admit(now).is_err());
                            out.push(leave);
                        }
                        Err(retry_after) => {
                            prop_assert_eq!(retry_after, wait);
                            prop_assert!(wait > Duration::ZERO && wait <= POLICY.longest_pause);
                        }
                    }
                }
                Act::Report(which, finding) if !out.is_empty() => {
                    let leave = out.swap_remove(which % out.len());
                    circuit.report(leave, finding, &POLICY, now);
                }
                Act::Report(..) => {}
                Act::Wait(millis) => now = now + Duration::from_millis(millis),
            }
            if let State::Closed { n_faults } = circuit.state {
                prop_assert!(n_faults < POLICY.faults);
            }
        }
        for leave in out {
            circuit.report(leave, Finding::Nothing, &POLICY, now);
        }
        prop_assert!(circuit.admit(now + POLICY.longest_pause).is_ok());
    }
}
