//! What a human decides in one replica, a run that another drives goes on with at once.

use std::time::Instant;

use orch::RunStatus;

use super::news::Replicas;
use crate::{
    agents::{echo, one_step},
    approvals::{approve, awaited, by_boss},
    engine::{soon, start, until, wait, work},
};

#[tokio::test]
async fn a_decision_elsewhere_is_heard_by_whoever_drives_the_run() {
    let configure = |builder: orch::Builder| builder.approval_rule(orch::a2a::ApprovalRule::all(by_boss()));
    let Some(replicas) = Replicas::configured(echo, configure).await else {
        return;
    };
    let Replicas { one, other, .. } = &replicas;
    let _worker = work(one);
    until(async || one.is_working()).await;
    let mut delays = Vec::new();
    for _ in 0..20 {
        let run = start(one, one_step("echo")).await;
        let approval = awaited(one, run).await;
        let decided_at = Instant::now();
        approve(other, &approval).await;
        assert_eq!(soon(wait(other, run)).await.status(), RunStatus::Completed);
        delays.push(decided_at.elapsed());
    }
    delays.sort_unstable();
    let (median, longest) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    println!("a decision elsewhere ends its run within {median:?}, at most {longest:?}");
}
