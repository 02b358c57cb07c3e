use orch_billing::{Hold, Refusal, Transaction};
use orch_core::{AccountId, StoreError};

use super::{
    holds,
    posting::{broken, post},
    source::{Taking, take},
    undo::{raced, refuse},
};
use crate::sql::{Tx, Value};

const INSERT: &str = "INSERT INTO orch_holds (id, account, key, currency, amount, opened_with, remaining, open_sub_holds, \
    parent, payee, keeper, state, captured, fee, returned, refunded, created_at, expires_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5, 0, ?6, ?7, ?8, 'open', 0, 0, 0, 0, ?9, ?10) ON CONFLICT DO NOTHING";

/// Four statements: claim the id and the key, keep the transaction and its entries, take the money.
pub(in crate::sql) async fn hold(tx: &mut dyn Tx, hold: &Hold) -> Result<Hold, StoreError> {
    let params = [
        Value::text(hold.id),
        hold.account.as_str().into(),
        (&hold.key).into(),
        hold.currency().code().into(),
        hold.amount.minor().into(),
        hold.parent.map(Value::text).unwrap_or(Value::Null),
        hold.payee.as_ref().map(AccountId::as_str).into(),
        hold.keeper.as_deref().into(),
        hold.created_at.into(),
        hold.expires_at.into(),
    ];
    if tx.execute(INSERT, &params).await? == 0 {
        return repeated(tx, hold).await;
    }
    post(tx, &Transaction::hold(hold).map_err(broken)?).await?;
    take(tx, hold, hold.amount, Taking::First).await?;
    Ok(hold.clone())
}

/// The id or the key is taken: by the same request, or by another.
async fn repeated(tx: &mut dyn Tx, hold: &Hold) -> Result<Hold, StoreError> {
    let known = holds::find_claimed(tx, hold).await?;
    match known.first() {
        None => Err(raced()),
        Some(first) if known.iter().all(|known| known.answers(hold)) => Ok(first.clone()),
        Some(_) => Err(refuse(Refusal::Conflict)),
    }
}
