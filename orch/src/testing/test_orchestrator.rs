use std::{fmt, sync::Arc, time::Duration};

use orch_a2a::testing::{Script, ScriptedGate, SentCall};
use orch_core::{Amount, Caller, Currency, ManualClock, RunId};
use orch_planner::{
    Orchestration, Plan, RunStatus,
    orchestrations::{StartOptions, Update},
};
use tokio::task::JoinHandle;

use super::{agents::Agents, builder::caller};
use crate::{Orchestrator, Stores, WorkerError};

/// An orchestrator in memory at work, with its clock, its gate and its agents at hand. Dropping it is like a crash.
pub struct TestOrchestrator {
    /// The orchestrator, as the host's code takes it.
    pub orchestrator: Orchestrator,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Its gate, which is open until it is told otherwise.
    pub gate: Arc<ScriptedGate>,
    pub(super) stores: Stores,
    pub(super) agents: Arc<Agents>,
    pub(super) worker: JoinHandle<Result<(), WorkerError>>,
}

impl TestOrchestrator {
    /// Who asks on behalf of an account.
    pub fn caller(&self, account: &str) -> Caller {
        caller(account)
    }

    /// From now on, a task, named `agent/task`, follows this script with every call.
    pub fn script(&self, target: &str, script: Script) {
        self.agents.always(target, script);
    }

    /// The next call of a task, named `agent/task`, follows this script; more of them queue.
    pub fn script_once(&self, target: &str, script: Script) {
        self.agents.once(target, script);
    }

    /// The calls that were sent to agents, in order.
    pub fn calls(&self) -> Vec<SentCall> {
        self.agents.calls()
    }

    /// Starts a plan.
    ///
    /// # Panics
    /// The start is refused.
    pub async fn start(&self, account: &str, plan: Plan) -> RunId {
        let service = self.orchestrator.orchestrations();
        let started = service
            .start_plan(&caller(account), plan, StartOptions::default())
            .await;
        started.expect("a plan that can be started").run
    }

    /// Starts a plan and returns the run once it has ended, or only waits for a human.
    ///
    /// # Panics
    /// The start is refused.
    pub async fn run_to_end(&self, account: &str, plan: Plan) -> Orchestration {
        let run = self.start(account, plan).await;
        self.settled(account, run).await
    }

    /// A run once it has ended, or only waits for a human. What waits for time, waits for [`clock`](Self::clock).
    ///
    /// # Panics
    /// The account has no such run.
    pub async fn settled(&self, account: &str, run: RunId) -> Orchestration {
        let (service, caller) = (self.orchestrator.orchestrations(), caller(account));
        let mut watch = service
            .watch(&caller, run, 1)
            .await
            .expect("a run of the account");
        loop {
            let found = service.find(&caller, run).await.expect("a run of the account");
            if found.status().is_ended() || found.status() == RunStatus::Waiting {
                return found;
            }
            // Whatever happened until then, was seen.
            while let Some(update) = watch.next().await {
                let update = update.expect("the store is in memory");
                if matches!(update, Update::Event { seq, .. } if seq > found.seq()) {
                    break;
                }
            }
        }
    }

    /// The credits that an account can spend, in ALGO.
    ///
    /// # Panics
    /// The account has no fit name.
    pub async fn available(&self, account: &str) -> Amount {
        let balance = self
            .orchestrator
            .billing()
            .balance(&caller(account), Currency::Algo)
            .await;
        balance.expect("the store is in memory").available
    }

    /// Ends as a host does that waits for nothing: what is not done is left to the next worker.
    ///
    /// # Panics
    /// The worker panicked.
    pub async fn shutdown(mut self) {
        self.orchestrator.shutdown(Duration::ZERO).await;
        let ended = (&mut self.worker).await.expect("the worker ends well");
        ended.expect("stores in memory can be served");
    }
}

impl Drop for TestOrchestrator {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

impl fmt::Debug for TestOrchestrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestOrchestrator")
            .field("agents", &self.agents)
            .finish_non_exhaustive()
    }
}
