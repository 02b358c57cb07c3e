//! Transactions and their entries.

use orch_billing::{Entry, Refusal, Transaction, TransactionKind};
use orch_core::{Amount, MoneyError, StoreError, Timestamp};

use super::undo::{raced, refuse};
use crate::sql::{Tx, Value};

const TRANSACTION: &str = "INSERT INTO orch_ledger_transactions (id, kind, currency, amount, at) \
    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";

/// The statement that keeps so many entries; a transaction has two to four, so these are all texts there are.
const ENTRIES: [&str; 4] = [
    "INSERT INTO orch_ledger_entries (transaction_id, currency, line, ledger, owner, minor) \
     VALUES (?1, ?2, 1, ?3, ?4, ?5)",
    "INSERT INTO orch_ledger_entries (transaction_id, currency, line, ledger, owner, minor) \
     VALUES (?1, ?2, 1, ?3, ?4, ?5), (?1, ?2, 2, ?6, ?7, ?8)",
    "INSERT INTO orch_ledger_entries (transaction_id, currency, line, ledger, owner, minor) \
     VALUES (?1, ?2, 1, ?3, ?4, ?5), (?1, ?2, 2, ?6, ?7, ?8), (?1, ?2, 3, ?9, ?10, ?11)",
    "INSERT INTO orch_ledger_entries (transaction_id, currency, line, ledger, owner, minor) \
     VALUES (?1, ?2, 1, ?3, ?4, ?5), (?1, ?2, 2, ?6, ?7, ?8), (?1, ?2, 3, ?9, ?10, ?11), (?1, ?2, 4, ?12, ?13, ?14)",
];

/// Claims the id of an operation that may have been done before; `false` if it was, with the same amount. Another amount
/// is refused.
pub(super) async fn claim(
    tx: &mut dyn Tx,
    id: &str,
    kind: TransactionKind,
    amount: Amount,
    at: Timestamp,
) -> Result<bool, StoreError> {
    if insert(tx, id, kind, amount, at).await? {
        return Ok(true);
    }
    let sql = "SELECT id, currency, amount FROM orch_ledger_transactions WHERE id = ?1";
    let rows = tx.query(sql, &[id.into()]).await?;
    let first = rows.first().ok_or_else(raced)?.of("orch_ledger_transactions");
    if first.integer("amount")? == amount.minor() && first.text("currency")? == amount.currency().code() {
        return Ok(false);
    }
    Err(refuse(Refusal::Conflict))
}

/// Keeps a transaction that a change of its hold's state has made the first of its id.
pub(super) async fn post(tx: &mut dyn Tx, transaction: &Transaction) -> Result<(), StoreError> {
    let amount = Amount::new(transaction.amount(), transaction.currency()).map_err(broken)?;
    if !insert(tx, transaction.id(), transaction.kind(), amount, transaction.at()).await? {
        let reason = "it was posted before its hold came to it";
        return Err(StoreError::corrupt(
            "orch_ledger_transactions",
            transaction.id(),
            reason,
        ));
    }
    post_entries(tx, transaction).await
}

/// Keeps the entries of a transaction whose id was claimed.
pub(super) async fn post_entries(tx: &mut dyn Tx, transaction: &Transaction) -> Result<(), StoreError> {
    let entries = transaction.entries();
    let Some(last) = entries.len().checked_sub(1) else {
        return Ok(());
    };
    let sql = ENTRIES
        .get(last)
        .ok_or_else(|| StoreError::Broken("a transaction has at most four entries".into()))?;
    let mut params: Vec<Value<'_>> = Vec::with_capacity(14);
    params.extend([transaction.id().into(), transaction.currency().code().into()]);
    for Entry { account, minor } in entries {
        params.extend([account.ledger().into(), account.owner().into(), (*minor).into()]);
    }
    tx.execute(sql, &params).await?;
    Ok(())
}

/// The failure that a row led to money that cannot be.
pub(super) fn broken(error: MoneyError) -> StoreError {
    StoreError::Broken(Box::new(error))
}

async fn insert(
    tx: &mut dyn Tx,
    id: &str,
    kind: TransactionKind,
    amount: Amount,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let currency = amount.currency().code();
    let params = [
        id.into(),
        kind.name().into(),
        currency.into(),
        amount.minor().into(),
        at.into(),
    ];
    Ok(tx.execute(TRANSACTION, &params).await? == 1)
}
