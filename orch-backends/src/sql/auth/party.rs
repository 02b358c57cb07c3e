use orch_auth::{AgentKey, Party, PartyId, PartyKey};
use orch_core::{StoreError, Timestamp};
use serde::{Deserialize, Serialize};

use super::at_hand::PartiesAtHand;
use crate::sql::{Row, Tx, Value};

const TABLE: &str = "orch_parties";

const COLUMNS: &str = "id, keys, status, endpoint, metadata, is_listed, registered_at, updated_at, revision";

/// The form of the keys that is written.
const FORM: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Keys {
    form: u32,
    keys: Vec<Key>,
}

#[derive(Serialize, Deserialize)]
struct Key {
    pem: String,
    from: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
}

pub(super) async fn insert(tx: &mut dyn Tx, party: &Party) -> Result<bool, StoreError> {
    let sql = format!(
        "INSERT INTO {TABLE} ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING"
    );
    Ok(tx.execute(&sql, &values(party)?).await? == 1)
}

pub(super) async fn update(tx: &mut dyn Tx, party: &Party) -> Result<bool, StoreError> {
    let sql = "UPDATE orch_parties SET keys = ?2, status = ?3, endpoint = ?4, metadata = ?5, is_listed = ?6, \
        registered_at = ?7, updated_at = ?8, revision = ?9 WHERE id = ?1 AND revision = ?9 - 1";
    Ok(tx.execute(sql, &values(party)?).await? == 1)
}

/// Reads whether it has changed, and all of it only then.
pub(super) async fn find(
    tx: &mut dyn Tx,
    id: &PartyId,
    at_hand: &PartiesAtHand,
) -> Result<Option<Party>, StoreError> {
    let sql = "SELECT revision FROM orch_parties WHERE id = ?1";
    let rows = tx.query(sql, &[id.as_str().into()]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    if let Some(party) = at_hand.at(id, row.of(TABLE).number("revision")?) {
        return Ok(Some(party));
    }
    let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE id = ?1");
    let rows = tx.query(&sql, &[id.as_str().into()]).await?;
    let party = rows.first().map(read).transpose()?;
    if let Some(party) = &party {
        at_hand.keep(party);
    }
    Ok(party)
}

pub(super) async fn list(
    tx: &mut dyn Tx,
    after: Option<&PartyId>,
    limit: u32,
) -> Result<Vec<Party>, StoreError> {
    // No id is empty.
    let sql = format!(
        "SELECT {COLUMNS} FROM {TABLE} WHERE id > ?1 AND status = 'active' AND is_listed = 1 ORDER BY id LIMIT ?2"
    );
    let after = after.map_or("", PartyId::as_str);
    let rows = tx.query(&sql, &[after.into(), limit.into()]).await?;
    rows.iter().map(read).collect()
}

fn values(party: &Party) -> Result<[Value<'_>; 9], StoreError> {
    let keys = party.keys.iter().map(|key| Key {
        pem: key.key.to_line(),
        from: key.from,
        until: key.until,
        revoked_at: key.revoked_at,
    });
    let keys = Keys {
        form: FORM,
        keys: keys.collect(),
    };
    let keys = serde_json::to_string(&keys).map_err(|error| StoreError::Broken(error.into()))?;
    let revision = i64::try_from(party.revision).map_err(|error| StoreError::Broken(error.into()))?;
    Ok([
        party.id.as_str().into(),
        keys.into(),
        (&party.status).into(),
        party.endpoint.as_ref().map_or(Value::Null, Value::from),
        (&party.metadata).into(),
        party.is_listed.into(),
        party.registered_at.into(),
        party.updated_at.into(),
        revision.into(),
    ])
}

fn read(row: &Row) -> Result<Party, StoreError> {
    let row = row.of(TABLE);
    let kept: Keys = row.json("keys")?;
    if kept.form > FORM {
        return Err(row.corrupt(format!("keys are in the later form {}", kept.form)));
    }
    let keys = kept.keys.into_iter().map(|kept| {
        let key = AgentKey::from_pem(&kept.pem).map_err(|error| row.corrupt(format!("keys: {error}")))?;
        Ok(PartyKey {
            key,
            from: kept.from,
            until: kept.until,
            revoked_at: kept.revoked_at,
        })
    });
    Ok(Party {
        id: row.parse("id")?,
        keys: keys.collect::<Result<_, StoreError>>()?,
        status: row.text("status")?.to_owned(),
        endpoint: row.optional_text("endpoint")?.map(str::to_owned),
        metadata: row.text("metadata")?.to_owned(),
        is_listed: row.boolean("is_listed")?,
        registered_at: row.timestamp("registered_at")?,
        updated_at: row.timestamp("updated_at")?,
        revision: row.number("revision")?,
    })
}
