//! Language models, against a server that speaks as theirs do, byte for byte.

mod anthropic;
mod fixtures;
mod open_ai;
mod trouble;

use std::{sync::Arc, time::Duration};

use orch_backends::http::{
    HttpOptions,
    llm::{HttpModel, LlmEndpoint},
};
use orch_core::{Clock, ManualClock, Secret, SeededEntropy};
use orch_planner::llm::{AnswerSchema, Completion, CompletionRequest, LlmError, LlmProvider, Message};
use serde_json::{Value, json};

use super::{local, server::Server};

/// The key that no error and no log may show.
const KEY: &str = "sk-hush-4711";

/// The model of this URL, and the clock by which it waits.
fn model(url: &str) -> (HttpModel, Arc<ManualClock>) {
    let (client, clock) = local(HttpOptions::default());
    let endpoint = LlmEndpoint {
        url: url.to_owned(),
        model: "small-1".to_owned(),
        key: Some(Secret::new(KEY.to_owned())),
    };
    let entropy = Arc::new(SeededEntropy::default());
    (HttpModel::new(client, endpoint, clock.clone(), entropy), clock)
}

/// A question whose answer is JSON.
fn question(clock: &ManualClock) -> CompletionRequest {
    CompletionRequest {
        system: "Answer.".to_owned(),
        messages: vec![Message::user("Greet.")],
        schema: Some(AnswerSchema {
            name: "plan".to_owned(),
            schema: json!({"type": "object", "properties": {"greeting": {"type": "string"}}}),
        }),
        max_output_tokens: 50,
        deadline: clock.now() + Duration::from_secs(60),
    }
}

/// What the model of a server answers to the question.
async fn answer_of(server: &Server, path: &str) -> Result<Completion, LlmError> {
    let (model, clock) = model(&format!("http://{}{path}", server.address()));
    model.complete(&question(&clock)).await
}

/// A server whose answer to each request is the next one; the last is repeated. Connections are not kept.
async fn answering(answers: impl IntoIterator<Item = Vec<String>>) -> Server {
    let answers = Arc::new(answers.into_iter().collect::<Vec<_>>());
    let n_asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    Server::start(move |mut peer| {
        let (answers, n_asked) = (answers.clone(), n_asked.clone());
        async move {
            if peer.request().await.is_some() {
                let nth = n_asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                for piece in &answers[nth.min(answers.len() - 1)] {
                    peer.write(piece).await;
                }
            }
        }
    })
    .await
}

/// A stream of events, cut into pieces of so many bytes.
async fn streaming(events: &str, piece: usize) -> Server {
    let pieces: Vec<Vec<u8>> = events.as_bytes().chunks(piece).map(<[u8]>::to_vec).collect();
    Server::start(move |mut peer| {
        let pieces = pieces.clone();
        async move {
            peer.request().await;
            peer.write(fixtures::STREAM_HEAD).await;
            for piece in &pieces {
                peer.write([format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat())
                    .await;
            }
            peer.write("0\r\n\r\n").await;
        }
    })
    .await
}

/// The JSON that was sent in a request.
fn sent(server: &Server, nth: usize) -> Value {
    let request = &server.requests()[nth];
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}
