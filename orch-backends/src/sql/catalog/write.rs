use std::collections::BTreeSet;

use orch_core::{
    Agent, Event, StoreError,
    catalog::{Change, Posting, Review},
    text::fold,
};

use super::{changes, health, row, words};
use crate::sql::{Tx, Value, events, rows};

pub(super) async fn insert(
    tx: &mut dyn Tx,
    agent: &Agent,
    postings: &[Posting],
    events: &[Event],
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO orch_agents (id, status, last_seen, updated_at, revision, latest, rating, cost, currency, title, \
               category, developer, description, document, organization, name, slug, owner, audience, created_at, \
               requests, answered, total_time, place, placed) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, \
               ?21, ?22, ?23, ?24, ?5) \
               ON CONFLICT DO NOTHING";
    let place = changes::next_place(tx).await?;
    let mut params = changing(agent)?;
    params.extend([
        agent.organization.as_str().into(),
        agent.name.as_str().into(),
        agent.slug.as_str().into(),
        agent.owner.as_str().into(),
        row::audience(agent).into(),
        agent.created_at.into(),
    ]);
    params.extend(health::figures(&agent.performance));
    params.push(place.into());
    if tx.execute(sql, &params).await? == 0 {
        return Ok(false);
    }
    publish(tx, agent, postings).await?;
    events::insert(tx, events).await?;
    Ok(true)
}

pub(super) async fn update(tx: &mut dyn Tx, change: &Change) -> Result<bool, StoreError> {
    let agent = &change.agent;
    let mut params = changing(agent)?;
    params.push(integer(change.from_revision)?);
    let mut placed = "";
    if agent.revision != change.from_revision {
        placed = ", place = ?16, placed = ?5";
        params.push(changes::next_place(tx).await?.into());
    }
    let sql = format!(
        "UPDATE orch_agents SET status = ?2, \
         last_seen = CASE WHEN last_seen IS NULL OR last_seen < ?3 THEN ?3 ELSE last_seen END, updated_at = ?4, \
         revision = ?5, latest = ?6, rating = ?7, cost = ?8, currency = ?9, title = ?10, category = ?11, developer = ?12, \
         description = ?13, document = ?14{placed} WHERE id = ?1 AND revision = ?15"
    );
    if tx.execute(&sql, &params).await? == 0 {
        return Ok(false);
    }
    if let Some(postings) = &change.published {
        let id = [Value::text(agent.id)];
        tx.execute("DELETE FROM orch_agent_tags WHERE agent = ?1", &id)
            .await?;
        tx.execute("DELETE FROM orch_catalog_terms WHERE agent = ?1", &id)
            .await?;
        publish(tx, agent, postings).await?;
    }
    if let Some(review) = &change.review {
        save_review(tx, agent, review).await?;
    }
    events::insert(tx, &change.events).await?;
    Ok(true)
}

/// The columns that a change may alter, after the id, in the order of the statements.
fn changing(agent: &Agent) -> Result<Vec<Value<'_>>, StoreError> {
    let version = &agent.latest;
    let base = version.pricing.base;
    Ok(vec![
        Value::text(agent.id),
        row::status(agent.status).into(),
        agent.last_seen.into(),
        agent.updated_at.into(),
        integer(agent.revision)?,
        Value::text(version.version),
        agent.rating.average().into(),
        base.minor().into(),
        base.currency().code().into(),
        fold(&version.title).into(),
        fold(&version.category).into(),
        fold(&agent.developer.name).into(),
        fold(&version.description).into(),
        row::agent_document(agent)?.into(),
    ])
}

fn integer(revision: u64) -> Result<Value<'static>, StoreError> {
    let revision =
        i64::try_from(revision).map_err(|_| StoreError::Broken("the revision is too large".into()))?;
    Ok(revision.into())
}

/// Adds the latest version with its tags and words. Nobody else publishes meanwhile: the agent's row is ours.
async fn publish(tx: &mut dyn Tx, agent: &Agent, postings: &[Posting]) -> Result<(), StoreError> {
    let version = &agent.latest;
    let sql =
        "INSERT INTO orch_agent_versions (agent, version, created_at, document) VALUES (?1, ?2, ?3, ?4)";
    let params = [
        Value::text(agent.id),
        Value::text(version.version),
        version.created_at.into(),
        row::version_document(agent.id, version)?.into(),
    ];
    tx.execute(sql, &params).await?;
    let tags: BTreeSet<String> = version.tags.iter().map(|tag| fold(tag)).collect();
    let tags: Vec<[Value<'_>; 2]> = tags
        .iter()
        .map(|tag| [tag.into(), Value::text(agent.id)])
        .collect();
    rows::insert(tx, "INSERT INTO orch_agent_tags (tag, agent)", "", &tags).await?;
    words::insert(tx, agent, postings).await
}

async fn save_review(tx: &mut dyn Tx, agent: &Agent, review: &Review) -> Result<(), StoreError> {
    let sql = "INSERT INTO orch_agent_reviews (agent, account, stars, at) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (agent, account) DO UPDATE SET stars = excluded.stars, at = excluded.at";
    let params = [
        Value::text(agent.id),
        review.account.as_str().into(),
        i64::from(review.stars).into(),
        review.at.into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}
