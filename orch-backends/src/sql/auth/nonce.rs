use orch_auth::store::Nonce;
use orch_core::{StoreError, Timestamp};

use crate::sql::{Tx, Value};

const TABLE: &str = "orch_nonces";

pub(super) async fn use_up(
    tx: &mut dyn Tx,
    nonce: &Nonce,
    now: Timestamp,
    most: u32,
) -> Result<Option<bool>, StoreError> {
    let key = || {
        [
            Value::from(nonce.party.as_str()),
            (&nonce.text).into(),
            now.into(),
        ]
    };
    let known = "SELECT ends_at FROM orch_nonces WHERE party = ?1 AND nonce = ?2 AND ends_at > ?3";
    if !tx.query(known, &key()).await?.is_empty() {
        return Ok(Some(false));
    }
    // The bound keeps the table small. Who comes at the same moment may exceed it.
    let sql = "SELECT COUNT(*) AS n FROM (SELECT 1 FROM orch_nonces WHERE party = ?1 AND ends_at > ?2 LIMIT ?3) known";
    let params = [nonce.party.as_str().into(), now.into(), most.into()];
    let rows = tx.query(sql, &params).await?;
    let n_known: u32 = rows.first().map_or(Ok(0), |row| row.of(TABLE).number("n"))?;
    if n_known >= most {
        return Ok(None);
    }
    let [party, text, now] = key();
    let sql = "INSERT INTO orch_nonces (party, nonce, ends_at) VALUES (?1, ?2, ?4) \
        ON CONFLICT (party, nonce) DO UPDATE SET ends_at = excluded.ends_at WHERE orch_nonces.ends_at <= ?3";
    let used = tx.execute(sql, &[party, text, now, nonce.until.into()]).await?;
    Ok(Some(used == 1))
}

pub(super) async fn forget(tx: &mut dyn Tx, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let sql = "SELECT party, nonce FROM orch_nonces WHERE ends_at <= ?1 ORDER BY party, nonce LIMIT ?2";
    let over = tx.query(sql, &[now.into(), limit.into()]).await?;
    let mut forgotten = 0;
    for row in &over {
        let row = row.of(TABLE);
        let sql = "DELETE FROM orch_nonces WHERE party = ?1 AND nonce = ?2 AND ends_at <= ?3";
        let params = [row.text("party")?.into(), row.text("nonce")?.into(), now.into()];
        forgotten += tx.execute(sql, &params).await?;
    }
    Ok(forgotten)
}
