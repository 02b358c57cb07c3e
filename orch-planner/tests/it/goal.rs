//! Goals are accepted within their bounds.

use std::time::Duration;

use orch_core::{Amount, Currency, ErrorKind, Failure};
use orch_planner::{Goal, GoalError, GoalLimits};

fn within(limits: GoalLimits) -> Result<Goal, GoalError> {
    Goal::new("Wait").unwrap().with_limits(limits)
}

#[test]
fn a_goal_says_something() {
    assert_eq!(Goal::new(" \n"), Err(GoalError::Blank));
    assert_eq!(Goal::new(""), Err(GoalError::Blank));
    assert!(Goal::new("x").is_ok());
}

#[test]
fn length_is_counted_in_characters() {
    assert!(Goal::new("é".repeat(Goal::MAX_TEXT)).is_ok());
    assert_eq!(
        Goal::new("é".repeat(Goal::MAX_TEXT + 1)),
        Err(GoalError::TooLong { length: 10_001 })
    );
    let goal = Goal::new("Wait").unwrap();
    assert!(goal.clone().with_context("é".repeat(Goal::MAX_CONTEXT)).is_ok());
    let refused = goal.with_context("é".repeat(Goal::MAX_CONTEXT + 1));
    assert_eq!(refused, Err(GoalError::ContextTooLong { length: 50_001 }));
}

#[test]
fn limits_are_limited() {
    let agents = |max_agents| {
        within(GoalLimits {
            max_agents,
            ..GoalLimits::default()
        })
        .is_ok()
    };
    assert_eq!([0, 1, 20, 21].map(agents), [false, true, true, false]);
    let millis = |millis| {
        within(GoalLimits {
            timeout: Duration::from_millis(millis),
            ..GoalLimits::default()
        })
        .is_ok()
    };
    assert_eq!(
        [0, 999, 1_000, 3_600_000, 3_600_001].map(millis),
        [false, false, true, true, false]
    );
    let budget = |minor| {
        let budget = Some(Amount::new(minor, Currency::Algo).unwrap());
        within(GoalLimits {
            budget,
            ..GoalLimits::default()
        })
    };
    assert_eq!(budget(0), Err(GoalError::ZeroBudget));
    assert!(budget(1).is_ok());
    let named = |count| {
        within(GoalLimits {
            excluded: vec!["a".into(); count],
            ..GoalLimits::default()
        })
        .is_ok()
    };
    assert_eq!([100, 101].map(named), [true, false]);
}

#[test]
fn an_agent_is_not_preferred_and_excluded() {
    let limits = GoalLimits {
        preferred: vec!["a".into(), "b".into()],
        excluded: vec!["b".into()],
        ..GoalLimits::default()
    };
    let error = within(limits).unwrap_err();
    assert_eq!(error.to_string(), "agent b is both preferred and excluded");
    assert!(matches!(error.kind(), ErrorKind::Invalid { field, .. } if field == "excluded"));
}
