use std::iter;

use orch_core::{
    AccountId, Agent, StoreError,
    catalog::{Candidates, Posting, rarity},
};

use super::row::{self, AGENT, EVERYONE, FROM};
use crate::sql::{Tx, Value, rows};

/// How many postings a search considers in all, for each audience.
const MAX_POSTINGS: usize = 10_000;
/// How many agents are looked at, for each one wanted, to find those that are online.
const LOOKED_AT: i64 = 10;

pub(super) async fn insert(tx: &mut dyn Tx, agent: &Agent, postings: &[Posting]) -> Result<(), StoreError> {
    let audience = row::audience(agent);
    let values = postings.iter().map(|posting| {
        let word = posting.word.as_str().into();
        [
            word,
            audience.into(),
            posting.weight.into(),
            Value::text(agent.id),
        ]
    });
    let values: Vec<[Value<'_>; 4]> = values.collect();
    let into = "INSERT INTO orch_catalog_terms (word, audience, weight, agent)";
    rows::insert(tx, into, "", &values).await?;
    Ok(())
}

pub(super) async fn candidates(
    tx: &mut dyn Tx,
    viewer: &AccountId,
    words: &[String],
    limit: u32,
) -> Result<Candidates, StoreError> {
    let total = count_agents(tx, viewer).await?;
    let mut frequencies = Vec::with_capacity(words.len());
    for word in words {
        frequencies.push(count_postings(tx, viewer, word).await?);
    }
    let said: Vec<(&str, f64)> = words
        .iter()
        .zip(&frequencies)
        .filter(|(_, frequency)| **frequency > 0)
        .map(|(word, &frequency)| (word.as_str(), rarity(frequency, total)))
        .collect();
    let agents = best(tx, viewer, &said, limit).await?;
    Ok(Candidates {
        agents,
        total,
        frequencies,
    })
}

async fn count_agents(tx: &mut dyn Tx, viewer: &AccountId) -> Result<u64, StoreError> {
    let sql =
        "SELECT COUNT(*) AS n FROM (SELECT id FROM orch_agents WHERE audience IN (?1, ?2) LIMIT ?3) AS seen";
    count(tx, sql, &[EVERYONE.into(), viewer.as_str().into(), most()]).await
}

async fn count_postings(tx: &mut dyn Tx, viewer: &AccountId, word: &str) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM (SELECT agent FROM orch_catalog_terms \
               WHERE word = ?1 AND audience IN (?2, ?3) LIMIT ?4) AS said";
    count(
        tx,
        sql,
        &[word.into(), EVERYONE.into(), viewer.as_str().into(), most()],
    )
    .await
}

async fn count(tx: &mut dyn Tx, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
    let rows = tx.query(sql, params).await?;
    rows.first()
        .map_or(Ok(0), |row| row.of("orch_catalog_terms").number("n"))
}

fn most() -> Value<'static> {
    i64::try_from(Candidates::MAX_COUNT).unwrap_or(i64::MAX).into()
}

/// The online agents whose postings of the words sum up highest. Of each word, the heaviest postings are considered.
async fn best(
    tx: &mut dyn Tx,
    viewer: &AccountId,
    words: &[(&str, f64)],
    limit: u32,
) -> Result<Vec<Agent>, StoreError> {
    let Some((last, _)) = words.last() else {
        return Ok(Vec::new());
    };
    // A power of two of words, the last one repeated for nothing, so that few texts are prepared.
    let size = words.len().next_power_of_two();
    let considered = i64::try_from(MAX_POSTINGS / size).unwrap_or(i64::MAX);
    let limit = i64::from(limit);
    let mut params = vec![
        EVERYONE.into(),
        viewer.as_str().into(),
        considered.into(),
        (LOOKED_AT * limit).into(),
        limit.into(),
    ];
    let mut postings = Vec::with_capacity(2 * size);
    for (word, rarity) in words.iter().copied().chain(iter::repeat((*last, 0.0))).take(size) {
        params.extend([word.into(), rarity.into()]);
        let (word, rarity) = (params.len() - 1, params.len());
        for audience in 1..=2 {
            postings.push(format!(
                "SELECT agent, weight * CAST(?{rarity} AS DOUBLE PRECISION) AS score FROM (SELECT agent, weight \
                 FROM orch_catalog_terms WHERE word = ?{word} AND audience = ?{audience} \
                 ORDER BY weight DESC, agent DESC LIMIT ?3) AS postings_{word}_{audience}"
            ));
        }
    }
    let sql = format!(
        "WITH best AS MATERIALIZED (SELECT agent, SUM(score) AS score FROM ({}) AS postings GROUP BY agent \
         ORDER BY score DESC, agent LIMIT ?4), online AS MATERIALIZED (SELECT o.id, best.score FROM best \
         JOIN orch_agents o ON o.id = best.agent WHERE o.status = 'online' ORDER BY best.score DESC, o.id LIMIT ?5) \
         SELECT {AGENT} FROM {FROM} JOIN online ON online.id = a.id",
        postings.join(" UNION ALL ")
    );
    let rows = tx.query(&sql, &params).await?;
    rows.iter().map(row::agent).collect()
}
