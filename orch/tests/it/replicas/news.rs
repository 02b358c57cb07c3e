//! What happens in one process is heard in the others, long before they would look.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use orch::{
    Builder, LocalAgent, Orchestrator, RunId, RunStatus, Stores,
    approvals::ApprovalOptions,
    backends::{SqlStore, sql::test_db},
    planner::{OrchestrationOptions, Update},
};

use crate::{
    agents::{Barrier, echo, one_step, plan, step},
    engine::{amount, caller, soon, start, until, wait, work},
};

/// Two replicas, each with connections of its own, that look at what the other did once in an hour.
pub(super) struct Replicas {
    stores: [SqlStore; 2],
    pub(super) one: Orchestrator,
    pub(super) other: Orchestrator,
}

impl Replicas {
    async fn new(agent: impl Fn() -> LocalAgent) -> Option<Self> {
        Self::configured(agent, |builder| builder).await
    }

    pub(super) async fn configured(
        agent: impl Fn() -> LocalAgent,
        configure: impl Fn(Builder) -> Builder,
    ) -> Option<Self> {
        let stores = test_db::postgres_twice().await?;
        let build = async |store: &SqlStore| {
            let options = OrchestrationOptions {
                poll_interval: Duration::from_secs(3600),
                ..OrchestrationOptions::default()
            };
            let builder = Orchestrator::builder(Stores::from(store.clone()));
            let builder = builder.orchestration_options(options).agent(agent());
            let rarely = ApprovalOptions {
                poll_interval: Duration::from_secs(3600),
                ..ApprovalOptions::default()
            };
            let builder = configure(builder.approval_options(rarely));
            builder.build().await.unwrap()
        };
        let (one, other) = (build(&stores[0]).await, build(&stores[1]).await);
        let billing = one.billing();
        let granted = billing
            .grant(caller().account(), amount("100 ALGO"), "credits")
            .await;
        granted.unwrap();
        let replicas = Self { stores, one, other };
        until(async || replicas.n_listening().await == 2).await;
        Some(replicas)
    }

    async fn n_listening(&self) -> usize {
        self.listeners("SELECT pid FROM pg_stat_activity WHERE query <> '' AND")
            .await
    }

    /// Of the connections that listen for these replicas.
    async fn listeners(&self, select: &str) -> usize {
        let sql = format!("{select} application_name = left('orch listens on ' || current_schema(), 63)");
        let found = self.stores[0].read(sql, |tx, sql| Box::pin(async move { tx.query(sql, &[]).await }));
        found.await.unwrap().len()
    }
}

#[tokio::test]
async fn a_watcher_elsewhere_hears_each_event_once_and_soon() {
    const RUNS: usize = 40;
    let Some(replicas) = Replicas::new(echo).await else {
        return;
    };
    let Replicas { one, other, .. } = &replicas;
    let _worker = work(one);
    until(async || one.is_working()).await;
    let mut delays = Vec::new();
    for n in 0..RUNS {
        let steps = serde_json::json!([step("a", "echo"), step("b", "echo")]);
        let run = start(one, plan(&steps)).await;
        if n.is_multiple_of(2) {
            let mut watch = other.orchestrations().watch(&caller(), run, 1).await.unwrap();
            let mut seqs = Vec::new();
            while let Some(update) = soon(watch.next()).await {
                if let Update::Event { seq, .. } = update.unwrap() {
                    seqs.push(seq);
                }
            }
            assert_eq!(seqs, [1, 2, 3, 4, 5, 6]);
            continue;
        }
        // Whoever only waits hears of the end as well.
        let (there, here) = soon(async { tokio::join!(ended_at(one, run), ended_at(other, run)) }).await;
        delays.push(here.saturating_duration_since(there));
    }
    delays.sort_unstable();
    let (median, longest) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    println!("that a run has ended is heard {median:?} later elsewhere, at most {longest:?}");
}

/// When whoever waits for the run hears that it has ended.
async fn ended_at(replica: &Orchestrator, run: RunId) -> Instant {
    assert_eq!(wait(replica, run).await.status(), RunStatus::Completed);
    Instant::now()
}

#[tokio::test]
async fn a_cancel_elsewhere_stops_a_running_step_soon() {
    let barrier = Arc::new(Barrier::new());
    let Some(replicas) = Replicas::new(|| barrier.gated()).await else {
        return;
    };
    let Replicas { one, other, .. } = &replicas;
    let _worker = work(one);
    until(async || one.is_working()).await;
    let run = start(one, one_step("gated")).await;
    until(async || barrier.n_calls() == 1).await;
    other.orchestrations().cancel(&caller(), run).await.unwrap();
    assert_eq!(soon(wait(one, run)).await.status(), RunStatus::Cancelled);
    assert_eq!(soon(wait(other, run)).await.status(), RunStatus::Cancelled);
}

#[tokio::test]
async fn work_is_heard_of_and_a_broken_connection_is_made_anew() {
    let Some(replicas) = Replicas::new(echo).await else {
        return;
    };
    let Replicas { one, other, .. } = &replicas;
    let _worker = work(one);
    until(async || one.is_working()).await;
    let run = start(other, one_step("echo")).await;
    assert_eq!(soon(wait(other, run)).await.status(), RunStatus::Completed);
    for _ in 0..2 {
        replicas
            .listeners("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE")
            .await;
        // Started while nobody listens, and yet driven once somebody does.
        let run = start(other, one_step("echo")).await;
        until(async || replicas.n_listening().await == 2).await;
        assert_eq!(soon(wait(one, run)).await.status(), RunStatus::Completed);
        let run = start(other, one_step("echo")).await;
        assert_eq!(soon(wait(other, run)).await.status(), RunStatus::Completed);
    }
}
