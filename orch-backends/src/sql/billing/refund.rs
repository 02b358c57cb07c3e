use orch_billing::{Hold, Refund, Refusal, Transaction, TransactionKind};
use orch_core::StoreError;

use super::{
    holds::{COLUMNS, find, first},
    posting::{broken, claim, post_entries},
    source::credit,
    undo::{explain, refuse},
};
use crate::sql::{Tx, Value};

/// Four statements: claim the key, count what was refunded, keep the entries, add to the credits.
pub(super) async fn refund(tx: &mut dyn Tx, refund: &Refund) -> Result<Hold, StoreError> {
    let id = Transaction::refund_id(refund);
    if !claim(tx, &id, TransactionKind::Refund, refund.amount, refund.at).await? {
        return find(tx, refund.hold)
            .await?
            .ok_or_else(|| refuse(Refusal::Missing));
    }
    let sql = format!(
        "UPDATE orch_holds SET refunded = refunded + ?3 \
         WHERE id = ?1 AND currency = ?2 AND state = 'captured' AND captured - refunded >= ?3 RETURNING {COLUMNS}"
    );
    let (currency, minor) = (refund.amount.currency().code(), refund.amount.minor());
    let params = [Value::text(refund.hold), currency.into(), minor.into()];
    let Some(refunded) = first(&tx.query(&sql, &params).await?)? else {
        let hold = find(tx, refund.hold)
            .await?
            .ok_or_else(|| refuse(Refusal::Missing))?;
        return Err(explain(hold.refund(refund.amount)));
    };
    post_entries(tx, &Transaction::refund(&refunded, refund).map_err(broken)?).await?;
    credit(tx, &refunded, refund.amount).await?;
    Ok(refunded)
}
