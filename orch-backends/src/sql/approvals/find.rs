use orch_approvals::{Approval, store::Listing};
use orch_core::{ApprovalId, StoreError, Timestamp};

use super::TABLE;
use crate::sql::{Row, Tx, Value};

pub(super) async fn by_id(tx: &mut dyn Tx, id: &ApprovalId) -> Result<Option<Approval>, StoreError> {
    let sql = "SELECT id, document FROM orch_approvals WHERE id = ?1";
    let rows = tx.query(sql, &[Value::text(id)]).await?;
    rows.first().map(read).transpose()
}

pub(super) async fn by_key(tx: &mut dyn Tx, key: &str) -> Result<Option<Approval>, StoreError> {
    let sql = "SELECT id, document FROM orch_approvals WHERE action_key = ?1";
    let rows = tx.query(sql, &[key.into()]).await?;
    rows.first().map(read).transpose()
}

pub(super) async fn due(tx: &mut dyn Tx, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError> {
    let sql = "SELECT id, document FROM orch_approvals WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2";
    let rows = tx.query(sql, &[now.into(), limit.into()]).await?;
    rows.iter().map(read).collect()
}

/// A walk down one of the indexes that have the order. There are sixteen texts.
pub(super) async fn list(tx: &mut dyn Tx, listing: &Listing) -> Result<Vec<Approval>, StoreError> {
    let Listing { filter, limit, after } = listing;
    let mut params: Vec<Value<'_>> = vec![(*limit).into()];
    let mut number = |value| {
        params.push(value);
        params.len()
    };
    let mut from = String::from("orch_approvals a");
    let mut ordered = "a.created_at DESC, a.id DESC";
    let mut place = "(a.created_at, a.id)";
    let mut conditions = vec![String::from("1 = 1")];
    if let Some(account) = &filter.seen_by {
        from = "orch_approval_viewers v JOIN orch_approvals a ON a.id = v.approval".to_owned();
        (ordered, place) = ("v.created_at DESC, v.approval DESC", "(v.created_at, v.approval)");
        conditions.push(format!("v.account = ?{}", number(account.as_str().into())));
    }
    if let Some(requester) = &filter.requester {
        conditions.push(format!("a.requester = ?{}", number(Value::text(requester))));
    }
    if let Some(status) = filter.status {
        conditions.push(format!("a.status = ?{}", number(status.name().into())));
    }
    if let Some(after) = after {
        let (at, id) = (number(after.created_at.into()), number(Value::text(&after.id)));
        conditions.push(format!("{place} < (?{at}, ?{id})"));
    }
    let conditions = conditions.join(" AND ");
    let sql = format!("SELECT a.id, a.document FROM {from} WHERE {conditions} ORDER BY {ordered} LIMIT ?1");
    let rows = tx.query(&sql, &params).await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Approval, StoreError> {
    let row = row.of(TABLE);
    let document = row.text("document")?;
    Approval::from_document(document).map_err(|error| row.corrupt(error.to_string()))
}
