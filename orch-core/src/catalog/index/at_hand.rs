use std::{
    future::poll_fn,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    task::Poll,
};

use super::{Index, listing::Listed};
use crate::{
    AccountId, PageRequest, StoreError,
    catalog::{AgentFilter, CatalogStore, Changes, Mark, RankedTask, Sort},
};

/// How many agents are read at a time.
const BATCH: u32 = 256;
/// How many times one who only asks reads on; whoever is further behind asks the store.
const ROUNDS: usize = 2;

/// An index that follows a store, while it takes no more memory than it may.
#[derive(Debug)]
pub(in crate::catalog) struct AtHand {
    held: RwLock<Held>,
    /// Held by who reads a large part, so that others need not read the same.
    reading: tokio::sync::Mutex<()>,
    most_bytes: usize,
}

#[derive(Debug, Default)]
struct Held {
    index: Index,
    mark: Mark,
    /// Whether the index was once brought up to what the store had, and was not a batch behind since.
    is_near: bool,
    is_too_large: bool,
}

impl AtHand {
    /// An index that may take so many bytes.
    pub(in crate::catalog) fn within(most_bytes: usize) -> Self {
        let held = Held {
            is_too_large: most_bytes == 0,
            ..Held::default()
        };
        Self {
            held: RwLock::new(held),
            reading: tokio::sync::Mutex::default(),
            most_bytes,
        }
    }

    /// Takes in what changed. `false` if that is not all, or too much: then the store has to be asked.
    pub(in crate::catalog) async fn follow(&self, store: &dyn CatalogStore) -> Result<bool, StoreError> {
        let (is_near, is_too_large) = {
            let held = self.read();
            (held.is_near, held.is_too_large)
        };
        if is_too_large {
            return Ok(false);
        }
        if is_near {
            return self.read_on(store).await;
        }
        match self.reading.try_lock() {
            Ok(_reading) => self.read_on(store).await,
            Err(_) => Ok(false),
        }
    }

    /// Takes in all that the store has; `false` if it is too much.
    pub(in crate::catalog) async fn load(&self, store: &dyn CatalogStore) -> Result<bool, StoreError> {
        let _reading = self.reading.lock().await;
        while !self.read().is_too_large {
            if self.read_on(store).await? {
                return Ok(true);
            }
            give_way().await;
        }
        Ok(false)
    }

    /// What [`Index::rank`] finds; `None` where the store has to be asked after all.
    pub(in crate::catalog) fn rank(
        &self,
        viewer: &AccountId,
        words: &[String],
        limit: usize,
    ) -> Option<Vec<RankedTask>> {
        let held = self.read();
        held.is_near.then(|| held.index.rank(viewer, words, limit))
    }

    /// What [`Index::list`] finds; `None` where the store has to be asked after all.
    pub(in crate::catalog) fn list(
        &self,
        viewer: &AccountId,
        filter: &AgentFilter,
        sort: Sort,
        page: PageRequest,
    ) -> Option<Listed> {
        let held = self.read();
        held.is_near.then(|| held.index.list(viewer, filter, sort, page))
    }

    /// About how many bytes it takes.
    pub(in crate::catalog) fn size_bytes(&self) -> usize {
        self.read().index.size_bytes()
    }

    /// Reads on from where the index is, a few times; `true` if that is all there was.
    async fn read_on(&self, store: &dyn CatalogStore) -> Result<bool, StoreError> {
        for _ in 0..ROUNDS {
            let mark = self.read().mark;
            let changes = store.changes(mark, BATCH).await?;
            let is_all = changes.agents.len() < BATCH as usize;
            if (!is_all || changes.next != mark || !self.read().is_near) && !self.take(changes, is_all) {
                return Ok(false);
            }
            if is_all {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes in what was read. Others may have taken in more meanwhile, which stays. `false` if it is too much.
    fn take(&self, changes: Changes, is_all: bool) -> bool {
        let mut held = self.write();
        if held.is_too_large {
            return false;
        }
        if !is_all || !held.is_near {
            held.index.unsettle();
        }
        held.index.put(changes.agents);
        held.mark = held.mark.max(changes.next);
        held.is_near = is_all;
        if is_all {
            held.index.settle();
        }
        if held.index.size_bytes() > self.most_bytes {
            *held = Held {
                is_too_large: true,
                ..Held::default()
            };
        }
        !held.is_too_large
    }

    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets others on the same thread go on first: a store that answers at once never does.
async fn give_way() {
    let mut has_waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
