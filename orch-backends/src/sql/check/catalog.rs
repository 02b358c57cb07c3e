//! What must hold of the catalog and of the event log.

use orch_core::StoreError;

use super::{MAX_VIOLATIONS, Violation, found};
use crate::sql::{
    Row, Tx,
    catalog::{AGENT, FROM, StoredAgent, StoredVersion},
};

/// How many agents are looked at together.
const PAGE: u32 = 500;

/// Laws that one statement settles: what they say, and the rows that break them, each as `key` and `detail`.
const LAWS: [(&str, &str); 9] = [
    (
        "the events of a stream count from 1 without gaps",
        "SELECT stream AS violator, CAST(COUNT(*) AS TEXT) || ' events up to ' || CAST(MAX(seq) AS TEXT) AS detail \
         FROM orch_events GROUP BY stream HAVING MIN(seq) <> 1 OR MAX(seq) <> COUNT(*)",
    ),
    (
        "an agent's revision is its last event",
        "SELECT a.id AS violator, 'revision ' || CAST(a.revision AS TEXT) AS detail FROM orch_agents a \
         WHERE a.revision <> COALESCE((SELECT MAX(e.seq) FROM orch_events e WHERE e.stream = a.id), 0)",
    ),
    (
        "the latest version of an agent exists",
        "SELECT a.id AS violator, a.latest AS detail FROM orch_agents a WHERE NOT EXISTS \
         (SELECT 1 FROM orch_agent_versions v WHERE v.agent = a.id AND v.version = a.latest)",
    ),
    (
        "a version belongs to an agent",
        "SELECT v.agent AS violator, v.version AS detail FROM orch_agent_versions v \
         WHERE NOT EXISTS (SELECT 1 FROM orch_agents a WHERE a.id = v.agent)",
    ),
    (
        "an agent answers no more calls than it is sent",
        "SELECT a.id AS violator, CAST(a.answered AS TEXT) || ' of ' || CAST(a.requests AS TEXT) AS detail \
         FROM orch_agents a WHERE a.answered < 0 OR a.answered > a.requests OR a.total_time < 0",
    ),
    (
        "a tag belongs to an agent",
        "SELECT t.agent AS violator, t.tag AS detail FROM orch_agent_tags t \
         WHERE NOT EXISTS (SELECT 1 FROM orch_agents a WHERE a.id = t.agent)",
    ),
    (
        "a word belongs to an agent and has its audience",
        "SELECT t.agent AS violator, t.word AS detail FROM orch_catalog_terms t \
         WHERE NOT EXISTS (SELECT 1 FROM orch_agents a WHERE a.id = t.agent AND a.audience = t.audience)",
    ),
    (
        "a review belongs to an agent",
        "SELECT r.agent AS violator, r.account AS detail FROM orch_agent_reviews r \
         WHERE NOT EXISTS (SELECT 1 FROM orch_agents a WHERE a.id = r.agent)",
    ),
    (
        "a review has 1 to 5 stars",
        "SELECT agent AS violator, account AS detail FROM orch_agent_reviews WHERE stars NOT BETWEEN 1 AND 5",
    ),
];

pub(super) async fn violations(tx: &mut dyn Tx) -> Result<Vec<Violation>, StoreError> {
    let mut violations = Vec::new();
    for (law, sql) in LAWS {
        violations.extend(found(tx, law, &format!("{sql} LIMIT ?1")).await?);
    }
    let sql = agents();
    let mut after = String::new();
    loop {
        let rows = tx.query(&sql, &[after.as_str().into(), PAGE.into()]).await?;
        let Some(last) = rows.last() else {
            break;
        };
        last.of("orch_agents").text("id")?.clone_into(&mut after);
        for row in &rows {
            of_agent(row, &mut violations)?;
        }
    }
    Ok(violations)
}

/// A page of agents after `?1`, with their documents and the counts of their reviews.
fn agents() -> String {
    let count = |stars| {
        format!(
            "(SELECT COUNT(*) FROM orch_agent_reviews r WHERE r.agent = a.id AND r.stars = {stars}) AS stars_{stars}"
        )
    };
    let counts: Vec<String> = (1..=5).map(count).collect();
    format!(
        "SELECT {AGENT}, a.latest, a.rating, {} FROM {FROM} WHERE a.id > ?1 ORDER BY a.id LIMIT ?2",
        counts.join(", ")
    )
}

/// Compares the documents of an agent with its columns and its reviews.
fn of_agent(row: &Row, violations: &mut Vec<Violation>) -> Result<(), StoreError> {
    let row = row.of("orch_agents");
    let id = row.text("id")?;
    let mut report = |law: &'static str, detail: String| {
        if violations.iter().filter(|violation| violation.law == law).count() < MAX_VIOLATIONS as usize {
            let row = id.to_owned();
            violations.push(Violation { law, row, detail });
        }
    };
    let documents = row
        .json::<StoredAgent>("document")
        .and_then(|agent| Ok((agent, row.json::<StoredVersion>("version_document")?)));
    let (agent, version) = match documents {
        Ok(documents) => documents,
        Err(error) => {
            report("an agent's documents are readable", error.to_string());
            return Ok(());
        }
    };
    for named in [agent.id, version.agent] {
        if named.to_string() != id {
            report("an agent's documents bear its id", named.to_string());
        }
    }
    let number = version.content.version.to_string();
    if number != row.text("latest")? {
        report("a version's document bears its number", number);
    }
    let audience = row.text("audience")?;
    if !audience.is_empty() && audience != row.text("owner")? {
        report(
            "an agent is seen by everyone or by its owner",
            audience.to_owned(),
        );
    }
    let rating = agent.rating;
    for (stars, count) in (1..).zip(rating.counts) {
        let reviews: u64 = row.number(&format!("stars_{stars}"))?;
        if count != reviews {
            let detail = format!("{count} of {stars} stars for {reviews} reviews");
            report("an agent's rating counts its reviews", detail);
        }
    }
    let mean = row.real("rating")?;
    if mean.total_cmp(&rating.average()).is_ne() {
        report("an agent's rating is the mean of its stars", mean.to_string());
    }
    Ok(())
}
