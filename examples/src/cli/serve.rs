//! `orchestrator serve`: the surfaces over HTTP, until it is told to stop.

mod a2a;
mod approvals;
mod config;

use std::{process::ExitCode, task::Poll};

use futures_util::{
    future::{Either, select},
    poll,
};
use orch_http_adapter::{
    a2a::A2a,
    approvals::ApprovalPage,
    market::{Market, MarketOptions},
    mounts, serve as serve_router,
};
use tokio::{net::TcpListener, sync::oneshot};

use super::{Arguments, CliError, ServeArguments, home::Home};
pub(super) use approvals::ApprovalSettings;
use config::Config;

/// Serves until Ctrl-C or SIGTERM, then lets what is being answered end.
pub(super) async fn serve(arguments: &Arguments, serve: &ServeArguments) -> Result<ExitCode, CliError> {
    let config = Config::read(serve)?;
    let signed = a2a::signed(arguments, &config)?;
    let home = Home::open_serving(arguments, signed, &config.approvals).await?;
    let mut worker = Box::pin(home.orchestrator.worker());
    // Its first step tells whether another process serves the same file, before anybody is told that this one does.
    if let Poll::Ready(refused) = poll!(&mut worker) {
        refused.map_err(CliError::other)?;
    }
    let worker = tokio::spawn(worker);
    let market = Market::new(home.orchestrator.clone(), market_options(arguments, &config));
    let page = ApprovalPage::new(home.orchestrator.clone(), config.approvals.page());
    let listener = TcpListener::bind(&config.server.listen).await;
    let listener = listener.map_err(|error| CliError::usage("--listen", error))?;
    let address = listener.local_addr().map_err(CliError::other)?;
    let options = a2a::options(&config, &format!("http://{address}"))?;
    let a2a = A2a::new(home.orchestrator.clone(), options);
    let router = mounts::merged([market.surface(), a2a.surface(), page.surface()]);
    tell!("listening on http://{address}");
    let (give_up, gave_up) = oneshot::channel::<()>();
    let stop = async move {
        // Whoever gives up says so by letting go as well.
        select(Box::pin(told_to_stop()), gave_up).await;
    };
    let drain = config.server.drain();
    let served = serve_router(listener, router, stop, &**home.orchestrator.clock(), drain);
    let ended = match select(worker, Box::pin(served)).await {
        // Nothing is worked on here, such as when another process serves the same file.
        Either::Left((ended, serving)) => {
            drop(give_up);
            serving.await;
            ended
        }
        Either::Right(((), worker)) => {
            home.orchestrator.shutdown(drain).await;
            worker.await
        }
    };
    ended.map_err(CliError::other)?.map_err(CliError::other)?;
    Ok(ExitCode::SUCCESS)
}

fn market_options(arguments: &Arguments, config: &Config) -> MarketOptions {
    MarketOptions {
        sync_wait: config.market.orchestrate_sync_wait(),
        private_callbacks: arguments.allow_private_network,
        ..MarketOptions::default()
    }
}

/// Returns on Ctrl-C, and on SIGTERM where there is one.
async fn told_to_stop() {
    let interrupted = Box::pin(tokio::signal::ctrl_c());
    #[cfg(unix)]
    if let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        select(interrupted, Box::pin(terminated.recv())).await;
        return;
    }
    // Without a handler nobody can stop it, so it stops by itself.
    let _ = interrupted.await;
}
