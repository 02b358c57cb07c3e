//! The connection that listens and notifies, for as long as the engine lives.

use std::{
    pin::pin,
    sync::{Arc, PoisonError},
    time::Duration,
};

use futures_util::{
    StreamExt,
    future::{Either, select},
    stream::poll_fn,
};
use orch_core::{Clock, SystemClock, event::News};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Error, Socket, tls::MakeTlsConnect};

use super::{Connector, Post, notice};

/// The time from one notice to the next, while more and more news is put together.
const PAUSE: Duration = Duration::from_millis(20);

/// The time until a server that is away is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Holds the connection, and makes another when it breaks. What happens in between is found by looking.
pub(super) async fn keep(config: Config, connector: Connector, channel: String, post: Arc<Post>) {
    loop {
        if let Err(error) = converse(&config, &connector, &channel, &post).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "no news of other processes until the server is back");
        }
        SystemClock.sleep(RETRY).await;
    }
}

/// Listens and notifies until the connection breaks.
async fn converse(config: &Config, connector: &Connector, channel: &str, post: &Post) -> Result<(), Error> {
    // The driver's own limit is that of one host, and ends when it is reached, before it has said a word.
    let n_hosts = u32::try_from(config.get_hosts().len()).unwrap_or(u32::MAX).max(1);
    let limit = config.get_connect_timeout().copied().unwrap_or(RETRY) * n_hosts;
    let connecting = pin!(config.connect(connector.clone()));
    let (client, connection) = match select(connecting, pin!(SystemClock.sleep(limit))).await {
        Either::Left((connected, _)) => connected?,
        Either::Right(_) => {
            tracing::warn!("no news of other processes: the server does not answer");
            return Ok(());
        }
    };
    let heard = pin!(hear(connection, post));
    let told = pin!(tell(&client, channel, post));
    match select(heard, told).await {
        Either::Left((ended, _)) => ended,
        Either::Right((ended, _)) => ended,
    }
}

/// Drives the connection, and passes on what comes by it.
async fn hear(
    mut connection: Connection<Socket, <Connector as MakeTlsConnect<Socket>>::Stream>,
    post: &Post,
) -> Result<(), Error> {
    let mut messages = poll_fn(|context| connection.poll_message(context));
    while let Some(message) = messages.next().await {
        if let AsyncMessage::Notification(notification) = message? {
            notice::read(notification.payload()).for_each(|news| post.tell(&news));
        }
    }
    Ok(())
}

/// Tells the others what happens here.
async fn tell(client: &Client, channel: &str, post: &Post) -> Result<(), Error> {
    client.batch_execute(&format!("LISTEN \"{channel}\"")).await?;
    // While nobody listened, work may have come.
    post.tell(&News::Work);
    loop {
        post.waiting.notified().await;
        let mail = std::mem::take(&mut *post.mail.lock().unwrap_or_else(PoisonError::into_inner));
        if mail.is_empty() {
            continue;
        }
        let sql = "SELECT pg_notify($1, notice) FROM unnest($2::text[]) AS notice";
        client.execute(sql, &[&channel, &mail.notices()]).await?;
        SystemClock.sleep(PAUSE).await;
    }
}
