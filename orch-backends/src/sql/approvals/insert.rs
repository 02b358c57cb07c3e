use std::collections::BTreeSet;

use orch_approvals::{Approval, Approvers, Change, store::Insertion};
use orch_core::{AccountId, StoreError};

use super::{change::integer, find};
use crate::sql::{Tx, Value, events, rows};

const INSERT: &str = "INSERT INTO orch_approvals \
    (id, action_key, requester, status, seq, created_at, closed_at, due_at, document) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING";

/// Counts one more, unless there are as many as may be.
const COUNT: &str = "INSERT INTO orch_approval_requesters (requester, n_pending) VALUES (?1, 1) \
    ON CONFLICT (requester) DO UPDATE SET n_pending = orch_approval_requesters.n_pending + 1 \
    WHERE orch_approval_requesters.n_pending < ?2";

/// The row comes first, so that of two who ask for the same its row decides, and the count is looked at by one of them.
pub(super) async fn insert(
    tx: &mut dyn Tx,
    asked: &Change,
    most_pending: u32,
) -> Result<Insertion, StoreError> {
    let approval = &asked.approval;
    let key = approval.action.as_ref().map(|action| action.key.as_str());
    let requester = Value::text(&approval.requester);
    let document = super::change::document(approval)?;
    let params = [
        Value::text(&approval.id),
        key.into(),
        requester.clone(),
        super::change::status(approval).name().into(),
        integer(approval.seq)?,
        approval.created_at.into(),
        approval.closed.map(|closed| closed.at).into(),
        approval.due_at().into(),
        document.into(),
    ];
    if tx.execute(INSERT, &params).await? == 0 {
        return taken(tx, key).await;
    }
    if most_pending == 0 || tx.execute(COUNT, &[requester, most_pending.into()]).await? == 0 {
        let sql = "DELETE FROM orch_approvals WHERE id = ?1";
        tx.execute(sql, &[Value::text(&approval.id)]).await?;
        return Ok(Insertion::Full);
    }
    let viewers = viewers(approval);
    let viewers: Vec<_> = viewers
        .into_iter()
        .map(|account| {
            let account = account.as_str().into();
            [account, approval.created_at.into(), Value::text(&approval.id)]
        })
        .collect();
    let into = "INSERT INTO orch_approval_viewers (account, created_at, approval)";
    rows::insert(tx, into, "", &viewers).await?;
    events::insert(tx, &asked.events).await?;
    Ok(Insertion::New)
}

/// Who has what an approval needs: another of the same action, or of the same id.
async fn taken(tx: &mut dyn Tx, key: Option<&str>) -> Result<Insertion, StoreError> {
    let known = match key {
        Some(key) => find::by_key(tx, key).await?,
        None => None,
    };
    Ok(known.map_or(Insertion::IdTaken, |known| Insertion::Asked(Box::new(known))))
}

fn viewers(approval: &Approval) -> BTreeSet<&AccountId> {
    let named = match &approval.policy.approvers {
        Approvers::Anyone => None,
        Approvers::Named(approvers) => Some(approvers.iter().filter_map(|party| party.account())),
    };
    named.into_iter().flatten().chain([&approval.owner]).collect()
}
