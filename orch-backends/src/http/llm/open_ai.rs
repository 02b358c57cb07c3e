//! OpenAI's chat completions, as OpenAI and those who serve the same serve them.

use std::sync::{Mutex, PoisonError};

use orch_planner::llm::{Completion, CompletionRequest, LlmError, Role, TokenUsage};
use serde_json::{Value, json};

use super::{
    Dialect, LlmEndpoint, failure, method_url,
    stream::{Finish, Gathered, Reader, count, parse},
};
use crate::http::{Request, header, sse::Event};

/// OpenAI's dialect, in the form that one endpoint takes.
#[derive(Debug)]
pub(super) struct OpenAi(Mutex<Form>);

/// What differs from endpoint to endpoint, and from model to model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Form {
    /// How the length of the answer is bounded: `max_completion_tokens`, else `max_tokens`.
    counts_completion: bool,
    /// Whether that was changed already, so that it does not go back and forth.
    has_changed_limit: bool,
    /// How JSON is asked for.
    json: JsonForm,
    /// Whether the temperature may be set.
    has_temperature: bool,
    /// Whether usage may be asked for.
    has_usage: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JsonForm {
    /// By its schema.
    Schema,
    /// As any object.
    Object,
    /// In words.
    Words,
}

impl OpenAi {
    pub(super) fn new(url: &str) -> Self {
        Self(Mutex::new(Form {
            // The others still take the older name, and not all of them the newer.
            counts_completion: url.contains("://api.openai.com"),
            has_changed_limit: false,
            json: JsonForm::Schema,
            has_temperature: true,
            has_usage: true,
        }))
    }

    fn form(&self) -> Form {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Dialect for OpenAi {
    fn ask(&self, endpoint: &LlmEndpoint, request: &CompletionRequest) -> Request {
        let url = method_url(&endpoint.url, "", "/chat/completions");
        let asked = Request::post(url)
            .header(header::ACCEPT, "text/event-stream")
            .json(&body(self.form(), endpoint, request));
        match &endpoint.key {
            Some(key) => asked.bearer(key.expose()),
            None => asked,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Chunks::default())
    }

    fn adapt(&self, status: u16, fault: &Value) -> bool {
        if !matches!(status, 400 | 422 | 500 | 501) {
            return false;
        }
        let said = failure::said(fault).to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
        let mut form = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if says(&["max_tokens", "max_completion_tokens"]) && !form.has_changed_limit {
            form.counts_completion = !form.counts_completion;
            form.has_changed_limit = true;
        } else if says(&["temperature"]) && form.has_temperature {
            form.has_temperature = false;
        } else if says(&["stream_options", "include_usage"]) && form.has_usage {
            form.has_usage = false;
        } else if says(&[
            "response_format",
            "json_schema",
            "json_object",
            "schema",
            "grammar",
        ]) {
            form.json = match form.json {
                JsonForm::Schema => JsonForm::Object,
                JsonForm::Object => JsonForm::Words,
                JsonForm::Words => return false,
            };
        } else {
            return false;
        }
        true
    }
}

fn body(form: Form, endpoint: &LlmEndpoint, request: &CompletionRequest) -> Value {
    let mut system = request.system.clone();
    if let Some(schema) = request.schema.as_ref().filter(|_| form.json != JsonForm::Schema) {
        system.push_str("\nThe JSON object satisfies this JSON Schema: ");
        system.push_str(&schema.schema.to_string());
    }
    let mut messages = vec![json!({"role": "system", "content": system})];
    messages.extend(request.messages.iter().map(|message| {
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        json!({"role": role, "content": message.text})
    }));
    let mut body = json!({"model": endpoint.model, "messages": messages, "stream": true});
    let limit = if form.counts_completion {
        "max_completion_tokens"
    } else {
        "max_tokens"
    };
    body[limit] = request.max_output_tokens.into();
    if form.has_temperature {
        body["temperature"] = 0.into();
    }
    if form.has_usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    match (&request.schema, form.json) {
        (Some(schema), JsonForm::Schema) => {
            // Strict schemas allow no open objects, and arguments are open.
            let schema = json!({"name": schema.name, "strict": false, "schema": schema.schema});
            body["response_format"] = json!({"type": "json_schema", "json_schema": schema});
        }
        (Some(_), JsonForm::Object) => body["response_format"] = json!({"type": "json_object"}),
        _ => {}
    }
    body
}

/// The chunks of an answer.
#[derive(Debug, Default)]
struct Chunks {
    gathered: Gathered,
    is_over: bool,
}

impl Chunks {
    /// Takes what a chunk, or a whole answer, says in its choice's `part`.
    fn absorb(&mut self, value: &Value, part: &str) -> Result<(), LlmError> {
        if value.get("error").is_some_and(|error| !error.is_null()) {
            return Err(failure::within(value));
        }
        if let Some(usage) = value.get("usage").filter(|usage| usage.is_object()) {
            self.gathered.usage = Some(TokenUsage {
                input: count(usage, "prompt_tokens").unwrap_or_default(),
                output: count(usage, "completion_tokens").unwrap_or_default(),
            });
        }
        let Some(choice) = value.pointer("/choices/0") else {
            return Ok(());
        };
        if let Some(content) = choice
            .pointer(&format!("/{part}/content"))
            .and_then(Value::as_str)
        {
            self.gathered.say(content)?;
        }
        if let Some(refusal) = choice
            .pointer(&format!("/{part}/refusal"))
            .and_then(Value::as_str)
        {
            self.gathered.decline(refusal);
        }
        if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str) {
            self.gathered.finish = Some(match reason {
                "length" => Finish::Length,
                "content_filter" => Finish::Refusal,
                _ => Finish::Stop,
            });
        }
        Ok(())
    }
}

impl Reader for Chunks {
    fn take(&mut self, event: &Event) -> Result<(), LlmError> {
        if event.data.trim() == "[DONE]" {
            self.is_over = true;
            return Ok(());
        }
        let chunk = parse(event, &self.gathered)?;
        self.absorb(&chunk, "delta")
    }

    fn whole(&mut self, answer: &Value) -> Result<(), LlmError> {
        self.absorb(answer, "message")
    }

    fn is_over(&self) -> bool {
        self.is_over
    }

    fn finish(self: Box<Self>) -> Result<Completion, LlmError> {
        self.gathered.finish()
    }
}
