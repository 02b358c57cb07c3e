//! Where a hold is taken from, and where what is left of it goes.

use orch_billing::{Hold, HoldId, Refusal};
use orch_core::{Amount, Purse, StoreError};

use super::{
    holds::find,
    undo::{explain, raced, refuse},
};
use crate::sql::{Tx, Value};

const SPEND: &str =
    "UPDATE orch_credits SET balance = balance - ?3 WHERE account = ?1 AND currency = ?2 AND balance >= ?3";
const LEND: &str = "UPDATE orch_holds SET remaining = remaining - ?4, open_sub_holds = open_sub_holds + ?5 \
    WHERE id = ?1 AND account = ?2 AND currency = ?3 AND state = 'open' AND remaining >= ?4";
const GIVE_BACK: &str = "UPDATE orch_credits SET balance = balance + ?3 WHERE account = ?1 AND currency = ?2";
const TAKE_BACK: &str = "UPDATE orch_holds SET remaining = remaining + ?2, open_sub_holds = open_sub_holds - 1 \
    WHERE id = ?1 AND state = 'open' AND open_sub_holds > 0";

/// What is taken from the hold above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taking {
    /// A new sub-hold.
    First,
    /// More for one that is there.
    More,
}

/// Takes an amount for a hold from its parent or from the account's credits; refused if it is not there.
pub(super) async fn take(
    tx: &mut dyn Tx,
    hold: &Hold,
    amount: Amount,
    taking: Taking,
) -> Result<(), StoreError> {
    match hold.parent {
        Some(parent) => lend(tx, parent, hold, amount, taking).await,
        None if amount.is_zero() => Ok(()),
        None => spend(tx, hold, amount).await,
    }
}

async fn spend(tx: &mut dyn Tx, hold: &Hold, required: Amount) -> Result<(), StoreError> {
    if tx.execute(SPEND, &of_credits(hold, required)).await? == 1 {
        return Ok(());
    }
    let sql = "SELECT account, balance FROM orch_credits WHERE account = ?1 AND currency = ?2";
    let rows = tx.query(sql, &of_credits(hold, required)[..2]).await?;
    let balance = rows
        .first()
        .map(|row| row.of("orch_credits").integer("balance"))
        .transpose()?
        .unwrap_or(0);
    let available = Amount::new(balance, required.currency())
        .map_err(|error| StoreError::corrupt("orch_credits", hold.account.as_str(), error))?;
    if required.minor() <= balance {
        return Err(raced());
    }
    let purse = Purse::Credits;
    Err(refuse(Refusal::Short {
        purse,
        required,
        available,
    }))
}

async fn lend(
    tx: &mut dyn Tx,
    parent: HoldId,
    hold: &Hold,
    amount: Amount,
    taking: Taking,
) -> Result<(), StoreError> {
    let [account, currency, minor] = of_credits(hold, amount);
    let n_new = i64::from(taking == Taking::First);
    let params = [Value::text(parent), account, currency, minor, n_new.into()];
    if tx.execute(LEND, &params).await? == 1 {
        return Ok(());
    }
    let parent = find(tx, parent).await?.ok_or_else(|| refuse(Refusal::Missing))?;
    Err(explain(if taking == Taking::First {
        parent.lend(hold)
    } else {
        parent.spend(amount)
    }))
}

/// Gives what a hold returned when it was closed to its parent or to the account's credits.
pub(super) async fn give_back(tx: &mut dyn Tx, closed: &Hold) -> Result<(), StoreError> {
    let Some(parent) = closed.parent else {
        return credit(tx, closed, closed.returned).await;
    };
    let params = [Value::text(parent), closed.returned.minor().into()];
    if tx.execute(TAKE_BACK, &params).await? == 1 {
        return Ok(());
    }
    let reason = format!(
        "{} was open within it, but it is closed or counts no open sub-holds",
        closed.id
    );
    Err(StoreError::corrupt("orch_holds", parent.to_string(), reason))
}

/// Gives an amount to the credits of a hold's account.
pub(super) async fn credit(tx: &mut dyn Tx, hold: &Hold, amount: Amount) -> Result<(), StoreError> {
    if amount.is_zero() || tx.execute(GIVE_BACK, &of_credits(hold, amount)).await? == 1 {
        return Ok(());
    }
    let reason = format!("{} was taken from it, but it is not there", hold.id);
    Err(StoreError::corrupt("orch_credits", hold.account.as_str(), reason))
}

fn of_credits(hold: &Hold, amount: Amount) -> [Value<'_>; 3] {
    [
        hold.account.as_str().into(),
        amount.currency().code().into(),
        amount.minor().into(),
    ]
}
