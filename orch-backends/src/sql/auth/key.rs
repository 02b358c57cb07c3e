use orch_auth::{ApiKey, KeyDigest, store::Replacement};
use orch_core::{AccountId, ApiKeyId, Page, PageRequest, StoreError, Timestamp};

use crate::sql::{Row, Tx, Value};

const TABLE: &str = "orch_api_keys";

const COLUMNS: &str = "id, account, form, name, hint, digest, scopes, created_at, expires_at, revoked_at, \
    last_used_at, replaced_by";

pub(super) async fn insert(tx: &mut dyn Tx, key: &ApiKey) -> Result<bool, StoreError> {
    let sql = format!(
        "INSERT INTO {TABLE} ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING"
    );
    let scopes = serde_json::to_string(&key.scopes).map_err(|error| StoreError::Broken(error.into()))?;
    let params = [
        Value::text(key.id),
        key.account.as_str().into(),
        key.form.name().into(),
        (&key.name).into(),
        (&key.hint).into(),
        key.digest.as_bytes()[..].into(),
        scopes.into(),
        key.created_at.into(),
        key.expires_at.into(),
        key.revoked_at.into(),
        key.last_used_at.into(),
        key.replaced_by.map_or(Value::Null, Value::text),
    ];
    Ok(tx.execute(&sql, &params).await? == 1)
}

pub(super) async fn find(tx: &mut dyn Tx, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE id = ?1");
    let rows = tx.query(&sql, &[Value::text(id)]).await?;
    rows.first().map(read).transpose()
}

pub(super) async fn find_by_digest(
    tx: &mut dyn Tx,
    digest: &KeyDigest,
) -> Result<Option<ApiKey>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE digest = ?1");
    let rows = tx.query(&sql, &[digest.as_bytes()[..].into()]).await?;
    rows.first().map(read).transpose()
}

pub(super) async fn list(
    tx: &mut dyn Tx,
    account: &AccountId,
    page: PageRequest,
) -> Result<Page<ApiKey>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE account = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3");
    let offset = i64::try_from(page.offset).unwrap_or(i64::MAX);
    let params = [account.as_str().into(), page.limit.into(), offset.into()];
    let rows = tx.query(&sql, &params).await?;
    let items = rows.iter().map(read).collect::<Result<_, _>>()?;
    let sql = "SELECT COUNT(*) AS total FROM orch_api_keys WHERE account = ?1";
    let rows = tx.query(sql, &[account.as_str().into()]).await?;
    let total = rows.first().map_or(Ok(0), |row| row.of(TABLE).number("total"))?;
    Ok(Page { items, total })
}

pub(super) async fn revoke(tx: &mut dyn Tx, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE orch_api_keys SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    Ok(tx.execute(sql, &[Value::text(id), at.into()]).await? == 1)
}

/// The successor comes first, so that of two who replace a key the row of the key decides.
pub(super) async fn replace(tx: &mut dyn Tx, replacement: &Replacement) -> Result<bool, StoreError> {
    let Replacement {
        replaced,
        until,
        successor,
    } = replacement;
    if !insert(tx, successor).await? {
        return Ok(false);
    }
    let sql = "UPDATE orch_api_keys SET replaced_by = ?3, \
        expires_at = CASE WHEN expires_at < ?2 THEN expires_at ELSE ?2 END \
        WHERE id = ?1 AND revoked_at IS NULL AND replaced_by IS NULL AND (expires_at IS NULL OR expires_at > ?4)";
    let params = [
        Value::text(replaced),
        (*until).into(),
        Value::text(successor.id),
        successor.created_at.into(),
    ];
    if tx.execute(sql, &params).await? == 1 {
        return Ok(true);
    }
    let sql = "DELETE FROM orch_api_keys WHERE id = ?1";
    tx.execute(sql, &[Value::text(successor.id)]).await?;
    Ok(false)
}

pub(super) async fn touch(tx: &mut dyn Tx, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE orch_api_keys SET last_used_at = ?2 WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)";
    tx.execute(sql, &[Value::text(id), at.into()]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<ApiKey, StoreError> {
    let row = row.of(TABLE);
    let digest = row.bytes("digest")?;
    let digest = digest
        .try_into()
        .map_err(|_| row.corrupt("digest is not 32 bytes"))?;
    Ok(ApiKey {
        id: row.parse("id")?,
        account: row.parse("account")?,
        form: row.parse("form")?,
        name: row.text("name")?.to_owned(),
        hint: row.text("hint")?.to_owned(),
        digest: KeyDigest::from_bytes(digest),
        scopes: row.json("scopes")?,
        created_at: row.timestamp("created_at")?,
        expires_at: row.optional_timestamp("expires_at")?,
        revoked_at: row.optional_timestamp("revoked_at")?,
        last_used_at: row.optional_timestamp("last_used_at")?,
        replaced_by: row.optional_parse("replaced_by")?,
    })
}
