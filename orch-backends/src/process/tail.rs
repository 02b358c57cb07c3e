use std::sync::{Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

/// The end of what a stream says; the rest is read and forgotten, so that nobody waits for a reader.
#[derive(Debug)]
pub(super) struct Tail {
    max_bytes: usize,
    bytes: Mutex<Vec<u8>>,
}

impl Tail {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            bytes: Mutex::default(),
        }
    }

    /// Reads until the end of the stream.
    pub(super) async fn follow(&self, mut stream: impl AsyncRead + Unpin) {
        let mut piece = vec![0; 4096];
        while let Ok(n_bytes @ 1..) = stream.read(&mut piece).await {
            self.push(&piece[..n_bytes]);
        }
    }

    /// What is kept, as one line.
    pub(super) fn text(&self) -> String {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&bytes);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn push(&self, piece: &[u8]) {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        bytes.extend_from_slice(piece);
        let surplus = bytes.len().saturating_sub(self.max_bytes);
        bytes.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_is_kept() {
        let tail = Tail::new(10);
        let text = "x".repeat(20_000) + "the\n end";
        tail.follow(text.as_bytes()).await;
        assert_eq!(tail.text(), "xxthe end");
    }
}
