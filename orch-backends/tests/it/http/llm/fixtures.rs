//! Answers in the shapes that the references of the APIs document.

/// The head of a stream.
pub(super) const STREAM_HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";

/// A whole stream as chat completions send it, with a comment to keep the connection alive, which some servers send.
pub(super) const OPEN_AI: &str = concat!(
    ": PROCESSING\n\n",
    r#"data: {"id":"chatcmpl-9x","object":"chat.completion.chunk","created":1705314600,"model":"small-1","system_fingerprint":"fp_44","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}"#,
    "\n\n",
    r#"data: {"id":"chatcmpl-9x","object":"chat.completion.chunk","created":1705314600,"model":"small-1","system_fingerprint":"fp_44","choices":[{"index":0,"delta":{"content":"{\"greeting\": \"Grüße"},"logprobs":null,"finish_reason":null}],"usage":null}"#,
    "\n\n",
    r#"data: {"id":"chatcmpl-9x","object":"chat.completion.chunk","created":1705314600,"model":"small-1","system_fingerprint":"fp_44","choices":[{"index":0,"delta":{"content":" 🌍 世界\"}"},"logprobs":null,"finish_reason":null}],"usage":null}"#,
    "\n\n",
    r#"data: {"id":"chatcmpl-9x","object":"chat.completion.chunk","created":1705314600,"model":"small-1","system_fingerprint":"fp_44","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}"#,
    "\n\n",
    r#"data: {"id":"chatcmpl-9x","object":"chat.completion.chunk","created":1705314600,"model":"small-1","system_fingerprint":"fp_44","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}"#,
    "\n\n",
    "data: [DONE]\n\n",
);

/// The same from a server that ends its lines as Windows does and says nothing of usage.
pub(super) const BARE: &str = concat!(
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"{\\\"greeting\\\": \\\"Hi\\\"}\"}}]}\r\n\r\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\r\n\r\n",
    "data: [DONE]\r\n\r\n",
);

/// A whole stream as messages send it.
pub(super) const ANTHROPIC: &str = concat!(
    "event: message_start\n",
    r#"data: {"type":"message_start","message":{"id":"msg_014p7gG3wDgGV9EUtLvnow3U","type":"message","role":"assistant","model":"small-1","stop_sequence":null,"usage":{"input_tokens":472,"output_tokens":2,"cache_creation_input_tokens":20,"cache_read_input_tokens":8},"content":[],"stop_reason":null}}"#,
    "\n\n",
    "event: content_block_start\n",
    r#"data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
    "\n\n",
    "event: ping\ndata: {\"type\": \"ping\"}\n\n",
    "event: content_block_delta\n",
    r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Okay"}}"#,
    "\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: content_block_start\n",
    r#"data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_01T1x1fJ34qAmk2tNTrN7Up6","name":"plan","input":{}}}"#,
    "\n\n",
    "event: content_block_delta\n",
    r#"data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}"#,
    "\n\n",
    "event: content_block_delta\n",
    r#"data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"greeting\": \"Grüße"}}"#,
    "\n\n",
    "event: content_block_delta\n",
    r#"data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":" 🌍 世界\"}"}}"#,
    "\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n",
    "event: message_delta\n",
    r#"data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":89}}"#,
    "\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
);

/// What both greet with.
pub(super) const GREETING: &str = "{\"greeting\": \"Grüße 🌍 世界\"}";

/// An answer that comes whole.
pub(super) fn whole(status: &str, headers: &str, body: &str) -> Vec<String> {
    let length = body.len();
    vec![format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    )]
}

/// A stream that comes whole, and ends with its connection.
pub(super) fn stream(events: &str) -> Vec<String> {
    vec![format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{events}"
    )]
}

/// A failure as OpenAI tells it.
pub(super) fn fault(message: &str, code: &str, param: &str) -> String {
    serde_json::json!({"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}})
        .to_string()
}
