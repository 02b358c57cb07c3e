//! What the database says, read without the orchestrator: through the store ports alone.

use std::collections::BTreeMap;

use orch::{AccountId, Amount, PageRequest, RunId, RunStatus, backends::SqlStore};
use orch_billing::{Hold, HoldId, HoldQuery, LedgerStore, Period, UsageRecord, UsageStore};
use orch_core::InvocationId;
use orch_planner::{
    OrchestrationEvent, OrchestrationStore, Parameter, PlannedStep, StepId,
    orchestration::{Planned, StepSucceeded},
};
use serde_json::Value;

use crate::{Fallible, files::Files, host::ACCOUNT};

/// A run, with its log taken apart, and its money.
#[derive(Debug)]
pub(crate) struct StoredRun {
    pub(crate) id: RunId,
    pub(crate) status: RunStatus,
    pub(crate) label: String,
    /// The most that it may cost.
    pub(crate) price: Amount,
    pub(crate) hold: Option<Hold>,
    pub(crate) steps: Vec<StoredStep>,
}

impl StoredRun {
    /// The holds of the run and of its calls, of which one may be the run's.
    pub(crate) fn holds(&self) -> impl Iterator<Item = &Hold> + Clone {
        let calls = self.steps.iter().flat_map(|step| step.calls.values());
        let own = self.hold.iter().filter(|_| !self.has_begun_own_call());
        own.chain(calls.flatten())
    }

    /// Whether a call was made of the run's own hold.
    pub(crate) fn has_begun_own_call(&self) -> bool {
        let calls = self.steps.iter().flat_map(|step| step.calls.keys());
        calls.into_iter().any(|call| call.uuid() == self.id.uuid())
    }
}

#[derive(Debug)]
pub(crate) struct StoredStep {
    pub(crate) id: String,
    pub(crate) task: String,
    pub(crate) is_repeatable: bool,
    /// How often it was started.
    pub(crate) n_started: usize,
    /// The calls that it was started as, with their holds.
    pub(crate) calls: BTreeMap<InvocationId, Option<Hold>>,
    /// How it ended; more than once is once too often.
    pub(crate) ends: Vec<OrchestrationEvent>,
}

impl StoredStep {
    /// Its answer, if it was given one that counts.
    pub(crate) fn success(&self) -> Option<&StepSucceeded> {
        self.ends.iter().find_map(|end| match end {
            OrchestrationEvent::StepSucceeded(success) => Some(success),
            _ => None,
        })
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.ends
            .iter()
            .any(|end| matches!(end, OrchestrationEvent::StepInterrupted(_)))
    }

    fn of(planned: &PlannedStep, events: &[OrchestrationEvent]) -> Self {
        let starts = events.iter().filter_map(|event| match event {
            OrchestrationEvent::StepStarted(started) if started.step == planned.id => {
                Some(started.invocation)
            }
            _ => None,
        });
        Self {
            id: planned.id.to_string(),
            task: planned.task.clone(),
            is_repeatable: planned.repeatable,
            n_started: starts.clone().count(),
            calls: starts.map(|invocation| (invocation, None)).collect(),
            ends: events
                .iter()
                .filter(|event| ended(event) == Some(&planned.id))
                .cloned()
                .collect(),
        }
    }
}

/// The step that ends with an event.
fn ended(event: &OrchestrationEvent) -> Option<&StepId> {
    match event {
        OrchestrationEvent::StepSucceeded(success) => Some(&success.step),
        OrchestrationEvent::StepFailed(failed) => Some(&failed.step),
        OrchestrationEvent::StepInterrupted(end)
        | OrchestrationEvent::StepLate(end)
        | OrchestrationEvent::StepCancelled(end) => Some(&end.step),
        _ => None,
    }
}

/// Reads a database that nobody serves.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) store: SqlStore,
    account: AccountId,
}

impl Database {
    pub(crate) async fn open(files: &Files) -> Fallible<Self> {
        Ok(Self {
            store: files.open().await?,
            account: ACCOUNT.parse()?,
        })
    }

    pub(crate) async fn run(&self, id: RunId) -> Fallible<Option<StoredRun>> {
        let Some(record) = OrchestrationStore::find(&self.store, id).await? else {
            return Ok(None);
        };
        let events = self.events(id).await?;
        let Some(OrchestrationEvent::Planned(Planned { plan, .. })) = events.first() else {
            return Err(format!("{id} was never planned").into());
        };
        let label = plan
            .steps()
            .first()
            .and_then(|step| match step.arguments.get("label") {
                Some(Parameter::Literal(Value::String(label))) => Some(label.clone()),
                _ => None,
            });
        let mut steps: Vec<_> = plan
            .steps()
            .iter()
            .map(|step| StoredStep::of(step, &events))
            .collect();
        for (invocation, hold) in steps.iter_mut().flat_map(|step| &mut step.calls) {
            *hold = self.hold(HoldId::from_uuid(invocation.uuid())).await?;
        }
        Ok(Some(StoredRun {
            id,
            status: record.status,
            label: label.ok_or_else(|| format!("{id} has no label"))?,
            price: plan.price(),
            hold: self.hold(HoldId::from_uuid(id.uuid())).await?,
            steps,
        }))
    }

    async fn events(&self, run: RunId) -> Fallible<Vec<OrchestrationEvent>> {
        const AT_ONCE: u32 = 256;
        let mut events = Vec::new();
        loop {
            let read = OrchestrationStore::events(&self.store, run, events.len() as u64 + 1, AT_ONCE).await?;
            if read.is_empty() {
                return Ok(events);
            }
            for event in read {
                events.push(OrchestrationEvent::from_event(&event)?);
            }
        }
    }

    async fn hold(&self, id: HoldId) -> Fallible<Option<Hold>> {
        Ok(self.store.holds(&HoldQuery::Id(id)).await?.pop())
    }

    /// The ids of at most so many runs, the newest first.
    pub(crate) async fn newest_runs(&self, n_newest: u64) -> Fallible<Vec<RunId>> {
        let mut runs = Vec::new();
        while (runs.len() as u64) < n_newest {
            let page = PageRequest::new(PageRequest::MAX_LIMIT, runs.len() as u64);
            let page = OrchestrationStore::list(&self.store, &self.account, None, page).await?;
            if page.items.is_empty() {
                break;
            }
            runs.extend(page.items.iter().map(|run| run.id));
        }
        Ok(runs)
    }

    /// All usage records.
    pub(crate) async fn usage(&self) -> Fallible<BTreeMap<InvocationId, UsageRecord>> {
        let (mut usage, mut offset) = (BTreeMap::new(), 0);
        loop {
            let page = PageRequest::new(PageRequest::MAX_LIMIT, offset);
            let page = UsageStore::list(&self.store, &self.account, Period::ALWAYS, page).await?;
            if page.items.is_empty() {
                return Ok(usage);
            }
            offset += page.items.len() as u64;
            usage.extend(page.items.into_iter().map(|record| (record.invocation, record)));
        }
    }
}
