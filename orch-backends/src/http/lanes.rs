use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many more exchanges each host may have at once.
#[derive(Debug)]
pub(super) struct Lanes {
    per_host: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// One of the exchanges that a host may have at once.
pub(super) type Lane = OwnedSemaphorePermit;

impl Lanes {
    /// So many hosts are remembered before those without an exchange are forgotten.
    const MAX_IDLE: usize = 1024;

    pub(super) fn new(per_host: usize) -> Self {
        Self {
            per_host: per_host.clamp(1, Semaphore::MAX_PERMITS),
            hosts: Mutex::default(),
        }
    }

    /// Waits for a place; `None` never comes, because no semaphore is ever closed.
    pub(super) async fn enter(&self, origin: &str) -> Option<Lane> {
        self.of(origin).acquire_owned().await.ok()
    }

    fn of(&self, origin: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lanes) = hosts.get(origin) {
            return lanes.clone();
        }
        if hosts.len() >= Self::MAX_IDLE {
            // Lanes and those who wait for one share their semaphore, so nobody's count is lost.
            hosts.retain(|_, lanes| Arc::strong_count(lanes) > 1);
        }
        let lanes = Arc::new(Semaphore::new(self.per_host));
        hosts.insert(origin.to_owned(), lanes.clone());
        lanes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hosts_without_an_exchange_are_forgotten() {
        let lanes = Lanes::new(1);
        let busy = lanes.enter("https://busy.example").await.unwrap();
        for n in 0..3 * Lanes::MAX_IDLE {
            drop(lanes.enter(&format!("https://{n}.example")).await);
        }
        assert!(lanes.hosts.lock().unwrap().len() <= Lanes::MAX_IDLE + 1);
        assert!(lanes.of("https://busy.example").try_acquire().is_err());
        drop(busy);
        assert!(lanes.of("https://busy.example").try_acquire().is_ok());
    }
}
