//! Chat completions, as OpenAI and those who serve the same serve them.

use orch_planner::llm::{LlmError, LlmProvider, TokenUsage};
use serde_json::json;

use super::{KEY, answer_of, answering, fixtures, model, question, sent, streaming};

#[tokio::test]
async fn a_stream_is_the_same_however_it_is_cut() {
    for piece in [1, 2, 3, 7, 64, 100_000] {
        let server = streaming(fixtures::OPEN_AI, piece).await;
        let completion = answer_of(&server, "/v1").await.unwrap();
        assert_eq!(completion.text, fixtures::GREETING, "pieces of {piece} bytes");
        assert_eq!(
            completion.usage,
            Some(TokenUsage {
                input: 19,
                output: 10
            })
        );
    }
}

#[tokio::test]
async fn what_is_asked_is_what_the_reference_says() {
    let server = streaming(fixtures::OPEN_AI, 500).await;
    answer_of(&server, "/v1").await.unwrap();
    let request = &server.requests()[0];
    for line in [
        "POST /v1/chat/completions HTTP/1.1",
        &format!("authorization: Bearer {KEY}"),
        "content-type: application/json",
        "accept: text/event-stream",
    ] {
        assert!(
            request.lines().any(|sent| sent == line),
            "{line} is missing in {request}"
        );
    }
    let schema = json!({"type": "object", "properties": {"greeting": {"type": "string"}}});
    let expected = json!({
        "model": "small-1",
        "messages": [{"role": "system", "content": "Answer."}, {"role": "user", "content": "Greet."}],
        "stream": true,
        "stream_options": {"include_usage": true},
        "max_tokens": 50,
        "temperature": 0,
        "response_format": {
            "type": "json_schema", "json_schema": {"name": "plan", "strict": false, "schema": schema},
        },
    });
    assert_eq!(sent(&server, 0), expected);
}

#[tokio::test]
async fn a_server_that_says_little_is_understood() {
    let server = streaming(fixtures::BARE, 5).await;
    let completion = answer_of(&server, "").await.unwrap();
    assert_eq!(
        (completion.text.as_str(), completion.usage),
        ("{\"greeting\": \"Hi\"}", None)
    );
}

#[tokio::test]
async fn an_answer_that_does_not_stream_is_read_all_the_same() {
    let body = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"small-1","choices":[{"index":0,"message":{"role":"assistant","content":"{}","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}"#;
    let server = answering([fixtures::whole("200 OK", "", body)]).await;
    let completion = answer_of(&server, "/v1/chat/completions").await.unwrap();
    assert_eq!(
        (completion.text.as_str(), completion.usage),
        ("{}", Some(TokenUsage { input: 5, output: 1 }))
    );
}

#[tokio::test]
async fn what_an_endpoint_refuses_is_left_out_from_then_on() {
    let refusal = |message: &str, param: &str| {
        fixtures::whole(
            "400 Bad Request",
            "",
            &fixtures::fault(message, "unsupported_parameter", param),
        )
    };
    let server = answering([
        refusal("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens"),
        refusal("Unsupported value: 'temperature' does not support 0 with this model.", "temperature"),
        refusal("stream_options: Extra inputs are not permitted", "stream_options"),
        refusal("response_format json_schema is not supported", "response_format"),
        refusal("'response_format.type' must be 'text'", "response_format"),
        fixtures::stream(fixtures::BARE),
    ])
    .await;
    let (model, clock) = model(&server.url());
    for _ in 0..2 {
        model.complete(&question(&clock)).await.unwrap();
    }
    assert_eq!(server.requests().len(), 7, "nothing is refused twice");
    assert_eq!(
        sent(&server, 4)["response_format"],
        json!({"type": "json_object"})
    );
    let last = sent(&server, 6);
    let members: Vec<&String> = last.as_object().unwrap().keys().collect();
    assert_eq!(members, ["max_completion_tokens", "messages", "model", "stream"]);
    let system = last["messages"][0]["content"].as_str().unwrap();
    assert!(
        system.contains("JSON Schema: {") && system.contains("greeting"),
        "{system}"
    );
}

#[tokio::test]
async fn a_refusal_of_what_cannot_be_left_out_is_told() {
    let body = fixtures::fault("The model `small-1` does not exist", "model_not_found", "model");
    let server = answering([fixtures::whole("404 Not Found", "", &body)]).await;
    let error = answer_of(&server, "/v1").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "it refuses the request: The model `small-1` does not exist"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_cut_off_or_declined_says_what_it_took() {
    let ended = |delta: &str, reason: &str| {
        let usage = r#"data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":50}}"#;
        let end = format!(r#"data: {{"choices":[{{"delta":{delta},"finish_reason":"{reason}"}}]}}"#);
        fixtures::stream(&format!("{end}\n\n{usage}\n\ndata: [DONE]\n\n"))
    };
    let server = answering([
        ended(r#"{"content":"{\"gree"}"#, "length"),
        ended(r#"{"refusal":"I cannot help with that."}"#, "stop"),
        ended("{}", "content_filter"),
    ])
    .await;
    let (model, clock) = model(&server.url());
    let mut errors = Vec::new();
    for _ in 0..3 {
        let error = model.complete(&question(&clock)).await.unwrap_err();
        assert_eq!(error.usage(), TokenUsage { input: 9, output: 50 });
        errors.push(error);
    }
    assert!(matches!(errors[0], LlmError::Truncated { .. }));
    assert_eq!(errors[1].to_string(), "it declines: I cannot help with that.");
    assert!(matches!(errors[2], LlmError::Refused { .. }));
}
