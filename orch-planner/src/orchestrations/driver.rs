//! Drives one run: sends what is ready, writes down what came of it, pays after that.
//!
//! The order of things, for a step: its start is durable, it is called (which holds its price), its answer is durable
//! together with the start of what it makes ready, it is paid. So the log settles whether an answer counts, and money
//! follows the log, whenever and wherever the process stops.

mod draft;
mod fallback;
mod finding;
mod finish;
mod keeper;
mod log;
mod recover;
mod replan;
mod step;
mod synthesis;

use std::{
    collections::BTreeSet,
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::{
    StreamExt,
    future::{BoxFuture, select},
    stream::FuturesUnordered,
};
use orch_a2a::Cancel;
use orch_billing::Hold;
use orch_core::{Caller, ErrorKind, Failure};
use tokio::sync::mpsc;
use tracing::Instrument;

use super::{Claim, Orchestrations, Shared, Worker, hands::InHand, live::Live, worker::Fresh};
use crate::{Orchestration, OrchestrationError, RunStatus, StepState, store::Lease, telemetry};
use finding::{Finding, StepEnd, Work};
use keeper::Answered;
pub(super) use step::call_of;

/// How driving a run came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driven {
    /// The run has ended.
    Ended,
    /// It waits for a human, and needs no worker until then.
    Parked,
    /// Another worker has it now.
    Lost,
}

/// Why driving cannot go on here.
#[derive(Debug)]
enum Halt {
    /// The lease is gone: touch nothing any more.
    Lost,
    Failed(OrchestrationError),
}

impl<E: Into<OrchestrationError>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Orchestrations {
    /// Drives a run until it ends, only waits, or is another worker's. Its ready steps run side by side within this one
    /// future. Dropping the future is like a crash: what was acknowledged stays, and the next claim carries on.
    ///
    /// # Errors
    ///
    /// When the store stays away for longer than the host's patience, or the log cannot be read. The run is then put
    /// off, and the worker claims it again after a while.
    pub async fn drive(&self, worker: &Worker, claim: Claim) -> Result<Driven, OrchestrationError> {
        let Claim { in_hand, fresh } = claim;
        let (run, lease) = (in_hand.run(), in_hand.lease());
        let span = tracing::info_span!("run", %run);
        let mut in_hand = PutOffOnPanic {
            worker,
            in_hand: Some(in_hand),
        };
        let _driving = telemetry::Driving::begin();
        let driven = async {
            let mut driver = match fresh {
                Some(fresh) => Driver::begin(self.0.clone(), lease, *fresh),
                None if self.0.desk.is_unsent(run) => Driver::take_up(self.0.clone(), lease, run).await?,
                None => {
                    telemetry::recovered();
                    Driver::recover(self.0.clone(), lease, run).await?
                }
            };
            driver.drive().await
        };
        match driven.instrument(span).await {
            Ok(driven) => Ok(driven),
            Err(Halt::Lost) => Ok(Driven::Lost),
            Err(Halt::Failed(error)) => {
                // What time does not mend is tried again all the same, as another program may mend it.
                let is_mended_by_time = matches!(error.kind(), ErrorKind::Unavailable { .. });
                in_hand.put_off(is_mended_by_time);
                Err(error)
            }
        }
    }
}

/// A panic of a host's port ends one drive, and must not leave the run to a worker that lives and does nothing for it.
struct PutOffOnPanic<'w> {
    worker: &'w Worker,
    in_hand: Option<InHand>,
}

impl PutOffOnPanic<'_> {
    fn put_off(&mut self, is_soon: bool) {
        if let Some(in_hand) = self.in_hand.take() {
            self.worker.put_off(in_hand, is_soon);
        }
    }
}

impl Drop for PutOffOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.put_off(true);
        }
    }
}

#[derive(Debug)]
struct Driver {
    shared: Arc<Shared>,
    lease: Lease,
    caller: Caller,
    run: Orchestration,
    live: Arc<Live>,
    /// Uttered when the running steps shall stop.
    cancel: Cancel,
    /// What was set aside for calls that were begun with the run and are not made yet.
    held: Vec<Hold>,
    /// What the running steps do, and which ones have a future among those.
    running: FuturesUnordered<BoxFuture<'static, (Work, StepEnd)>>,
    busy: BTreeSet<usize>,
    answers: mpsc::UnboundedReceiver<Answered>,
    /// Where steps lay their answers; at most one for each that runs.
    desk: mpsc::UnboundedSender<Answered>,
    /// What is to be written down next.
    findings: Vec<Finding>,
    /// Repeatable steps that a crash interrupted.
    again: Vec<usize>,
    /// Whether the ledger has refused to close holds together with what happened, so that they are seen to one by one.
    pays_apart: bool,
    /// Whether the state has changed by other events than those drafted here.
    is_news: bool,
}

impl Driver {
    /// Drives a run that was just started here, whose first steps may be begun.
    fn begin(shared: Arc<Shared>, lease: Lease, fresh: Fresh) -> Self {
        let Fresh { run, held, live } = fresh;
        Self {
            held,
            is_news: run.n_running() > 0,
            ..Self::new(shared, lease, run, live)
        }
    }

