//! What a run makes of its results.

use serde_json::{Map, Value};

use super::{
    Completed, Orchestration, OrchestrationEvent, RunFailure, StepFailure, StepState, status::Course,
};
use crate::plan::ResultPointer;

impl Orchestration {
    /// What a step is called with, given the results so far; the pointer that points at nothing otherwise.
    pub fn arguments(&self, index: usize) -> Result<Map<String, Value>, ResultPointer> {
        let step = self.plan().steps().get(index);
        step.map_or_else(
            || Ok(Map::new()),
            |step| step.resolve(&|pointer| self.find_result(pointer)),
        )
    }

    /// The value that a pointer points at, once its step has succeeded.
    pub fn find_result(&self, pointer: &ResultPointer) -> Option<&Value> {
        match self.step(&pointer.step)? {
            StepState::Succeeded(success) => success.result.pointer(&pointer.path),
            _ => None,
        }
    }

    /// The event that ends the run, when there is nothing more to do for it.
    pub fn ending(&self) -> Option<OrchestrationEvent> {
        if self.steps.iter().any(|state| state.open_invocation().is_some()) {
            return None;
        }
        match &self.course {
            Course::Onward if self.n_open > 0 => None,
            Course::Onward => Some(match self.answer() {
                Ok(_) if self.awaits_synthesis() => return None,
                Ok(output) => OrchestrationEvent::Completed(Completed {
                    output: self.written().map_or(output, Value::from),
                }),
                Err(failure) => OrchestrationEvent::Failed(RunFailure { step: None, failure }),
            }),
            Course::Cancel => Some(OrchestrationEvent::Cancelled),
            Course::Fail(failure) => Some(OrchestrationEvent::Failed(failure.clone())),
            Course::Ended { .. } => None,
        }
    }

    /// What the plan says, or the results of the steps on which no other depends.
    pub(crate) fn answer(&self) -> Result<Value, StepFailure> {
        if let Some(output) = self.plan().output() {
            let missing = |pointer| StepFailure::new("no_output", format!("the output lacks {pointer}"));
            return output
                .resolve(&|pointer| self.find_result(pointer))
                .map_err(missing);
        }
        let steps = self.plan().steps().iter().zip(&self.steps).enumerate();
        // Of several plans, the latest answers.
        let steps = steps.skip(self.first_step);
        let leaves = steps.filter(|(index, _)| self.plan().dependents(*index).is_empty());
        let answered = leaves.filter_map(|(_, (step, state))| match state {
            StepState::Succeeded(success) => Some((step.id.to_string(), Value::clone(&success.result))),
            _ => None,
        });
        let output: Map<String, Value> = answered.collect();
        if output.is_empty() {
            return Err(StepFailure::new(
                "no_output",
                "no step that ends the plan succeeded",
            ));
        }
        Ok(Value::Object(output))
    }
}

/// About how many bytes a result takes as JSON text, without writing it.
pub fn result_size(result: &Value) -> usize {
    match result {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => 2 + items.iter().map(|item| result_size(item) + 1).sum::<usize>(),
        Value::Object(members) => {
            2 + members
                .iter()
                .map(|(name, member)| name.len() + 4 + result_size(member))
                .sum::<usize>()
        }
    }
}
