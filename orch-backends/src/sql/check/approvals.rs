//! What must hold of approvals: between their documents, the columns beside them, their events and their counts.

use orch_approvals::{Approval, Status, approval::ClosedBy};
use orch_core::StoreError;

use super::{MAX_VIOLATIONS, Violation, found};
use crate::sql::{Row, Tx};

/// Laws that one statement settles: what they say, and the rows that break them.
const LAWS: [(&str, &str); 5] = [
    (
        "an approval's number is that of its last event",
        "SELECT a.id AS violator, CAST(a.seq AS TEXT) || ', its last event is ' || \
         CAST(COALESCE((SELECT MAX(e.seq) FROM orch_events e WHERE e.stream = 'approval/' || a.id), 0) AS TEXT) AS detail \
         FROM orch_approvals a WHERE a.seq <> \
         COALESCE((SELECT MAX(e.seq) FROM orch_events e WHERE e.stream = 'approval/' || a.id), 0) LIMIT ?1",
    ),
    (
        "an approval is closed once, as its events say",
        "SELECT a.id AS violator, a.status || ', its events close it ' || CAST(n.closed AS TEXT) || ' times' AS detail \
         FROM orch_approvals a JOIN (SELECT b.id, (SELECT COUNT(*) FROM orch_events e WHERE e.stream = 'approval/' || b.id \
         AND e.kind IN ('approved', 'rejected', 'expired')) AS closed, (SELECT COUNT(*) FROM orch_events e \
         WHERE e.stream = 'approval/' || b.id AND e.kind = b.status) AS as_said FROM orch_approvals b) n ON n.id = a.id \
         WHERE (a.status = 'pending' AND (n.closed <> 0 OR a.closed_at IS NOT NULL)) \
         OR (a.status <> 'pending' AND (n.closed <> 1 OR n.as_said <> 1 OR a.closed_at IS NULL)) LIMIT ?1",
    ),
    (
        "only an approved approval is used, and by one at a time",
        "SELECT a.id AS violator, a.status || ', its events say it is used ' || CAST(u.n AS TEXT) || ' times' AS detail \
         FROM orch_approvals a JOIN (SELECT stream, CAST(SUM(CASE kind WHEN 'used' THEN 1 ELSE -1 END) AS BIGINT) AS n \
         FROM orch_events WHERE kind IN ('used', 'released') AND stream LIKE 'approval/%' GROUP BY stream) u \
         ON u.stream = 'approval/' || a.id WHERE u.n NOT IN (0, 1) OR a.status <> 'approved' LIMIT ?1",
    ),
    (
        "the pending approvals of a requester are as many as are counted",
        "SELECT sides.requester AS violator, CAST(sides.n AS TEXT) || ' more counted than pending' AS detail FROM (\
         SELECT requester, CAST(SUM(n) AS BIGINT) AS n FROM (\
         SELECT requester, n_pending AS n FROM orch_approval_requesters UNION ALL \
         SELECT requester, -1 FROM orch_approvals WHERE status = 'pending') counted GROUP BY requester) sides \
         WHERE sides.n <> 0 LIMIT ?1",
    ),
    (
        "whoever may see an approval may see one that is there",
        "SELECT v.approval AS violator, 'it is not there, or of another time' AS detail FROM orch_approval_viewers v \
         LEFT JOIN orch_approvals a ON a.id = v.approval AND a.created_at = v.created_at WHERE a.id IS NULL LIMIT ?1",
    ),
];

const DOCUMENT: &str = "an approval's document says what stands beside it, and its votes what it came to";

/// How many documents are looked at together.
const PAGE: u32 = 100;

pub(super) async fn violations(tx: &mut dyn Tx) -> Result<Vec<Violation>, StoreError> {
    let mut violations = Vec::new();
    for (law, sql) in LAWS {
        violations.extend(found(tx, law, sql).await?);
    }
    documents(tx, &mut violations).await?;
    Ok(violations)
}

async fn documents(tx: &mut dyn Tx, violations: &mut Vec<Violation>) -> Result<(), StoreError> {
    let sql = "SELECT id, action_key, requester, status, seq, created_at, closed_at, due_at, document \
               FROM orch_approvals WHERE id > ?1 ORDER BY id LIMIT ?2";
    let mut after = String::new();
    let mut n_found = 0;
    loop {
        let page = tx.query(sql, &[after.as_str().into(), PAGE.into()]).await?;
        let Some(last) = page.last() else { return Ok(()) };
        last.of("orch_approvals").text("id")?.clone_into(&mut after);
        for row in &page {
            let Err(detail) = agrees(row)? else { continue };
            if n_found == MAX_VIOLATIONS {
                return Ok(());
            }
            n_found += 1;
            violations.push(Violation {
                law: DOCUMENT,
                row: row.of("orch_approvals").text("id")?.to_owned(),
                detail,
            });
        }
    }
}

/// How a document differs from what stands beside it, or from itself.
fn agrees(row: &Row) -> Result<Result<(), String>, StoreError> {
    let row = row.of("orch_approvals");
    let approval = match Approval::from_document(row.text("document")?) {
        Ok(approval) => approval,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let key = approval.action.as_ref().map(|action| action.key.as_str());
    let status = approval.closed.map_or(Status::Pending, |closed| closed.status);
    let is_beside = row.text("id")? == approval.id.as_str()
        && row.optional_text("action_key")? == key
        && row.text("requester")? == approval.requester.to_string()
        && row.text("status")? == status.name()
        && row.number::<u64>("seq")? == approval.seq
        && row.timestamp("created_at")? == approval.created_at
        && row.optional_timestamp("closed_at")? == approval.closed.map(|closed| closed.at)
        && row.optional_timestamp("due_at")? == approval.due_at();
    if !is_beside {
        return Ok(Err("it differs".to_owned()));
    }
    let by_vote = approval.closed.filter(|closed| closed.by == ClosedBy::Vote);
    let tally = approval.tally();
    Ok(if by_vote.map(|closed| closed.status) == tally {
        Ok(())
    } else {
        Err(format!("it is {status}, its votes come to {tally:?}"))
    })
}
