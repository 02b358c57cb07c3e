//! The one thread that writes, and the commits that queued units share.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use orch_core::{Clock, StoreError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{
    failure::store_error,
    tx::{self, Access},
};
use crate::sql::Unit;

/// Units that share one commit at most. It bounds how long the first of them waits for its acknowledgment.
const BATCH: usize = 256;

/// Units that queue at most; whoever comes then waits for room.
const QUEUE: usize = 1024;

/// The longest that an open batch waits for more units.
const PATIENCE: Duration = Duration::from_millis(2);

/// The handle of the writer thread.
#[derive(Debug)]
pub(super) struct Writer {
    /// None only while the handle is being dropped.
    queue: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

struct Request {
    unit: Arc<dyn Unit>,
    access: Access,
    caller: Caller,
}

type Caller = oneshot::Sender<Result<(), StoreError>>;

impl Writer {
    pub(super) fn start(connection: Connection, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let (queue, requests) = mpsc::channel(QUEUE);
        let mut batches = Batches {
            connection,
            clock,
            requests,
            outcomes: Vec::with_capacity(BATCH),
            n_last: 0,
            patience: Duration::ZERO,
        };
        let thread = thread::Builder::new()
            .name("orch-sqlite".to_owned())
            .spawn(move || batches.run())
            .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Runs a unit on the thread; even one that only reads, for a database that has but this one connection.
    pub(super) async fn run(&self, unit: Arc<dyn Unit>, access: Access) -> Result<(), StoreError> {
        let ended = || StoreError::Unavailable("the writer thread has ended".into());
        let (caller, outcome) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        queue
            .send(Request { unit, access, caller })
            .await
            .map_err(|_| ended())?;
        outcome.await.map_err(|_| ended())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        let Some(thread) = self.thread.take() else { return };
        // The last handle may be inside a unit, which the thread drops: it cannot wait for its own end.
        if thread.thread().id() != thread::current().id() {
            let _ = thread.join();
        }
    }
}

struct Batches {
    connection: Connection,
    clock: Arc<dyn Clock>,
    requests: mpsc::Receiver<Request>,
    /// Units that have run since the last commit, to be acknowledged after the next one.
    outcomes: Vec<(Caller, Result<(), StoreError>)>,
    /// How many units shared the last commit.
    n_last: usize,
    /// How long to wait for as many again.
    patience: Duration,
}

impl Batches {
    fn run(&mut self) {
        while let Some(first) = self.requests.blocking_recv() {
            let started = Instant::now();
            let mut next = Some(first);
            while let Some(request) = next {
                self.run_one(request);
                next = self.next(started);
            }
            self.commit();
        }
    }

    fn run_one(&mut self, Request { unit, access, caller }: Request) {
        let outcome = match access {
            Access::Write => self.write(&*unit),
            Access::Read => tx::run(&*unit, &mut self.connection, &*self.clock, access),
        };
        self.outcomes.push((caller, outcome));
        discard(unit);
    }

    /// Another unit to share the coming commit.
    ///
    /// Those whose units shared the last commit are about to send their next ones. Without a moment's patience, which
    /// is short beside the commit, the first of them would have a commit for itself and the others would wait for it.
    fn next(&mut self, started: Instant) -> Option<Request> {
        while self.outcomes.len() < BATCH {
            match self.requests.try_recv() {
                Ok(request) => return Some(request),
                Err(_) if self.outcomes.len() < self.n_last && started.elapsed() < self.patience => {
                    thread::yield_now();
                }
                Err(_) => return None,
            }
        }
        None
    }

    /// Runs a unit in the open transaction, so that it leaves nothing there when it fails.
    fn write(&mut self, unit: &dyn Unit) -> Result<(), StoreError> {
        // The first unit of a transaction needs no savepoint: there is nothing but itself to roll back.
        let is_first = self.connection.is_autocommit();
        if let Err(error) = self.control(if is_first {
            "BEGIN IMMEDIATE"
        } else {
            "SAVEPOINT unit"
        }) {
            self.refuse_queue();
            return Err(error);
        }
        let outcome = tx::run(unit, &mut self.connection, &*self.clock, Access::Write);
        match self.settle(is_first, outcome.is_ok()) {
            Ok(()) => outcome,
            Err(error) => {
                self.roll_back();
                self.lose("the transaction that it shared was rolled back");
                outcome.and(Err(error))
            }
        }
    }

    fn settle(&self, is_first: bool, is_kept: bool) -> Result<(), StoreError> {
        if self.connection.is_autocommit() {
            // A full disk does it, for one.
            return Err(StoreError::Broken(
                "the transaction ended within a unit of work".into(),
            ));
        }
        match (is_first, is_kept) {
            (true, true) => Ok(()),
            (true, false) => self.control("ROLLBACK"),
            (false, true) => self.control("RELEASE unit"),
            (false, false) => {
                self.control("ROLLBACK TO unit")?;
                self.control("RELEASE unit")
            }
        }
    }

    fn commit(&mut self) {
        let started = Instant::now();
        if !self.connection.is_autocommit()
            && let Err(error) = self.control("COMMIT")
        {
            self.roll_back();
            self.lose(&format!("the commit failed: {error}"));
        }
        self.patience = (started.elapsed() / 4).min(PATIENCE);
        self.n_last = self.outcomes.len();
        for (caller, outcome) in self.outcomes.drain(..) {
            // A caller that went away does not mind.
            let _ = caller.send(outcome);
        }
    }

    /// Whoever queues has waited as long as the unit that could not begin, and does not wait for its own turn to fail.
    fn refuse_queue(&mut self) {
        while let Ok(Request { unit, caller, .. }) = self.requests.try_recv() {
            let busy = StoreError::Unavailable("the unit of work before it could not begin".into());
            self.outcomes.push((caller, Err(busy)));
            discard(unit);
        }
    }

    /// What ran well since the last commit is lost.
    fn lose(&mut self, reason: &str) {
        for (_, outcome) in &mut self.outcomes {
            if outcome.is_ok() {
                *outcome = Err(StoreError::Unavailable(reason.into()));
            }
        }
    }

    fn roll_back(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.control("ROLLBACK")
        {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a transaction cannot be rolled back"
            );
        }
    }

    fn control(&self, sql: &str) -> Result<(), StoreError> {
        let done = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.raw_execute());
        done.map(|_| ()).map_err(store_error)
    }
}

/// A caller that went away leaves its unit to the thread, which the unit's destructor must not stop.
fn discard(unit: Arc<dyn Unit>) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(unit)));
}
