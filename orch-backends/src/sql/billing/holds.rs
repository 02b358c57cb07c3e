//! Reads holds.

use orch_billing::{Hold, HoldId, HoldQuery, HoldState};
use orch_core::{Amount, Currency, StoreError};

use crate::sql::{Fields, Row, Tx, Value};

/// What [`first`] and [`read`] read, id first.
pub(super) const COLUMNS: &str = "id, account, key, currency, amount, opened_with, remaining, open_sub_holds, parent, payee, \
    keeper, state, captured, fee, returned, refunded, created_at, expires_at, closed_at";

/// The hold of an id.
pub(super) async fn find(tx: &mut dyn Tx, id: HoldId) -> Result<Option<Hold>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM orch_holds WHERE id = ?1");
    first(&tx.query(&sql, &[Value::text(id)]).await?)
}

/// The holds that have the id or the key of another.
pub(super) async fn find_claimed(tx: &mut dyn Tx, hold: &Hold) -> Result<Vec<Hold>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM orch_holds WHERE id = ?1 OR (account = ?2 AND key = ?3)");
    let params = [
        Value::text(hold.id),
        hold.account.as_str().into(),
        (&hold.key).into(),
    ];
    tx.query(&sql, &params).await?.iter().map(read).collect()
}

/// The holds that are wanted, by one statement.
pub(super) async fn list(tx: &mut dyn Tx, query: &HoldQuery) -> Result<Vec<Hold>, StoreError> {
    let rows = match *query {
        HoldQuery::Id(id) => return Ok(find(tx, id).await?.into_iter().collect()),
        HoldQuery::OpenWithin(parent) => {
            // The account is the parent's; naming it lets the index find the few open ones.
            let sql = format!(
                "SELECT {COLUMNS} FROM orch_holds WHERE parent = ?1 AND state = 'open' \
                 AND account = (SELECT account FROM orch_holds WHERE id = ?1) ORDER BY id"
            );
            tx.query(&sql, &[Value::text(parent)]).await?
        }
        HoldQuery::Due { at, limit } => {
            let sql = format!(
                "SELECT {COLUMNS} FROM orch_holds WHERE state = 'open' AND expires_at <= ?1 AND open_sub_holds = 0 \
                 ORDER BY expires_at, id LIMIT ?2"
            );
            tx.query(&sql, &[at.into(), limit.into()]).await?
        }
    };
    rows.iter().map(read).collect()
}

/// The first of the rows, if there is one.
pub(super) fn first(rows: &[Row]) -> Result<Option<Hold>, StoreError> {
    rows.first().map(read).transpose()
}

fn read(row: &Row) -> Result<Hold, StoreError> {
    let row = row.of("orch_holds");
    let currency = row.parse("currency")?;
    let amount = |column| amount(&row, column, currency);
    let state = match row.text("state")? {
        "open" => HoldState::Open,
        "captured" => HoldState::Captured {
            amount: amount("captured")?,
            fee: amount("fee")?,
        },
        "released" => HoldState::Released,
        "expired" => HoldState::Expired,
        state => return Err(row.corrupt(format!("{state} is no state of a hold"))),
    };
    Ok(Hold {
        id: row.parse("id")?,
        account: row.parse("account")?,
        key: row.text("key")?.to_owned(),
        amount: amount("amount")?,
        opened_with: amount("opened_with")?,
        remaining: amount("remaining")?,
        open_sub_holds: row.number("open_sub_holds")?,
        parent: row.optional_parse("parent")?,
        payee: row.optional_parse("payee")?,
        keeper: row.optional_text("keeper")?.map(str::to_owned),
        state,
        returned: amount("returned")?,
        refunded: amount("refunded")?,
        created_at: row.timestamp("created_at")?,
        expires_at: row.timestamp("expires_at")?,
        closed_at: row.optional_timestamp("closed_at")?,
    })
}

/// A column of minor units.
pub(super) fn amount(row: &Fields<'_>, column: &str, currency: Currency) -> Result<Amount, StoreError> {
    Amount::new(row.integer(column)?, currency).map_err(|error| row.corrupt(format!("{column}: {error}")))
}
