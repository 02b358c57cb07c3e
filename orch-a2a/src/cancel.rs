//! Asking for something to stop.

use std::{fmt, sync::Arc};

use tokio::sync::watch;

/// A wish to stop, shared by whoever may utter it and whoever heeds it. It is uttered once and for good.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let cancel = orch_a2a::Cancel::new();
/// let heard = cancel.clone();
/// cancel.cancel();
/// heard.cancelled().await;
/// assert!(heard.is_cancelled());
/// # }
/// ```
#[derive(Clone)]
pub struct Cancel(Arc<watch::Sender<bool>>);

impl Cancel {
    /// A wish that nobody has uttered yet.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Utters it; a second time changes nothing.
    pub fn cancel(&self) {
        self.0
            .send_if_modified(|cancelled| !std::mem::replace(cancelled, true));
    }

    /// Whether it was uttered.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it was uttered; at once if it was already.
    pub async fn cancelled(&self) {
        // We hold the sender ourselves, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|cancelled| *cancelled).await;
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancel").field(&self.is_cancelled()).finish()
    }
}

/// Utters a [`Cancel`] when it goes out of scope, however that happens.
#[derive(Debug)]
pub(crate) struct CancelOnDrop(pub(crate) Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everyone_who_waits_is_woken() {
        let cancel = Cancel::new();
        let waiters: Vec<_> = (0..3)
            .map(|_| {
                let heard = cancel.clone();
                tokio::spawn(async move { heard.cancelled().await })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(!cancel.is_cancelled());
        cancel.cancel();
        cancel.cancel();
        for waiter in waiters {
            waiter.await.unwrap();
        }
    }

    #[tokio::test]
    async fn leaving_a_scope_cancels() {
        let cancel = Cancel::new();
        drop(CancelOnDrop(cancel.clone()));
        cancel.cancelled().await;
    }
}
