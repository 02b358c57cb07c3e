use http::StatusCode;
use orch_a2a::{ProgressSink, Reply, TransportError};

use super::failure;
use crate::{http::Answer, wire};

/// Reads what an agent answered.
pub(super) async fn read(
    answer: Answer,
    progress: &ProgressSink,
    max_bytes: usize,
) -> Result<Reply, TransportError> {
    let status = answer.status();
    if !status.is_success() {
        return Err(refusal(answer, status).await);
    }
    if answer.is_of_type("text/event-stream") {
        return follow(answer, progress, max_bytes).await;
    }
    let body = answer.bytes().await.map_err(failure)?;
    wire::reply(&body)
}

/// Reads events until the one that is the reply.
async fn follow(answer: Answer, progress: &ProgressSink, max_bytes: usize) -> Result<Reply, TransportError> {
    let mut events = answer.events(max_bytes);
    while let Some(event) = events.next().await.map_err(failure)? {
        let data = event.data.as_bytes();
        match event.name.as_str() {
            "progress" => {
                if let Some(report) = wire::progress(data) {
                    progress.report(report);
                }
            }
            "result" | "error" => return wire::reply(data),
            // What a later agent says besides.
            _ => {}
        }
    }
    Err(TransportError::lost("the stream ended before the reply"))
}

/// What a status that is no success means.
async fn refusal(answer: Answer, status: StatusCode) -> TransportError {
    let retry_after = answer.retry_after();
    match status {
        StatusCode::TOO_MANY_REQUESTS => return TransportError::Overloaded { retry_after },
        StatusCode::SERVICE_UNAVAILABLE if retry_after.is_some() => {
            return TransportError::Overloaded { retry_after };
        }
        // Whoever stands before the agent does not know what became of the call.
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            return TransportError::lost(status);
        }
        _ => {}
    }
    // What the agent says of it, if that can be read.
    let said = match answer.bytes().await {
        Ok(body) => wire::failure(&body),
        Err(_) => None,
    };
    let is_about_arguments = matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY);
    match said {
        Some(TransportError::Failed { reason }) if is_about_arguments => TransportError::Refused {
            field: String::new(),
            reason,
        },
        Some(error) => error,
        None => TransportError::failed(format_args!("it answered with status {status}")),
    }
}
