use orch_billing::{Extension, Hold, HoldId, More, Refusal, Transaction, TransactionKind};
use orch_core::{Amount, StoreError, Timestamp};

use super::{
    holds::{COLUMNS, find, first},
    posting::{broken, claim, post_entries},
    source::{Taking, take},
    undo::{explain, refuse},
};
use crate::sql::{Tx, Value};

pub(super) async fn extend(tx: &mut dyn Tx, extension: &Extension) -> Result<Hold, StoreError> {
    match &extension.by {
        More::Funds { amount, key } => enlarge(tx, extension.hold, *amount, key, extension.at).await,
        More::Time { until } => postpone(tx, extension.hold, *until).await,
    }
}

/// Four statements: claim the key, grow the hold, keep the entries, take the money.
async fn enlarge(
    tx: &mut dyn Tx,
    id: HoldId,
    by: Amount,
    key: &str,
    at: Timestamp,
) -> Result<Hold, StoreError> {
    let transaction_id = Transaction::enlarge_id(id, key);
    if !claim(tx, &transaction_id, TransactionKind::Enlarge, by, at).await? {
        return find(tx, id).await?.ok_or_else(|| refuse(Refusal::Missing));
    }
    let sql = format!(
        "UPDATE orch_holds SET amount = amount + ?3, remaining = remaining + ?3 \
         WHERE id = ?1 AND currency = ?2 AND state = 'open' AND amount <= ?4 RETURNING {COLUMNS}"
    );
    let room = i64::MAX - by.minor();
    let params = [
        Value::text(id),
        by.currency().code().into(),
        by.minor().into(),
        room.into(),
    ];
    let Some(enlarged) = first(&tx.query(&sql, &params).await?)? else {
        let hold = find(tx, id).await?.ok_or_else(|| refuse(Refusal::Missing))?;
        return Err(explain(hold.enlarge(by)));
    };
    let transaction = Transaction::enlarge(&enlarged, by, key, at).map_err(broken)?;
    post_entries(tx, &transaction).await?;
    take(tx, &enlarged, by, Taking::More).await?;
    Ok(enlarged)
}

async fn postpone(tx: &mut dyn Tx, id: HoldId, until: Timestamp) -> Result<Hold, StoreError> {
    let sql = format!(
        "UPDATE orch_holds SET expires_at = CASE WHEN expires_at < ?2 THEN ?2 ELSE expires_at END \
         WHERE id = ?1 AND state = 'open' RETURNING {COLUMNS}"
    );
    if let Some(postponed) = first(&tx.query(&sql, &[Value::text(id), until.into()]).await?)? {
        return Ok(postponed);
    }
    let hold = find(tx, id).await?.ok_or_else(|| refuse(Refusal::Missing))?;
    Err(explain(hold.postpone(until)))
}
