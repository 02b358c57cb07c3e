//! What is found out about agents while they work.

use std::collections::BTreeMap;

use async_trait::async_trait;
use orch_core::{
    Agent, AgentId, StoreError, Timestamp,
    agent::Performance,
    catalog::{HealthStore, Observation},
};

use super::row::{self, AGENT, FROM};
use crate::sql::{SqlStore, Tx, Value};

#[async_trait]
impl HealthStore for SqlStore {
    async fn observe(&self, observations: &[Observation]) -> Result<(), StoreError> {
        // In the order of ids, as whoever locks several agents does.
        let mut by_agent: BTreeMap<AgentId, Observation> = BTreeMap::new();
        for observation in observations {
            let known = by_agent.entry(observation.agent).or_insert(Observation {
                calls: Performance::default(),
                ..*observation
            });
            known.calls = known.calls.plus(observation.calls);
            known.seen_at = known.seen_at.max(observation.seen_at);
        }
        self.write(by_agent, |tx, by_agent| {
            Box::pin(async move {
                for observation in by_agent.values() {
                    observe(tx, observation).await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn take_due(&self, now: Timestamp, next: Timestamp, limit: u32) -> Result<Vec<Agent>, StoreError> {
        self.write((now, next, limit), |tx, (now, next, limit)| {
            Box::pin(take_due(tx, *now, *next, *limit))
        })
        .await
    }
}

/// The columns that say how calls went. More than they can count is as much as they can.
pub(super) fn figures(calls: &Performance) -> [Value<'static>; 3] {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let millis = i64::try_from(calls.total_time.as_millis()).unwrap_or(i64::MAX);
    [
        count(calls.requests).into(),
        count(calls.answered).into(),
        millis.into(),
    ]
}

async fn observe(tx: &mut dyn Tx, observation: &Observation) -> Result<(), StoreError> {
    let sql = "UPDATE orch_agents SET requests = requests + ?2, answered = answered + ?3, \
               total_time = total_time + ?4, \
               last_seen = CASE WHEN last_seen IS NULL OR last_seen < ?5 THEN ?5 ELSE last_seen END WHERE id = ?1";
    let [requests, answered, total_time] = figures(&observation.calls);
    let agent = Value::text(observation.agent);
    let params = [agent, requests, answered, total_time, observation.seen_at.into()];
    tx.execute(sql, &params).await.map(drop)
}

async fn take_due(
    tx: &mut dyn Tx,
    now: Timestamp,
    next: Timestamp,
    limit: u32,
) -> Result<Vec<Agent>, StoreError> {
    let sql = "SELECT id FROM orch_agents WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2";
    let due = tx.query(sql, &[now.into(), limit.into()]).await?;
    let mut ids = Vec::with_capacity(due.len());
    for row in &due {
        ids.push(row.of("orch_agents").parse::<AgentId>("id")?);
    }
    ids.sort_unstable();
    let mut taken = Vec::with_capacity(ids.len());
    for id in ids {
        let sql = "UPDATE orch_agents SET due_at = ?3 WHERE id = ?1 AND due_at <= ?2";
        if tx
            .execute(sql, &[Value::text(id), now.into(), next.into()])
            .await?
            == 0
        {
            // Another has taken it meanwhile.
            continue;
        }
        let sql = format!("SELECT {AGENT} FROM {FROM} WHERE a.id = ?1");
        for row in &tx.query(&sql, &[Value::text(id)]).await? {
            taken.push(row::agent(row)?);
        }
    }
    Ok(taken)
}
