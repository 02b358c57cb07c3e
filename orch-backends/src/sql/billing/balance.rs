use orch_billing::{Balance, BalanceOf};
use orch_core::{Currency, StoreError};

use super::holds::amount;
use crate::sql::Tx;

/// One statement, so that what is available and what is held are of the same moment.
const OF_CREDITS: &str = "SELECT \
    COALESCE((SELECT balance FROM orch_credits WHERE account = ?1 AND currency = ?2), 0) AS available, \
    COALESCE((SELECT CAST(SUM(remaining) AS BIGINT) FROM orch_holds \
        WHERE account = ?1 AND currency = ?2 AND state = 'open'), 0) AS held";

/// The list of ledgers is that of the index, which is used for it.
const OF_ENTRIES: &str = "SELECT COALESCE(CAST(SUM(minor) AS BIGINT), 0) AS available, CAST(0 AS BIGINT) AS held \
    FROM orch_ledger_entries \
    WHERE ledger IN ('earnings', 'fees') AND ledger = ?1 AND owner = ?2 AND currency = ?3";

pub(super) async fn balance(
    tx: &mut dyn Tx,
    of: &BalanceOf,
    currency: Currency,
) -> Result<Balance, StoreError> {
    let code = currency.code().into();
    let rows = match of {
        BalanceOf::Credits(account) => tx.query(OF_CREDITS, &[account.as_str().into(), code]).await?,
        BalanceOf::Earnings(account) => {
            tx.query(OF_ENTRIES, &["earnings".into(), account.as_str().into(), code])
                .await?
        }
        BalanceOf::Fees => tx.query(OF_ENTRIES, &["fees".into(), "".into(), code]).await?,
    };
    let row = rows
        .first()
        .ok_or_else(|| StoreError::Broken("a sum has one row".into()))?
        .of("orch_credits");
    Ok(Balance {
        available: amount(&row, "available", currency)?,
        held: amount(&row, "held", currency)?,
    })
}
