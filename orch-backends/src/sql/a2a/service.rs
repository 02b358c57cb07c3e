use orch_a2a::{ServiceId, ServiceRecord};
use orch_core::StoreError;

use crate::sql::{Row, Tx, Value};

const TABLE: &str = "orch_services";

const COLUMNS: &str = "id, provider, kind, document, updated_at";

pub(super) async fn put(tx: &mut dyn Tx, record: &ServiceRecord) -> Result<bool, StoreError> {
    let sql = format!(
        "INSERT INTO {TABLE} ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET \
         kind = excluded.kind, document = excluded.document, updated_at = excluded.updated_at \
         WHERE orch_services.provider = excluded.provider"
    );
    let params = [
        record.id.as_str().into(),
        record.provider.as_str().into(),
        record.kind.as_ref().map_or(Value::Null, Value::from),
        (&record.document).into(),
        record.updated_at.into(),
    ];
    Ok(tx.execute(&sql, &params).await? == 1)
}

pub(super) async fn find(tx: &mut dyn Tx, id: &ServiceId) -> Result<Option<ServiceRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE id = ?1");
    let rows = tx.query(&sql, &[id.as_str().into()]).await?;
    rows.first().map(read).transpose()
}

pub(super) async fn list(
    tx: &mut dyn Tx,
    kind: Option<&str>,
    limit: u32,
) -> Result<Vec<ServiceRecord>, StoreError> {
    let rows = match kind {
        Some(kind) => {
            let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE kind = ?1 ORDER BY id LIMIT ?2");
            tx.query(&sql, &[kind.into(), limit.into()]).await?
        }
        None => {
            let sql = format!("SELECT {COLUMNS} FROM {TABLE} ORDER BY id LIMIT ?1");
            tx.query(&sql, &[limit.into()]).await?
        }
    };
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<ServiceRecord, StoreError> {
    let row = row.of(TABLE);
    Ok(ServiceRecord {
        id: row.parse("id")?,
        provider: row.parse("provider")?,
        kind: row.optional_text("kind")?.map(str::to_owned),
        document: row.text("document")?.to_owned(),
        updated_at: row.timestamp("updated_at")?,
    })
}
