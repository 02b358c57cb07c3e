//! Whether an answer is right.

use orch::planner::{PlanError, catalog_planner::Call};
use serde_json::Value;

use crate::{
    bm25::Bm25,
    case::{Case, Expected},
};

/// How one case was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grade {
    /// Whether just the right tasks were taken.
    pub(crate) task: bool,
    /// Whether every call was right with all its arguments and no other; for a refusal, whether it was one.
    pub(crate) arguments: bool,
    /// Whether plain BM25 ranks the right task first.
    pub(crate) bm25: bool,
}

impl Grade {
    /// Grades an answer.
    pub(crate) fn of(case: &Case, planned: &Result<Vec<Call>, PlanError>, plain: &Bm25) -> Self {
        let none = Vec::new();
        let calls = planned.as_ref().unwrap_or(&none);
        let mut wanted: Vec<&str> = case.calls.iter().map(|call| call.task.as_str()).collect();
        let mut taken: Vec<&str> = calls.iter().map(|call| call.task.as_str()).collect();
        wanted.sort_unstable();
        taken.sort_unstable();
        let is_made = |expected: &Expected| calls.iter().any(|call| is_right(expected, call));
        Self {
            task: wanted == taken,
            arguments: calls.len() == case.calls.len() && case.calls.iter().all(is_made),
            bm25: case
                .calls
                .first()
                .is_some_and(|call| plain.best(&case.goal) == Some(call.task.as_str())),
        }
    }
}

fn is_right(expected: &Expected, call: &Call) -> bool {
    expected.task == call.task
        && expected.arguments.len() == call.arguments.len()
        && expected.arguments.iter().all(|(name, value)| {
            call.arguments
                .get(name)
                .is_some_and(|given| is_same(value, given))
        })
}

/// Numbers are the same whatever their form, and texts whatever their case.
fn is_same(expected: &Value, given: &Value) -> bool {
    if let Some(Value::Array(any)) = expected.get("$any") {
        return any.iter().any(|one| is_same(one, given));
    }
    match (expected, given) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::String(left), Value::String(right)) => left.to_lowercase() == right.to_lowercase(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        _ => expected == given,
    }
}

/// Grades, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Vec<Grade>);

impl Tally {
    /// Counts one more.
    pub(crate) fn add(&mut self, grade: Grade) {
        self.0.push(grade);
    }

    /// The share of those that are so.
    #[expect(clippy::cast_precision_loss, reason = "there are hundreds of cases")]
    pub(crate) fn rate(&self, is: impl Fn(&Grade) -> bool) -> f64 {
        self.0.iter().filter(|grade| is(grade)).count() as f64 / self.0.len().max(1) as f64
    }

    /// The same in words.
    pub(crate) fn share(&self, is: impl Fn(&Grade) -> bool) -> String {
        format!("{:.1} % of {}", 100.0 * self.rate(is), self.0.len())
    }
}
