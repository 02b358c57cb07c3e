use orch_a2a::{ProgressSink, Reply, TransportError};
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::wire::{self, WireProgress};

/// The lines of a program's standard output, up to its reply.
#[derive(Debug)]
pub(super) struct Lines<'s> {
    pub(super) progress: &'s ProgressSink,
    /// The most bytes of the line that is the reply.
    pub(super) max_reply_bytes: usize,
    /// The most bytes of all lines before it.
    pub(super) max_progress_bytes: usize,
}

/// A line that is no reply.
#[derive(Deserialize)]
struct Report {
    progress: Option<WireProgress>,
}

impl Lines<'_> {
    /// Reads until the reply; `None` where the output ends without one.
    pub(super) async fn read(
        mut self,
        mut output: impl AsyncRead + Unpin,
    ) -> Option<Result<Reply, TransportError>> {
        let mut line = Vec::new();
        let mut piece = vec![0; 8 * 1024];
        loop {
            let n_bytes = output.read(&mut piece).await.unwrap_or(0);
            if n_bytes == 0 {
                // A last line may end with the output instead of a line feed; one that was cut off is none.
                return match self.take(&line) {
                    Some(Err(TransportError::Unreadable { .. })) if !line.is_empty() => None,
                    taken => taken,
                };
            }
            let mut rest = &piece[..n_bytes];
            while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
                line.extend_from_slice(&rest[..end]);
                rest = &rest[end + 1..];
                if let Some(reply) = self.take(&line) {
                    return Some(reply);
                }
                line.clear();
            }
            line.extend_from_slice(rest);
            if line.len() > self.max_reply_bytes {
                return Some(Err(TransportError::TooLarge));
            }
        }
    }

    /// The reply that a line is; `None` where it is something else.
    fn take(&mut self, line: &[u8]) -> Option<Result<Reply, TransportError>> {
        if line.trim_ascii().is_empty() {
            return None;
        }
        if line.len() > self.max_reply_bytes {
            return Some(Err(TransportError::TooLarge));
        }
        let Ok(Report {
            progress: Some(report),
        }) = serde_json::from_slice(line)
        else {
            return Some(wire::reply(line));
        };
        let Some(left) = self.max_progress_bytes.checked_sub(line.len()) else {
            return Some(Err(TransportError::TooLarge));
        };
        self.max_progress_bytes = left;
        self.progress.report(report.into());
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    async fn read(output: &[u8]) -> Option<Result<Reply, TransportError>> {
        let lines = Lines {
            progress: &ProgressSink::closed(),
            max_reply_bytes: 60,
            max_progress_bytes: 100,
        };
        lines.read(output).await
    }

    fn is_unreadable(reply: &Option<Result<Reply, TransportError>>) -> bool {
        matches!(reply, Some(Err(TransportError::Unreadable { .. })))
    }

    #[tokio::test]
    async fn the_first_line_that_is_no_report_is_the_reply() {
        let one = Some(Ok(Reply::new(json!(1))));
        assert_eq!(
            read(b"{\"progress\":{\"percent\":3}}\n\n{\"result\":1}\n{\"result\":2}\n").await,
            one
        );
        assert_eq!(read(b"{\"result\":1}").await, one);
        assert!(is_unreadable(&read(b"Loading...\n{\"result\":1}\n").await));
        assert!(is_unreadable(&read(b"\xff\xfe\n").await));
    }

    #[tokio::test]
    async fn an_output_that_breaks_off_has_no_reply() {
        for output in ["", "\n\n", "{\"progress\":{}}\n", "{\"result\":", "{\"result\":1"] {
            assert_eq!(read(output.as_bytes()).await, None, "{output:?}");
        }
    }

    #[tokio::test]
    async fn too_much_is_too_large() {
        let too_large = Some(Err(TransportError::TooLarge));
        assert_eq!(read("x".repeat(61).as_bytes()).await, too_large);
        assert_eq!(
            read(format!("{{\"result\":\"{}\"}}\n", "x".repeat(60)).as_bytes()).await,
            too_large
        );
        assert_eq!(
            read("{\"progress\":{\"message\":\"x\"}}\n".repeat(4).as_bytes()).await,
            too_large
        );
    }

    proptest! {
        #[test]
        fn no_output_is_too_strange(output: Vec<u8>) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(read(&output));
        }
    }
}
