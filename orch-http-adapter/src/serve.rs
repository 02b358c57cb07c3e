use std::{io, pin::pin, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use orch::Clock;
use tokio::net::TcpListener;

/// How long a connection may take to send the head of its next request, and so how long it is kept open for one: clients
/// send again what they sent on one that was closed under their hands.
const HEAD: Duration = Duration::from_secs(90);

/// How long nothing is accepted when nothing can be, most likely since as many files are open as may be.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves a router until `stop` is done, then lets the requests that are being answered end, for at most `drain`; what is
/// left is cut off. A connection that sends no whole head for 90 seconds is closed.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    clock: &dyn Clock,
    drain: Duration,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let socket = match accepted {
            Ok((socket, _)) => socket,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "no connection can be accepted"
                );
                clock.sleep(PAUSE).await;
                continue;
            }
        };
        // Answers are small and whole: there is nothing to wait for.
        let _ = socket.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection = connections.watch(http.serve_connection(TokioIo::new(socket), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::trace!(
                    error = &error as &dyn std::error::Error,
                    "a connection has broken"
                );
            }
        });
    }
    drop(listener);
    tokio::select! {
        () = connections.shutdown() => {}
        () = clock.sleep(drain) => {}
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use orch::SystemClock;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    use super::*;

    /// What a server that stands still answers to these bytes until it closes the connection, and after how long.
    async fn answer_to(bytes: &[u8]) -> (String, Duration) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(async || "here"));
        tokio::spawn(async move {
            serve(
                listener,
                router,
                std::future::pending(),
                &SystemClock,
                Duration::ZERO,
            )
            .await;
        });
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(bytes).await.unwrap();
        let (began, mut answer) = (tokio::time::Instant::now(), String::new());
        socket.read_to_string(&mut answer).await.unwrap();
        (answer, began.elapsed())
    }

    // The timer goes on by itself when nothing else is to be done.
    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_head_is_closed() {
        for bytes in [&b""[..], b"GET / HTTP/1.1\r\nhost: a\r\nx-"] {
            let (answer, after) = answer_to(bytes).await;
            assert!(!answer.contains("here"), "{answer}");
            assert!(after >= HEAD, "{after:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_kept_open_for_the_next_request() {
        let (answer, after) = answer_to(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert!(answer.contains("200 OK") && answer.ends_with("here"), "{answer}");
        assert!(
            after >= Duration::from_secs(75),
            "clients count on so much: {after:?}"
        );
    }
}
