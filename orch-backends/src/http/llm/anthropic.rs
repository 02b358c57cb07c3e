//! Anthropic's messages.

use orch_planner::llm::{Completion, CompletionRequest, LlmError, Role, TokenUsage};
use serde_json::{Value, json};

use super::{
    Dialect, LlmEndpoint, failure, method_url,
    stream::{Finish, Gathered, Reader, count, parse},
};
use crate::http::{HeaderName, Request, header, sse::Event};

/// The version of the API that is spoken.
const VERSION: &str = "2023-06-01";

/// Anthropic's dialect. JSON is asked for as the input of a tool that the model has to use.
#[derive(Debug)]
pub(super) struct Anthropic;

impl Dialect for Anthropic {
    fn ask(&self, endpoint: &LlmEndpoint, request: &CompletionRequest) -> Request {
        let url = method_url(&endpoint.url, "/v1", "/messages");
        let asked = Request::post(url)
            .header(header::ACCEPT, "text/event-stream")
            .header(HeaderName::from_static("anthropic-version"), VERSION)
            .json(&body(endpoint, request));
        match &endpoint.key {
            Some(key) => asked.secret_header(HeaderName::from_static("x-api-key"), key.expose()),
            None => asked,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Blocks::default())
    }
}

fn body(endpoint: &LlmEndpoint, request: &CompletionRequest) -> Value {
    let messages = request.messages.iter().map(|message| {
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        json!({"role": role, "content": message.text})
    });
    let mut body = json!({
        "model": endpoint.model,
        "max_tokens": request.max_output_tokens,
        "system": request.system,
        "messages": messages.collect::<Vec<_>>(),
        "stream": true,
    });
    if let Some(schema) = &request.schema {
        let description = "Takes the answer. Use it exactly once, with the whole answer.";
        body["tools"] =
            json!([{"name": schema.name, "description": description, "input_schema": schema.schema}]);
        body["tool_choice"] = json!({"type": "tool", "name": schema.name});
    }
    body
}

/// The blocks of an answer.
#[derive(Debug, Default)]
struct Blocks {
    gathered: Gathered,
    is_over: bool,
}

impl Blocks {
    fn absorb_usage(&mut self, usage: Option<&Value>) {
        let Some(usage) = usage else { return };
        let known = self.gathered.usage.unwrap_or_default();
        let inputs = [
            "input_tokens",
            "cache_creation_input_tokens",
            "cache_read_input_tokens",
        ];
        let inputs: Vec<u64> = inputs.iter().filter_map(|name| count(usage, name)).collect();
        // Counts are of the whole so far; those that are not said stay as they were.
        self.gathered.usage = Some(TokenUsage {
            input: if inputs.is_empty() {
                known.input
            } else {
                inputs.iter().sum::<u64>().max(known.input)
            },
            output: count(usage, "output_tokens").unwrap_or(known.output),
        });
    }

    fn absorb_end(&mut self, delta: &Value) {
        if let Some(reason) = delta.get("stop_reason").and_then(Value::as_str) {
            self.gathered.finish = Some(match reason {
                "max_tokens" => Finish::Length,
                "model_context_window_exceeded" => Finish::ContextFull,
                "refusal" => Finish::Refusal,
                _ => Finish::Stop,
            });
        }
    }
}

impl Reader for Blocks {
    fn take(&mut self, event: &Event) -> Result<(), LlmError> {
        let value = parse(event, &self.gathered)?;
        match value.get("type").and_then(Value::as_str).unwrap_or_default() {
            "message_start" => self.absorb_usage(value.pointer("/message/usage")),
            "content_block_start" => {
                if let Some(text) = value.pointer("/content_block/text").and_then(Value::as_str) {
                    self.gathered.say(text)?;
                }
            }
            "content_block_delta" => {
                let piece = |name: &str| value.pointer(&format!("/delta/{name}")).and_then(Value::as_str);
                if let Some(text) = piece("text") {
                    self.gathered.say(text)?;
                }
                if let Some(json) = piece("partial_json") {
                    self.gathered.give(json)?;
                }
            }
            "message_delta" => {
                self.absorb_usage(value.get("usage"));
                self.absorb_end(value.get("delta").unwrap_or(&Value::Null));
            }
            "message_stop" => self.is_over = true,
            "error" => return Err(failure::within(&value)),
            // Pings, ends of blocks, and what later versions add.
            _ => {}
        }
        Ok(())
    }

    fn whole(&mut self, answer: &Value) -> Result<(), LlmError> {
        if answer.get("type").and_then(Value::as_str) == Some("error") {
            return Err(failure::within(answer));
        }
        self.absorb_usage(answer.get("usage"));
        self.absorb_end(answer);
        for block in answer
            .get("content")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let Some(text) = block.get("text").and_then(Value::as_str) {
                self.gathered.say(text)?;
            }
            if let Some(input) = block.get("input") {
                self.gathered.give(&input.to_string())?;
            }
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.is_over
    }

    fn finish(self: Box<Self>) -> Result<Completion, LlmError> {
        self.gathered.finish()
    }
}
