//! In which order agents changed.

use async_trait::async_trait;
use orch_core::{
    Agent, AgentId, StoreError,
    catalog::{ChangeStore, Changes, Mark},
};

use super::row::{self, AGENT, FROM};
use crate::sql::{SqlStore, Tx, Value};

/// How many agents are read by one statement, and how many are given their place by one unit.
const CHUNK: usize = 64;

#[async_trait]
impl ChangeStore for SqlStore {
    async fn changes(&self, after: Mark, limit: u32) -> Result<Changes, StoreError> {
        loop {
            let told = self
                .read((after, limit), |tx, (after, limit)| {
                    Box::pin(changes(tx, *after, *limit))
                })
                .await?;
            match told {
                Some(changes) => return Ok(changes),
                None => self.write((), |tx, ()| Box::pin(place_all(tx))).await?,
            }
        }
    }

    async fn find_all(&self, ids: &[AgentId]) -> Result<Vec<Agent>, StoreError> {
        self.read(ids.to_vec(), |tx, ids| Box::pin(find_all(tx, ids)))
            .await
    }
}

/// The next place in the order. Whoever takes one is alone with it until the commit, so it is taken before any agent's row
/// is: then nobody waits for it who holds what its holder waits for.
pub(super) async fn next_place(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    let sql = "UPDATE orch_catalog_order SET place = place + 1 WHERE id = 1 RETURNING place";
    let rows = tx.query(sql, &[]).await?;
    let row = rows
        .first()
        .ok_or_else(|| StoreError::Broken("the order of the catalog is missing".into()))?;
    row.of("orch_catalog_order").integer("place")
}

/// What changed after the mark; `None` while agents that an earlier release has changed have no place yet.
async fn changes(tx: &mut dyn Tx, after: Mark, limit: u32) -> Result<Option<Changes>, StoreError> {
    let place = i64::try_from(after.place).unwrap_or(i64::MAX);
    let agent = after.agent.map(|agent| agent.to_string()).unwrap_or_default();
    // In most cases this is all that is asked. Of two looks the one for those without a place comes first. The orders keep
    // PostgreSQL, which expects to find much, from walking all rows in vain.
    let sql = "SELECT kind FROM (SELECT 0 AS kind FROM orch_agents WHERE placed <> revision ORDER BY id LIMIT 1) AS unplaced \
               UNION ALL SELECT kind FROM (SELECT 1 AS kind FROM orch_agents WHERE (place, id) > (?1, ?2) \
               ORDER BY place, id LIMIT 1) AS placed";
    let news = tx.query(sql, &[place.into(), agent.as_str().into()]).await?;
    let mut changes = Changes {
        agents: Vec::new(),
        next: after,
    };
    let Some(first) = news.first() else {
        return Ok(Some(changes));
    };
    if first.of("orch_agents").integer("kind")? == 0 {
        return Ok(None);
    }
    let sql = format!(
        "SELECT {AGENT}, a.place FROM {FROM} WHERE (a.place, a.id) > (?1, ?2) ORDER BY a.place, a.id LIMIT ?3"
    );
    for row in &tx
        .query(&sql, &[place.into(), agent.into(), limit.into()])
        .await?
    {
        let agent = row::agent(row)?;
        changes.next = Mark {
            place: row.of("orch_agents").number("place")?,
            agent: Some(agent.id),
        };
        changes.agents.push(agent);
    }
    Ok(Some(changes))
}

/// Gives agents that an earlier release has changed their place.
async fn place_all(tx: &mut dyn Tx) -> Result<(), StoreError> {
    let sql = "SELECT id, revision FROM orch_agents WHERE placed <> revision ORDER BY id LIMIT ?1";
    let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    for row in tx.query(sql, &[limit.into()]).await? {
        let row = row.of("orch_agents");
        let place = next_place(tx).await?;
        let sql = "UPDATE orch_agents SET place = ?2, placed = revision WHERE id = ?1 AND revision = ?3";
        let params = [
            row.text("id")?.into(),
            place.into(),
            row.integer("revision")?.into(),
        ];
        tx.execute(sql, &params).await?;
    }
    Ok(())
}

async fn find_all(tx: &mut dyn Tx, ids: &[AgentId]) -> Result<Vec<Agent>, StoreError> {
    let mut agents = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        // A power of two of ids, the last one repeated for nothing, so that few texts are prepared.
        let size = chunk.len().next_power_of_two();
        let last = chunk.iter().last();
        let wanted = chunk.iter().chain(last.into_iter().cycle()).take(size);
        let params: Vec<Value<'_>> = wanted.map(Value::text).collect();
        let places: Vec<String> = (1..=size).map(|number| format!("?{number}")).collect();
        let sql = format!("SELECT {AGENT} FROM {FROM} WHERE a.id IN ({})", places.join(", "));
        for row in &tx.query(&sql, &params).await? {
            agents.push(row::agent(row)?);
        }
    }
    Ok(agents)
}
