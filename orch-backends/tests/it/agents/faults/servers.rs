use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use orch_core::{Clock, SystemClock};
use tokio::{io::AsyncReadExt, net::TcpStream};

use crate::http::server::{Server, Stream};

/// How many bytes a [`repeating`] server could write.
pub(super) static SENT: AtomicUsize = AtomicUsize::new(0);

/// Reads a request, writes this, and closes the connection.
pub(super) async fn writing(answer: String) -> Server {
    Server::start(move |mut peer| {
        let answer = answer.clone();
        async move {
            peer.request().await;
            peer.write(answer).await;
        }
    })
    .await
}

/// Reads a request, writes this, and then nothing more.
pub(super) async fn hanging(answer: &'static str) -> Server {
    Server::start(move |mut peer| async move {
        peer.request().await;
        peer.write(answer).await;
        peer.gone().await;
    })
    .await
}

/// Reads a request, writes this, and then this again and again, every so many milliseconds.
pub(super) async fn repeating(head: &'static str, piece: &str, millis: u64) -> Server {
    let piece = piece.to_owned();
    Server::start(move |mut peer| {
        let piece = piece.clone();
        async move {
            peer.request().await;
            peer.write(head).await;
            while peer.write(&piece).await {
                SENT.fetch_add(piece.len(), Ordering::SeqCst);
                if millis > 0 {
                    SystemClock.sleep(Duration::from_millis(millis)).await;
                }
            }
        }
    })
    .await
}

/// Reads some of a request and resets the connection.
pub(super) async fn resetting() -> Server {
    let above = async |mut stream: TcpStream| {
        let _some = stream.read(&mut [0; 100]).await.unwrap();
        stream.set_zero_linger().unwrap();
        None::<Box<dyn Stream>>
    };
    Server::start_above(above, |_| async {}).await
}
