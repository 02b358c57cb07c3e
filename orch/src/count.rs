use std::sync::Arc;

use tokio::sync::watch;

/// How many there are of something that comes and goes.
#[derive(Clone, Debug)]
pub(crate) struct Count(Arc<watch::Sender<usize>>);

impl Count {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    /// One more, until what is returned is dropped.
    pub(crate) fn begin(&self) -> Counted {
        self.0.send_modify(|n| *n += 1);
        Counted(self.clone())
    }

    /// How many there are now.
    pub(crate) fn now(&self) -> usize {
        *self.0.borrow()
    }

    /// Returns once there are as many as wanted.
    pub(crate) async fn reaches(&self, wanted: impl Fn(usize) -> bool + Send + Sync) {
        // The sender is ours, so the channel cannot close while we wait.
        let _ = self.0.subscribe().wait_for(|&n| wanted(n)).await;
    }
}

/// One of those that are counted.
#[derive(Debug)]
pub(crate) struct Counted(Count);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.send_modify(|n| *n -= 1);
    }
}
