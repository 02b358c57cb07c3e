//! The final answer of a run, written by a model from the results of its steps.

use std::time::Duration;

use orch_billing::BillingError;
use orch_core::{AccountId, Amount, InvocationId, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    llm::{Bill, CompletionRequest, Message, MeteredModel, ModelError},
    prompt::{ANSWERING, cut, data},
};

/// What the model is asked for, as usage records name it.
pub(crate) const TASK: &str = "answer";

/// How a model writes the answer of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SynthesisOptions {
    /// The most tokens of an answer, what the model thinks and does not show included.
    pub max_output_tokens: u32,
    /// How many bytes of results the model is shown at most; longer ones are cut.
    pub result_bytes: usize,
    /// How long it may take.
    pub timeout: Duration,
}

impl Default for SynthesisOptions {
    fn default() -> Self {
        Self {
            max_output_tokens: 1024,
            result_bytes: 24 * 1024,
            timeout: Duration::from_secs(30),
        }
    }
}

/// Writes the final answer of a run from its results.
#[derive(Clone, Debug)]
pub struct Synthesis {
    model: MeteredModel,
    options: SynthesisOptions,
}

/// That a model shall write the answer of a run once its steps are done: part of its plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SynthesisOrder {
    /// The call; its hold bears the same UUID.
    pub invocation: InvocationId,
    /// Which model was to write it.
    pub model: String,
    /// What is set aside for it; `None` where the budget or the credits did not cover it, so that it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<Amount>,
}

/// What came of asking a model for the answer of a run.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) bill: Bill,
    /// The answer, or why there is none.
    pub(crate) answer: Result<String, String>,
}

impl Synthesis {
    /// Answers written by this model.
    pub fn new(model: MeteredModel, options: SynthesisOptions) -> Self {
        Self { model, options }
    }

    /// Sets aside what the answer of a run can cost, where that is covered.
    ///
    /// # Errors
    /// The ledger failed.
    pub(crate) async fn order(
        &self,
        account: &AccountId,
        run: RunId,
        goal: &str,
        available: Option<Amount>,
        ttl: Duration,
    ) -> Result<SynthesisOrder, BillingError> {
        let mut order = SynthesisOrder {
            invocation: self.model.new_invocation(),
            model: self.model.model().to_owned(),
            reserved: None,
        };
        // The longest that it can become.
        let mut request = self.request(goal, &" ".repeat(self.options.result_bytes), self.model.now());
        let Ok(ceiling) = self.model.fit(&mut request, available) else {
            return Ok(order);
        };
        let keeper = Some(run.to_string());
        match self
            .model
            .hold(account, order.invocation, ceiling, keeper, ttl)
            .await
        {
            Ok(()) => order.reserved = Some(ceiling),
            Err(BillingError::Insufficient { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(order)
    }

    /// Asks the model for the answer, with what was set aside for it, until a deadline. Nothing is paid yet.
    ///
    /// # Errors
    /// Why it cannot be asked.
    pub(crate) async fn write(
        &self,
        order: &SynthesisOrder,
        goal: &str,
        results: &Value,
        deadline: Timestamp,
    ) -> Result<Written, String> {
        let reserved = order
            .reserved
            .ok_or("nothing was left to ask a model for the answer")?;
        let deadline = deadline.min(self.model.now() + self.options.timeout);
        let results = bounded(results, self.options.result_bytes);
        let mut request = self.request(goal, &results, deadline);
        let ceiling = self
            .model
            .fit(&mut request, Some(reserved))
            .map_err(|error| self.explain(&error))?;
        let asked = self.model.ask(&request).await;
        let bill = self.model.bill(order.invocation, TASK, &asked, ceiling);
        let answer = match asked.outcome {
            Ok(completion) if completion.text.trim().is_empty() => Ok(None),
            Ok(completion) => Ok(Some(completion.text.trim().to_owned())),
            Err(error) => Err(self.explain(&error.into())),
        };
        let answer =
            answer.and_then(|answer| answer.ok_or_else(|| format!("model {} said nothing", order.model)));
        Ok(Written { bill, answer })
    }

    fn explain(&self, error: &ModelError) -> String {
        format!("model {} cannot be asked: {error}", self.model.model())
    }

    fn request(&self, goal: &str, results: &str, deadline: Timestamp) -> CompletionRequest {
        let text = format!("{results}\n{}", data("goal", &goal));
        CompletionRequest {
            system: ANSWERING.to_owned(),
            messages: vec![Message::user(text)],
            schema: None,
            max_output_tokens: self.options.max_output_tokens,
            deadline,
        }
    }
}

/// The results as data of at most so many bytes; where they are longer, each is cut to its share.
fn bounded(results: &Value, limit: usize) -> String {
    let whole = data("results", results);
    if whole.len() <= limit {
        return whole;
    }
    let parts: Map<String, Value> = match results {
        Value::Object(members) => members.clone(),
        other => [("result".to_owned(), other.clone())].into_iter().collect(),
    };
    let mut share = limit / parts.len().max(1);
    while share > 0 {
        let parts: Map<String, Value> = parts
            .iter()
            .map(|(name, part)| (cut(name, 64).to_owned(), cut(&part.to_string(), share).into()))
            .collect();
        let shown = data("results", &parts);
        if shown.len() <= limit {
            return shown;
        }
        share /= 2;
    }
    data("results", &"too long to be shown")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn short_results_are_shown_as_they_are() {
        let results = json!({"read": {"rows": [1, 2]}});
        assert_eq!(
            bounded(&results, 1000),
            "<results>\n{\"read\":{\"rows\":[1,2]}}\n</results>"
        );
    }

    proptest! {
        #[test]
        fn long_results_are_cut_to_the_limit(
            parts in prop::collection::btree_map("[a-z]{1,8}", "[a-z<\u{202e}ü]{0,300}", 0..20), limit in 64..2000_usize,
        ) {
            let shown = bounded(&json!(parts), limit);
            prop_assert!(shown.len() <= limit, "{} of {limit}", shown.len());
            prop_assert!(shown.starts_with("<results>\n") && shown.ends_with("\n</results>"));
            prop_assert_eq!(shown.matches('<').count(), 2);
        }
    }
}
