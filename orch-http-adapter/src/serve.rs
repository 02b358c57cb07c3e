use std::time::Duration;

use axum::{Router, serve::ListenerExt};
use orch::Clock;
use tokio::{net::TcpListener, sync::watch};

/// Connections could not be accepted any more.
#[derive(Debug, thiserror::Error)]
#[error("the listener failed")]
pub struct ServeError(#[from] std::io::Error);

/// Serves a router until `stop` is done, then lets the requests that are being answered end, for at most `drain`; what is
/// left is cut off.
///
/// # Errors
/// The listener failed.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    clock: &dyn Clock,
    drain: Duration,
) -> Result<(), ServeError> {
    let (stopping, mut stopped) = watch::channel(false);
    let listener = listener.tap_io(|connection| {
        // Answers are small and whole: there is nothing to wait for.
        let _ = connection.set_nodelay(true);
    });
    let stop = async move {
        stop.await;
        stopping.send_replace(true);
    };
    let serving = axum::serve(listener, router).with_graceful_shutdown(stop);
    let overdue = async {
        // The sender is dropped only after it has said so.
        let _ = stopped.wait_for(|&is_stopping| is_stopping).await;
        clock.sleep(drain).await;
    };
    tokio::select! {
        served = async { serving.await } => Ok(served?),
        () = overdue => Ok(()),
    }
}
