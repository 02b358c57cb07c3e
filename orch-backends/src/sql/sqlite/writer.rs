//! The one thread that writes, and the commits that queued units share.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use orch_core::{Clock, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::{
    failure::store_error,
    session::Session,
    tx::{self, Access},
};
use crate::sql::{Unit, telemetry};

/// Units that share one commit at most. It bounds how long the first of them waits for its acknowledgment.
const BATCH: usize = 256;

/// Units that queue at most; whoever comes then waits for room.
const QUEUE: usize = 1024;

/// The longest that an open batch waits for more units.
const PATIENCE: Duration = Duration::from_millis(2);

/// How many batches guard their units from each other after one of them has failed.
const GUARDED: u32 = 64;

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
    pub(super) fn start(session: Session, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let (queue, requests) = mpsc::channel(QUEUE);
        let mut batches = Batches {
            session,
            clock,
            requests,
            done: Vec::with_capacity(BATCH),
            n_guarded: 0,
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
    session: Session,
    clock: Arc<dyn Clock>,
    requests: mpsc::Receiver<Request>,
    /// Units that have run since the last commit, to be acknowledged after the next one.
    done: Vec<(Request, Result<(), StoreError>)>,
    /// How many batches are still guarded.
    n_guarded: u32,
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

    /// Runs a unit, and all that share its transaction once more if it fails unguarded.
    ///
    /// Units hardly ever fail, so they share a transaction without a savepoint each, which would copy every page that
    /// they change. Nothing is acknowledged yet, and units may be run again.
    fn run_one(&mut self, request: Request) {
        let shares = !self.session.connection.is_autocommit();
        let outcome = match request.access {
            Access::Write => self.write(&*request.unit),
            Access::Read => tx::run(&*request.unit, &mut self.session, &*self.clock, Access::Read),
        };
        if outcome.is_ok() || !shares || self.n_guarded > 0 || request.access == Access::Read {
            self.done.push((request, outcome));
            return;
        }
        self.roll_back();
        self.n_guarded = GUARDED;
        for (request, _) in std::mem::take(&mut self.done) {
            self.run_one(request);
        }
        self.run_one(request);
    }

    /// Another unit to share the coming commit.
    ///
    /// Those whose units shared the last commit are about to send their next ones. Without a moment's patience, which
    /// is short beside the commit, the first of them would have a commit for itself and the others would wait for it.
    fn next(&mut self, started: Instant) -> Option<Request> {
        while self.done.len() < BATCH {
            match self.requests.try_recv() {
                Ok(request) => return Some(request),
                Err(_) if self.done.len() < self.n_last && started.elapsed() < self.patience => {
                    thread::yield_now();
                }
                Err(_) => return None,
            }
        }
        None
    }

    /// Runs a unit in the open transaction. When it fails, it leaves nothing there, unless it shares an unguarded one.
    fn write(&mut self, unit: &dyn Unit) -> Result<(), StoreError> {
        // The first unit of a transaction needs no savepoint: there is nothing but itself to roll back.
        let is_first = self.session.connection.is_autocommit();
        let is_guarded = self.n_guarded > 0;
        let begun = match (is_first, is_guarded) {
            (true, _) => self.control("BEGIN IMMEDIATE"),
            (false, true) => self.control("SAVEPOINT unit"),
            (false, false) => Ok(()),
        };
        if let Err(error) = begun {
            self.refuse_queue();
            return Err(error);
        }
        let outcome = tx::run(unit, &mut self.session, &*self.clock, Access::Write);
        if self.session.connection.is_autocommit() {
            // A full disk does it, for one.
            self.lose("the transaction that it shared was rolled back");
            let ended = StoreError::Broken("the transaction ended within a unit of work".into());
            return outcome.and(Err(ended));
        }
        let settled = match (is_first, is_guarded, outcome.is_ok()) {
            (true, _, false) => self.control("ROLLBACK"),
            (false, true, false) => self
                .control("ROLLBACK TO unit")
                .and_then(|()| self.control("RELEASE unit")),
            (false, true, true) => self.control("RELEASE unit"),
            (true, _, true) | (false, false, _) => Ok(()),
        };
        if settled.is_err() {
            self.roll_back();
            self.lose("the transaction that it shared was rolled back");
        }
        outcome.and(settled)
    }

    fn commit(&mut self) {
        let started = Instant::now();
        if !self.session.connection.is_autocommit()
            && let Err(error) = self.control("COMMIT")
        {
            self.roll_back();
            self.lose(&format!("the commit failed: {error}"));
        }
        self.patience = (started.elapsed() / 4).min(PATIENCE);
        self.n_last = self.done.len();
        telemetry::committed(self.n_last);
        self.n_guarded = self.n_guarded.saturating_sub(1);
        for (Request { unit, caller, .. }, outcome) in self.done.drain(..) {
            discard(unit);
            // A caller that went away does not mind.
            let _ = caller.send(outcome);
        }
    }

    /// Whoever queues has waited as long as the unit that could not begin, and does not wait for its own turn to fail.
    fn refuse_queue(&mut self) {
        while let Ok(request) = self.requests.try_recv() {
            let busy = StoreError::Unavailable("the unit of work before it could not begin".into());
            self.done.push((request, Err(busy)));
        }
    }

    /// What ran well since the last commit is lost.
    fn lose(&mut self, reason: &str) {
        for (_, outcome) in &mut self.done {
            if outcome.is_ok() {
                *outcome = Err(StoreError::Unavailable(reason.into()));
            }
        }
    }

    fn roll_back(&self) {
        if !self.session.connection.is_autocommit()
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
            .session
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
