use orch_billing::{Closing, Ending, Hold, Refusal, Transaction};
use orch_core::StoreError;

use super::{
    holds::{COLUMNS, find, first},
    posting::{broken, post},
    source::give_back,
    undo::{explain, refuse},
    usage,
};
use crate::sql::{Tx, Value};

/// Seven statements: end the hold, keep the transaction, its entries, what was used, its sums and totals, give the rest back.
pub(in crate::sql) async fn close(tx: &mut dyn Tx, closing: &Closing) -> Result<Hold, StoreError> {
    let Some(closed) = end(tx, closing).await? else {
        return repeated(tx, closing).await;
    };
    let transaction = Transaction::close(&closed).map_err(broken)?;
    let transaction = transaction.ok_or_else(|| StoreError::Broken("a closed hold is not open".into()))?;
    post(tx, &transaction).await?;
    if let Some(usage) = closing.usage_of(&closed) {
        usage::insert(tx, &usage).await?;
    }
    give_back(tx, &closed).await?;
    Ok(closed)
}

/// Ends the hold if nothing stands against it. What is returned is what remained, less what is captured.
async fn end(tx: &mut dyn Tx, closing: &Closing) -> Result<Option<Hold>, StoreError> {
    let sql = format!(
        "UPDATE orch_holds SET state = ?2, captured = ?3, returned = remaining - ?3, remaining = 0, closed_at = ?5, \
         fee = CASE WHEN payee IS NULL THEN CAST(?3 AS BIGINT) ELSE CAST(?4 AS BIGINT) END \
         WHERE id = ?1 AND state = 'open' AND open_sub_holds = 0 AND remaining >= ?3 AND expires_at <= ?7 \
         AND currency = COALESCE(CAST(?6 AS TEXT), currency) RETURNING {COLUMNS}"
    );
    let (state, captured, fee, currency) = match closing.ending {
        Ending::Capture { amount, fee } => (
            "captured",
            amount.minor(),
            fee.minor(),
            Some(amount.currency().code()),
        ),
        Ending::Release => ("released", 0, 0, None),
        Ending::Expire => ("expired", 0, 0, None),
    };
    // Only an expiry asks for the time to be over.
    let due_at = if closing.ending == Ending::Expire {
        closing.at.as_millis()
    } else {
        i64::MAX
    };
    let params = [
        Value::text(closing.hold),
        state.into(),
        captured.into(),
        fee.into(),
        closing.at.into(),
        currency.into(),
        due_at.into(),
    ];
    first(&tx.query(&sql, &params).await?)
}

/// The hold cannot be ended so: it was before, or something stands against it.
async fn repeated(tx: &mut dyn Tx, closing: &Closing) -> Result<Hold, StoreError> {
    let hold = find(tx, closing.hold)
        .await?
        .ok_or_else(|| refuse(Refusal::Missing))?;
    let is_open = hold.state.is_open();
    match hold.close(closing) {
        Ok(hold) if !is_open => Ok(hold),
        settled => Err(explain(settled)),
    }
}
