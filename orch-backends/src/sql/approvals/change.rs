use orch_approvals::{Approval, Change, Status};
use orch_core::StoreError;

use crate::sql::{Tx, Value, events};

/// The number settles who was first; the events follow from that.
const KEEP: &str = "UPDATE orch_approvals SET seq = ?3, status = ?4, closed_at = ?5, due_at = ?6, document = ?7 \
    WHERE id = ?1 AND seq = ?2";

pub(super) async fn keep(tx: &mut dyn Tx, change: &Change) -> Result<bool, StoreError> {
    let approval = &change.approval;
    let params = [
        Value::text(&approval.id),
        integer(change.expected_seq)?,
        integer(approval.seq)?,
        status(approval).name().into(),
        approval.closed.map(|closed| closed.at).into(),
        approval.due_at().into(),
        document(approval)?.into(),
    ];
    if tx.execute(KEEP, &params).await? == 0 {
        return Ok(false);
    }
    if change.closes() {
        let requester = [Value::text(&approval.requester)];
        let sql = "UPDATE orch_approval_requesters SET n_pending = n_pending - 1 WHERE requester = ?1";
        tx.execute(sql, &requester).await?;
        let sql = "DELETE FROM orch_approval_requesters WHERE requester = ?1 AND n_pending = 0";
        tx.execute(sql, &requester).await?;
    }
    events::insert(tx, &change.events).await?;
    Ok(true)
}

/// Where it stands, as far as it is written down.
pub(super) fn status(approval: &Approval) -> Status {
    approval.closed.map_or(Status::Pending, |closed| closed.status)
}

pub(super) fn document(approval: &Approval) -> Result<String, StoreError> {
    approval
        .to_document()
        .map_err(|error| StoreError::Broken(error.into()))
}

pub(super) fn integer(number: u64) -> Result<Value<'static>, StoreError> {
    let number = i64::try_from(number).map_err(|error| StoreError::Broken(error.into()))?;
    Ok(number.into())
}
