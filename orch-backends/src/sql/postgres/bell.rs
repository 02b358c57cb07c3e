//! News between replicas, over LISTEN and NOTIFY.
//!
//! Whoever notifies takes a lock of the whole database until its commit, so no unit of work does. What happened is put
//! together instead, and told some moments after it was committed, by one connection of the process for all.

mod connection;
mod mail;
mod notice;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use orch_core::event::{Bell, Ear, News};
use tokio::{runtime::Handle, sync::Notify, task::JoinHandle};
use tokio_postgres::Config;

use self::mail::Mail;
use super::connector::Connector;

/// Tells the other processes that listen on the same channel, once someone listens here.
pub(super) struct PostgresBell {
    config: Config,
    connector: Connector,
    channel: String,
    post: Arc<Post>,
    /// The task that holds the connection.
    postman: Mutex<Option<JoinHandle<()>>>,
}

/// What the bell and its task share.
#[derive(Debug, Default)]
struct Post {
    mail: Mutex<Mail>,
    /// Rung when there is mail.
    waiting: Notify,
    ears: Mutex<Vec<Weak<dyn Ear>>>,
}

impl PostgresBell {
    /// A bell on a channel, which is named by the schema, so that those who share one hear each other.
    pub(super) fn new(mut config: Config, connector: Connector, channel: &str) -> Self {
        // So that an operator sees whose connection it is.
        let name = config.get_application_name().unwrap_or_default();
        config.application_name(format!("{name} listens on {channel}"));
        Self {
            config,
            connector,
            channel: channel.to_owned(),
            post: Arc::default(),
            postman: Mutex::default(),
        }
    }
}

impl Bell for PostgresBell {
    fn ring(&self, news: News) {
        // Who listens to nobody has no connection to tell others by, and leaves it to them to look.
        if !self.post.has_ears() {
            return;
        }
        self.post
            .mail
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .add(news);
        self.post.waiting.notify_one();
    }

    fn listen(&self, ear: Weak<dyn Ear>) {
        let Ok(runtime) = Handle::try_current() else {
            tracing::warn!("there is no runtime to listen on: news of other processes is found by looking");
            return;
        };
        self.post.add_ear(ear);
        let mut postman = self.postman.lock().unwrap_or_else(PoisonError::into_inner);
        if postman.as_ref().is_none_or(JoinHandle::is_finished) {
            let (config, connector) = (self.config.clone(), self.connector.clone());
            let kept = connection::keep(config, connector, self.channel.clone(), self.post.clone());
            *postman = Some(runtime.spawn(kept));
        }
    }
}

impl Drop for PostgresBell {
    fn drop(&mut self) {
        let postman = self.postman.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(postman) = postman.take() {
            postman.abort();
        }
    }
}

impl fmt::Debug for PostgresBell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresBell")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

impl Post {
    fn has_ears(&self) -> bool {
        let ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
        ears.iter().any(|ear| ear.strong_count() > 0)
    }

    fn add_ear(&self, ear: Weak<dyn Ear>) {
        let mut ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
        ears.retain(|ear| ear.strong_count() > 0);
        ears.push(ear);
    }

    fn tell(&self, news: &News) {
        let ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for ear in ears.iter().filter_map(Weak::upgrade) {
            ear.hear(news);
        }
    }
}