    fn new(shared: Arc<Shared>, lease: Lease, run: Orchestration, live: Arc<Live>) -> Self {
        let (desk, answers) = mpsc::unbounded_channel();
        Self {
            caller: Caller::host(run.account().clone()),
            live,
            shared,
            lease,
            run,
            cancel: Cancel::new(),
            held: Vec::new(),
            running: FuturesUnordered::new(),
            busy: BTreeSet::new(),
            answers,
            desk,
            findings: Vec::new(),
            again: Vec::new(),
            pays_apart: false,
            is_news: false,
        }
    }

    async fn drive(&mut self) -> Result<Driven, Halt> {
        loop {
            self.commit().await?;
            if self.busy.is_empty() {
                match self.run.status() {
                    RunStatus::Waiting => return Ok(Driven::Parked),
                    status if status.is_ended() => return Ok(Driven::Ended),
                    _ if self.run.awaits_synthesis() => {
                        self.synthesize().await?;
                        continue;
                    }
                    _ if self.run.ending().is_some() => {
                        if self.finish().await? {
                            return Ok(Driven::Ended);
                        }
                        continue;
                    }
                    _ => {}
                }
            }
            self.wait().await?;
        }
    }

    /// Writes down what was found, with the start of what is ready now, and lets those who wait for it go on.
    async fn commit(&mut self) -> Result<(), Halt> {
        loop {
            let draft = self.draft()?;
            if !self.append(draft.events, draft.closings).await? {
                // Something else came first: look at it all anew.
                self.refold().await?;
                continue;
            }
            let n_findings = draft.verdicts.len();
            let rest = self.findings.split_off(n_findings);
            for (finding, kept) in std::mem::replace(&mut self.findings, rest)
                .into_iter()
                .zip(draft.verdicts)
            {
                match finding {
                    // Whoever does not wait for the verdict any more has stopped with its step.
                    Finding::Answered(answered) => drop(answered.reply.send(kept)),
                    Finding::Ended(work, end) => {
                        self.busy.remove(&work.index);
                        if matches!(end, StepEnd::Unpaid) {
                            self.settle(work.index);
                        }
                    }
                }
            }
            self.again.clear();
            self.launch(&draft.started);
            return Ok(());
        }
    }

    /// Waits until a step has something to write down, or until there may be something else to do.
    async fn wait(&mut self) -> Result<(), Halt> {
        // What was said while something else was written down.
        if !self.findings.is_empty() {
            return Ok(());
        }
        let (known, now) = (self.run.seq(), self.shared.clock.now());
        let status = self.run.status();
        let poll_at = now + self.shared.options.poll_interval;
        // What only waits is not ours any more: its last steps are paid, and that is all.
        let looks = status != RunStatus::Waiting && !status.is_ended();
        // When all is done but paid for, it has no deadline any more.
        let is_done = self.run.ending().is_some() || self.run.awaits_synthesis();
        let wake_at = if status == RunStatus::Running && !is_done {
            poll_at.min(self.run.deadline())
        } else {
            poll_at
        };
        let (clock, live) = (self.shared.clock.clone(), self.live.clone());
        let mut look = pin!(select(
            Box::pin(async move { live.moved_beyond(known).await }),
            Box::pin(async move { clock.sleep_until(wake_at).await }),
        ));
        let looked = poll_fn(|context| {
            let found = self.collect(context);
            if found {
                return Poll::Ready(false);
            }
            if looks && look.as_mut().poll(context).is_ready() {
                Poll::Ready(true)
            } else {
                Poll::Pending
            }
        });
        if looked.await { self.look().await } else { Ok(()) }
    }

    /// Does something while the steps go on.
    async fn meanwhile<T>(&mut self, task: impl Future<Output = T>) -> T {
        let mut task = pin!(task);
        poll_fn(|context| {
            self.collect(context);
            task.as_mut().poll(context)
        })
        .await
    }

    /// Takes what the steps have to say now; whether there was something.
    fn collect(&mut self, context: &mut Context<'_>) -> bool {
        let n_before = self.findings.len();
        loop {
            if let Poll::Ready(Some(answered)) = self.answers.poll_recv(context) {
                self.findings.push(Finding::Answered(answered));
            } else if let Poll::Ready(Some((work, end))) = self.running.poll_next_unpin(context) {
                self.findings.push(Finding::Ended(work, end));
            } else {
                return self.findings.len() > n_before;
            }
        }
    }

    /// Sets to work what the run's state asks for.
    fn launch(&mut self, started: &[usize]) {
        for &index in started {
            self.invoke(index);
        }
        let stops = matches!(self.run.status(), RunStatus::Cancelling | RunStatus::Failing);
        if stops {
            self.cancel.cancel();
        }
        if stops || std::mem::take(&mut self.is_news) {
            for index in 0..self.run.steps().len() {
                match &self.run.steps()[index] {
                    _ if self.busy.contains(&index) => {}
                    // Its start is ours, and it was never sent.
                    StepState::Running { .. } if !stops => self.invoke(index),
                    state if stops && state.open_invocation().is_some() => self.abandon(index),
                    _ => {}
                }
            }
        }
    }
}
