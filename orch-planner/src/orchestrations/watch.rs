use std::{collections::VecDeque, sync::Arc};

use futures_util::future::{Either, select};
use orch_core::{Caller, RunId, Timestamp};
use tokio::sync::broadcast::{self, error::RecvError};

use super::{EVENTS, Orchestrations, StepProgress, live::Live};
use crate::{Orchestration, OrchestrationError, OrchestrationEvent};

/// Something that a watcher of a run learns.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(
    clippy::large_enum_variant,
    reason = "an update is looked at and dropped; it is never kept in numbers"
)]
pub enum Update {
    /// What happened. Every event comes once, in order.
    Event {
        /// Its place in the log; a watch from the next one misses nothing.
        seq: u64,
        /// When.
        at: Timestamp,
        /// What.
        event: OrchestrationEvent,
    },
    /// What an agent says while it works. Heard only in the process where it works, and only by who is quick enough.
    Progress(StepProgress),
}

/// Follows a run to its end, from any event on.
#[derive(Debug)]
pub struct Watch {
    service: Orchestrations,
    run: RunId,
    next_seq: u64,
    events: VecDeque<Update>,
    live: Arc<Live>,
    progress: broadcast::Receiver<StepProgress>,
    is_over: bool,
}

impl Orchestrations {
    /// Follows a run from an event on; 1 is the first.
    pub async fn watch(
        &self,
        caller: &Caller,
        run: RunId,
        from_seq: u64,
    ) -> Result<Watch, OrchestrationError> {
        self.record(caller, run).await?;
        let live = self.0.lives.of(run);
        Ok(Watch {
            service: self.clone(),
            run,
            next_seq: from_seq.max(1),
            events: VecDeque::new(),
            progress: live.progress(),
            live,
            is_over: false,
        })
    }
}

impl Orchestrations {
    /// Returns the run once it has ended. A run that waits for a human can take as long as the human.
    pub async fn wait(&self, caller: &Caller, run: RunId) -> Result<Orchestration, OrchestrationError> {
        // Of a run that is driven here it need not be read whose it is.
        let (live, mut is_ended) = match self.0.lives.known_to(caller, run) {
            Some(live) => (live, false),
            None => {
                let record = self.record(caller, run).await?;
                (self.0.lives.of(run), record.status.is_ended())
            }
        };
        let mut believed = true;
        while !is_ended {
            // What happens on its way there need not be read. What ends elsewhere may not be heard of here.
            let end = Box::pin(live.end(believed));
            let pause = self.0.clock.sleep(self.0.options.poll_interval);
            match select(end, pause).await {
                Either::Left((Some(ended), _)) => return Ok(Arc::unwrap_or_clone(ended)),
                // Were it not so, it would be said again at once.
                Either::Left((None, _)) => believed = false,
                Either::Right(_) => {}
            }
            is_ended = self.record(caller, run).await?.status.is_ended();
        }
        self.0.fold(run).await
    }
}

impl Watch {
    /// What comes next; `None` after the event that ended the run. When it fails, it can be asked again.
    pub async fn next(&mut self) -> Option<Result<Update, OrchestrationError>> {
        loop {
            if let Some(update) = self.events.pop_front() {
                return Some(Ok(update));
            }
            if self.is_over {
                return None;
            }
            if let Err(error) = self.read().await {
                return Some(Err(error));
            }
            if self.events.is_empty()
                && !self.is_over
                && let Some(progress) = self.wait().await
            {
                return Some(Ok(Update::Progress(progress)));
            }
        }
    }

    async fn read(&mut self) -> Result<(), OrchestrationError> {
        let shared = &self.service.0;
        let events = shared.store.events(self.run, self.next_seq, EVENTS).await?;
        if events.is_empty() {
            // Whoever comes back after the end finds nothing more, not even the end.
            let record = shared.store.find(self.run).await?;
            self.is_over = record.is_none_or(|record| record.status.is_ended() && record.seq < self.next_seq);
        }
        for event in events {
            let (seq, at, event) = (event.seq, event.at, OrchestrationEvent::from_event(&event)?);
            self.next_seq = seq + 1;
            self.is_over = event.is_terminal();
            self.events.push_back(Update::Event { seq, at, event });
        }
        Ok(())
    }

    /// Waits until there may be more in the log, or until an agent says something.
    async fn wait(&mut self) -> Option<StepProgress> {
        let shared = &self.service.0;
        let moved = Box::pin(self.live.moved_beyond(self.next_seq - 1));
        let news = select(moved, shared.clock.sleep(shared.options.poll_interval));
        let said = Box::pin(async {
            loop {
                match self.progress.recv().await {
                    Ok(progress) => return progress,
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        });
        match select(news, said).await {
            Either::Left(_) => None,
            Either::Right((progress, _)) => Some(progress),
        }
    }
}
