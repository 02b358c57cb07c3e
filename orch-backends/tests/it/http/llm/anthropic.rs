//! Anthropic's messages.

use orch_planner::llm::{LlmError, LlmProvider, TokenUsage};
use serde_json::json;

use super::{KEY, answer_of, answering, fixtures, model, question, sent, streaming};

const PATH: &str = "/v1/messages";

#[tokio::test]
async fn a_stream_is_the_same_however_it_is_cut() {
    for piece in [1, 2, 3, 7, 64, 100_000] {
        let server = streaming(fixtures::ANTHROPIC, piece).await;
        let completion = answer_of(&server, PATH).await.unwrap();
        assert_eq!(completion.text, fixtures::GREETING, "pieces of {piece} bytes");
        assert_eq!(
            completion.usage,
            Some(TokenUsage {
                input: 500,
                output: 89
            })
        );
    }
}

#[tokio::test]
async fn what_is_asked_is_what_the_reference_says() {
    let server = streaming(fixtures::ANTHROPIC, 500).await;
    answer_of(&server, PATH).await.unwrap();
    let request = &server.requests()[0];
    for line in [
        "POST /v1/messages HTTP/1.1",
        &format!("x-api-key: {KEY}"),
        "anthropic-version: 2023-06-01",
        "content-type: application/json",
    ] {
        assert!(
            request.lines().any(|sent| sent == line),
            "{line} is missing in {request}"
        );
    }
    let schema = json!({"type": "object", "properties": {"greeting": {"type": "string"}}});
    let mut body = sent(&server, 0);
    assert_eq!(body["tools"][0]["name"], "plan");
    assert_eq!(body["tools"][0]["input_schema"], schema);
    body.as_object_mut().unwrap().remove("tools");
    let expected = json!({
        "model": "small-1",
        "max_tokens": 50,
        "system": "Answer.",
        "messages": [{"role": "user", "content": "Greet."}],
        "stream": true,
        "tool_choice": {"type": "tool", "name": "plan"},
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn plain_text_is_asked_for_without_a_tool() {
    let text = fixtures::ANTHROPIC
        .split("event: content_block_start")
        .collect::<Vec<_>>();
    let events = [text[0], text[1]].join("event: content_block_start")
        + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":4}}\n\n"
        + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    let server = streaming(&events, 11).await;
    let (model, clock) = model(&format!("http://{}{PATH}", server.address()));
    let question = orch_planner::llm::CompletionRequest {
        schema: None,
        ..question(&clock)
    };
    assert_eq!(model.complete(&question).await.unwrap().text, "Okay");
    assert!(sent(&server, 0).get("tools").is_none());
}

#[tokio::test]
async fn each_way_to_stop_is_told() {
    let stopped = |reason: &str| {
        fixtures::stream(&format!(
            "event: message_delta\ndata: {{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":\"{reason}\",\"stop_sequence\":null}},\
             \"usage\":{{\"input_tokens\":7,\"output_tokens\":3}}}}\n\nevent: message_stop\ndata: {{\"type\":\"message_stop\"}}\n\n"
        ))
    };
    let server = answering(["max_tokens", "refusal", "model_context_window_exceeded"].map(stopped)).await;
    let (model, clock) = model(&format!("http://{}{PATH}", server.address()));
    let error = model.complete(&question(&clock)).await.unwrap_err();
    assert!(matches!(error, LlmError::Truncated { .. }));
    assert_eq!(error.usage(), TokenUsage { input: 7, output: 3 });
    let error = model.complete(&question(&clock)).await.unwrap_err();
    assert!(matches!(error, LlmError::Refused { .. }));
    let error = model.complete(&question(&clock)).await.unwrap_err();
    assert!(matches!(error, LlmError::ContextTooLong));
}

#[tokio::test]
async fn an_error_within_the_stream_is_tried_again() {
    let broken = concat!(
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n",
        "event: error\ndata: {\"type\": \"error\", \"error\": {\"type\": \"overloaded_error\", \"message\": \"Overloaded\"}}\n\n",
    );
    let server = answering([fixtures::stream(broken), fixtures::stream(fixtures::ANTHROPIC)]).await;
    let (model, clock) = model(&format!("http://{}{PATH}", server.address()));
    let question = question(&clock);
    let asked = model.complete(&question);
    let completion = super::trouble::while_time_passes(&clock, asked).await.unwrap();
    assert_eq!(completion.text, fixtures::GREETING);
    assert_eq!(server.requests().len(), 2);
}
