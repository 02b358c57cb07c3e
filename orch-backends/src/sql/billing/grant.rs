use orch_billing::{Grant, Refusal, Transaction, TransactionKind};
use orch_core::StoreError;

use super::{
    posting::{broken, claim, post_entries},
    undo::refuse,
};
use crate::sql::Tx;

const ADD: &str = "INSERT INTO orch_credits (account, currency, balance, granted) VALUES (?1, ?2, ?3, ?3) \
    ON CONFLICT (account, currency) DO UPDATE \
    SET balance = orch_credits.balance + ?3, granted = orch_credits.granted + ?3 WHERE orch_credits.granted <= ?4";

/// Three statements: claim the key, keep the entries, add to the credits.
pub(super) async fn grant(tx: &mut dyn Tx, grant: &Grant) -> Result<(), StoreError> {
    let transaction = Transaction::grant(grant).map_err(broken)?;
    if !claim(
        tx,
        transaction.id(),
        TransactionKind::Grant,
        grant.amount,
        grant.at,
    )
    .await?
    {
        return Ok(());
    }
    let minor = grant.amount.minor();
    if minor > Grant::LIMIT {
        return Err(refuse(Refusal::TooLarge));
    }
    post_entries(tx, &transaction).await?;
    let currency = grant.amount.currency().code();
    let params = [
        grant.account.as_str().into(),
        currency.into(),
        minor.into(),
        (Grant::LIMIT - minor).into(),
    ];
    if tx.execute(ADD, &params).await? == 0 {
        return Err(refuse(Refusal::TooLarge));
    }
    Ok(())
}
