//! What is said to the model about one goal.

use orch_core::{Task, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    LlmOptions,
    schema::answer_schema,
    shortlist::{Candidate, Shortlist},
};
use crate::{
    goal::Goal,
    llm::{AnswerSchema, CompletionRequest, Message},
    prompt::{PLANNING, cut, data},
};

/// How much of what others wrote is shown: characters of the context and of a description, bytes of a schema and of an
/// example, and of an answer that goes back.
const MAX_CONTEXT: usize = 4_000;
const MAX_DESCRIPTION: usize = 600;
const MAX_SCHEMA: usize = 3_000;
const MAX_EXAMPLE: usize = 500;
const MAX_ANSWER: usize = 8_000;
const MAX_FAULT: usize = 500;

/// A conversation about the plan for one goal.
#[derive(Debug)]
pub(super) struct Conversation {
    question: String,
    messages: Vec<Message>,
    schema: AnswerSchema,
    max_output_tokens: u32,
    deadline: Timestamp,
}

impl Conversation {
    pub(super) fn new(goal: &Goal, shortlist: &Shortlist, options: &LlmOptions, deadline: Timestamp) -> Self {
        let tasks: Vec<Value> = shortlist.iter().map(shown).collect();
        let limits = json!({
            "max_agents": goal.limits.max_agents,
            "budget": goal.limits.budget.map(|budget| budget.to_string()),
        });
        let mut parts = vec![data("tasks", &tasks), data("limits", &limits)];
        if let Some(context) = &goal.context {
            parts.push(data("context", &cut(context, MAX_CONTEXT)));
        }
        parts.push(data("goal", &goal.text));
        let question = parts.join("\n");
        Self {
            messages: vec![Message::user(question.as_str())],
            question,
            schema: answer_schema(shortlist),
            max_output_tokens: options.max_output_tokens,
            deadline,
        }
    }

    /// What the model is asked next.
    pub(super) fn request(&self) -> CompletionRequest {
        CompletionRequest {
            system: PLANNING.to_owned(),
            messages: self.messages.clone(),
            schema: Some(self.schema.clone()),
            max_output_tokens: self.max_output_tokens,
            deadline: self.deadline,
        }
    }

    /// Shows the model its last answer and what is wrong with it; what was wrong before is not repeated.
    pub(super) fn correct(&mut self, answer: &str, fault: &str) {
        let answer = data("answer", &cut(answer, MAX_ANSWER));
        let fault = data("errors", &[cut(fault, MAX_FAULT)]);
        // One turn, as some models take turns in strict alternation only, and what it said may not be its own words.
        self.messages = vec![Message::user(format!(
            "{}\nYou have answered:\n{answer}\nThat was not accepted:\n{fault}\nAnswer with the whole plan again, without \
             the fault.",
            self.question,
        ))];
    }
}

/// A task as the model sees it.
fn shown(candidate: &Candidate) -> Value {
    let (agent, task) = (candidate.agent(), candidate.task());
    let mut shown = json!({
        "task": candidate.name(),
        "description": cut(&task.description, MAX_DESCRIPTION),
        "agent": cut(&agent.latest.title, 100),
        "parameters": schema(&task.parameters),
        "returns": schema(&task.returns),
        "price": candidate.price.to_string(),
    });
    if candidate.is_preferred {
        shown["preferred"] = true.into();
    }
    if let Some(example) = example(task) {
        shown["example"] = example;
    }
    shown
}

/// A schema as far as there is room for it: else the names and types of its members.
fn schema(schema: &Value) -> Value {
    if schema.to_string().len() <= MAX_SCHEMA {
        return schema.clone();
    }
    let members = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let members: Map<String, Value> = members
        .map(|(name, member)| {
            (
                cut(name, 64).to_owned(),
                member.get("type").cloned().unwrap_or(json!("any")),
            )
        })
        .take(50)
        .collect();
    json!({"members": members, "required": schema.get("required")})
}

fn example(task: &Task) -> Option<Value> {
    let inputs = task.examples.iter().map(|example| &example.input);
    inputs
        .into_iter()
        .find(|input| input.to_string().len() <= MAX_EXAMPLE)
        .cloned()
}
