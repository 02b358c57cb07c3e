//! A server that writes what a test tells it to, HTTP or not.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::AbortHandle,
};

/// A server on this machine; it ends with its handle.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    seen: Seen,
    task: AbortHandle,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    n_connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

/// A stream of bytes in both directions.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection as the server sees it.
pub(crate) struct Peer {
    stream: Box<dyn Stream>,
    seen: Seen,
}

impl Server {
    /// A server that treats each connection as told.
    pub(crate) async fn start<B, F>(behave: B) -> Self
    where
        B: Fn(Peer) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let accept = |stream| async { Some(Box::new(stream) as Box<dyn Stream>) };
        Self::start_above(accept, behave).await
    }

    /// A server that first makes something else of the connection.
    pub(crate) async fn start_above<A, C, B, F>(above: A, behave: B) -> Self
    where
        A: Fn(tokio::net::TcpStream) -> C + Send + 'static,
        C: Future<Output = Option<Box<dyn Stream>>> + Send + 'static,
        B: Fn(Peer) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Seen::default();
        let (shared, behave) = (seen.clone(), Arc::new(behave));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                shared.n_connections.fetch_add(1, Ordering::SeqCst);
                let (stream, seen, behave) = (above(stream), shared.clone(), behave.clone());
                tokio::spawn(async move {
                    if let Some(stream) = stream.await {
                        behave(Peer { stream, seen }).await;
                    }
                });
            }
        });
        Self {
            address,
            seen,
            task: task.abort_handle(),
        }
    }

    /// A server that answers every request with these bytes, over connections that it keeps.
    pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = Arc::new(answer.into());
        Self::start(move |mut peer| {
            let answer = answer.clone();
            async move {
                while peer.request().await.is_some() {
                    peer.write(&*answer).await;
                }
            }
        })
        .await
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub(crate) fn n_connections(&self) -> usize {
        self.seen.n_connections.load(Ordering::SeqCst)
    }

    /// Every request so far, as it came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Peer {
    /// Reads a whole request; `None` where the client has gone.
    pub(crate) async fn request(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "));
                if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    self.seen.requests.lock().unwrap().push(text.clone());
                    return Some(text);
                }
            }
            let mut piece = [0; 4096];
            match self.stream.read(&mut piece).await {
                Ok(n_bytes) if n_bytes > 0 => bytes.extend_from_slice(&piece[..n_bytes]),
                _ => return None,
            }
        }
    }

    /// Writes; `false` where the client has gone.
    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok() && self.stream.flush().await.is_ok()
    }

    /// Returns when the client has closed the connection.
    pub(crate) async fn gone(&mut self) {
        while self
            .stream
            .read(&mut [0; 64])
            .await
            .is_ok_and(|n_bytes| n_bytes > 0)
        {}
    }
}

/// An answer of status 200 with this body.
pub(crate) fn ok(content_type: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}")
}
