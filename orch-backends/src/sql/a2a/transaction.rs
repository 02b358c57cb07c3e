use std::slice;

use orch_a2a::{
    ServiceId, Transaction, TransactionId,
    store::{Begun, Filter, Finish, Name},
    transaction::{End, State},
};
use orch_auth::{Form, PartyId};
use orch_core::{Event, StoreError, Timestamp};

use crate::sql::{Dialect, Fields, Row, Tx, Value, events};

const TABLE: &str = "orch_transactions";

const COLUMNS: &str = "id, consumer, service, provider, priority, idempotency_key, content, signature, form, \
    request_bytes, started_at, ends_by, state, ended_at, provider_status, result, is_lost, attempts, executions";

/// No constraint keeps a signature from being there twice after a while, so whoever begins with one waits for the others.
/// SQLite's writers are serial anyhow.
const ALONE: &str =
    "SELECT pg_advisory_xact_lock(hashtext(CAST(?1 AS TEXT)), hashtext(encode(?2, 'hex')))::text";

pub(super) async fn begin(
    tx: &mut dyn Tx,
    transaction: &Transaction,
    alone_since: Option<Timestamp>,
    event: &Event,
) -> Result<Begun, StoreError> {
    if let Some(since) = alone_since {
        if tx.dialect() == Dialect::Postgres {
            let params = [
                transaction.consumer.as_str().into(),
                transaction.signature[..].into(),
            ];
            tx.query(ALONE, &params).await?;
        }
        let name = Name::Signature(transaction.signature, since);
        if let Some(known) = find(tx, &transaction.consumer, &name).await? {
            return Ok(Begun::Taken(Box::new(known)));
        }
    }
    let sql = format!(
        "INSERT INTO {TABLE} ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
         ?16, ?17, ?18, ?19) ON CONFLICT DO NOTHING"
    );
    let [state, ended_at, status, result, is_lost] = state(&transaction.state);
    let request_bytes = i64::try_from(transaction.request_bytes).unwrap_or(i64::MAX);
    let params = [
        transaction.id.as_str().into(),
        transaction.consumer.as_str().into(),
        transaction.service.as_str().into(),
        transaction.provider.as_str().into(),
        transaction.priority.name().into(),
        transaction.key.as_ref().map_or(Value::Null, Value::from),
        transaction.content[..].into(),
        transaction.signature[..].into(),
        transaction.form.name().into(),
        request_bytes.into(),
        transaction.started_at.into(),
        transaction.ends_by.into(),
        state,
        ended_at,
        status,
        result,
        is_lost,
        transaction.attempts.into(),
        transaction.executions.into(),
    ];
    if tx.execute(&sql, &params).await? == 1 {
        events::insert(tx, slice::from_ref(event)).await?;
        return Ok(Begun::New);
    }
    let consumer = &transaction.consumer;
    let mut known = find(tx, consumer, &Name::Id(transaction.id.clone())).await?;
    if let (None, Some(key)) = (&known, &transaction.key) {
        known = find(tx, consumer, &Name::Key(key.clone())).await?;
    }
    let lost = || StoreError::corrupt(TABLE, transaction.id.as_str(), "its place is taken by nobody");
    Ok(Begun::Taken(Box::new(known.ok_or_else(lost)?)))
}

pub(super) async fn reopen(
    tx: &mut dyn Tx,
    read: &Transaction,
    ends_by: Timestamp,
    event: &Event,
) -> Result<bool, StoreError> {
    let sql = "UPDATE orch_transactions SET state = 'pending', ends_by = ?4, attempts = attempts + 1, \
        executions = executions + 1 WHERE consumer = ?1 AND id = ?2 AND executions = ?3 AND state = 'not_executed'";
    let params = [
        read.consumer.as_str().into(),
        read.id.as_str().into(),
        read.executions.into(),
        ends_by.into(),
    ];
    noted(tx, sql, &params, event).await
}

pub(super) async fn finish(tx: &mut dyn Tx, finish: &Finish) -> Result<bool, StoreError> {
    let sql = "UPDATE orch_transactions SET state = ?4, ended_at = ?5, provider_status = ?6, result = ?7, \
        is_lost = ?8, attempts = attempts + ?9 \
        WHERE consumer = ?1 AND id = ?2 AND executions = ?3 AND state = 'pending'";
    let [state, ended_at, status, result, is_lost] = state(&finish.state);
    let params = [
        finish.consumer.as_str().into(),
        finish.id.as_str().into(),
        finish.execution.into(),
        state,
        ended_at,
        status,
        result,
        is_lost,
        finish.joined.into(),
    ];
    noted(tx, sql, &params, &finish.event).await
}

/// Whether a conditional write counts, which then brings its event.
async fn noted(tx: &mut dyn Tx, sql: &str, params: &[Value<'_>], event: &Event) -> Result<bool, StoreError> {
    let is_written = tx.execute(sql, params).await? == 1;
    if is_written {
        events::insert(tx, slice::from_ref(event)).await?;
    }
    Ok(is_written)
}

pub(super) async fn find(
    tx: &mut dyn Tx,
    consumer: &PartyId,
    name: &Name,
) -> Result<Option<Transaction>, StoreError> {
    let consumer = consumer.as_str();
    let select = |which: &str| format!("SELECT {COLUMNS} FROM {TABLE} WHERE consumer = ?1 AND {which}");
    let rows = match name {
        Name::Id(id) => {
            let params = [consumer.into(), id.as_str().into()];
            tx.query(&select("id = ?2"), &params).await?
        }
        Name::Key(key) => {
            let params = [consumer.into(), key.into()];
            tx.query(&select("idempotency_key = ?2"), &params).await?
        }
        Name::Signature(signature, since) => {
            let sql = select("signature = ?2 AND started_at >= ?3 ORDER BY started_at DESC, id DESC LIMIT 1");
            let params = [consumer.into(), signature[..].into(), (*since).into()];
            tx.query(&sql, &params).await?
        }
    };
    rows.first().map(read).transpose()
}

pub(super) async fn list(tx: &mut dyn Tx, filter: &Filter) -> Result<Vec<Transaction>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {TABLE} WHERE started_at >= ?1 AND started_at < ?2 \
         AND (CAST(?3 AS TEXT) IS NULL OR consumer = ?3) AND (CAST(?4 AS TEXT) IS NULL OR service = ?4) \
         AND (CAST(?5 AS TEXT) IS NULL OR id = ?5) AND (CAST(?6 AS TEXT) IS NULL OR state = ?6) \
         ORDER BY started_at DESC, consumer, id LIMIT ?7 OFFSET ?8"
    );
    let text = |text: Option<&str>| text.map_or(Value::Null, |text| text.to_owned().into());
    let params = [
        filter.from.map_or(i64::MIN, Timestamp::as_millis).into(),
        filter.to.map_or(i64::MAX, Timestamp::as_millis).into(),
        text(filter.consumer.as_ref().map(PartyId::as_str)),
        text(filter.service.as_ref().map(ServiceId::as_str)),
        text(filter.id.as_ref().map(TransactionId::as_str)),
        text(filter.state.as_deref()),
        filter.limit.into(),
        filter.offset.into(),
    ];
    tx.query(&sql, &params).await?.iter().map(read).collect()
}

/// State, end, the provider's status, what it said, and whether the call was lost.
fn state(state: &State) -> [Value<'_>; 5] {
    let name = Value::from(state.name());
    fn text(text: &Option<String>) -> Value<'_> {
        text.as_ref().map_or(Value::Null, Value::from)
    }
    match state {
        State::Pending | State::NotExecuted => [name, Value::Null, Value::Null, Value::Null, false.into()],
        State::Ended { at, end } => match end {
            End::Answered { status, result } => {
                let status = status.map_or(Value::Null, Value::from);
                [name, (*at).into(), status, text(result), false.into()]
            }
            End::Refused { status, body } => [name, (*at).into(), (*status).into(), text(body), false.into()],
            End::Lost => [name, (*at).into(), Value::Null, Value::Null, true.into()],
            End::TimedOut => [name, (*at).into(), Value::Null, Value::Null, false.into()],
        },
    }
}

fn read(row: &Row) -> Result<Transaction, StoreError> {
    let row = row.of(TABLE);
    let form = row.text("form")?;
    let form = Form::ALL.into_iter().find(|known| known.name() == form);
    Ok(Transaction {
        id: row.parse("id")?,
        consumer: row.parse("consumer")?,
        service: row.parse("service")?,
        provider: row.parse("provider")?,
        priority: row.parse("priority")?,
        key: row.optional_text("idempotency_key")?.map(str::to_owned),
        content: digest(row, "content")?,
        signature: digest(row, "signature")?,
        form: form.ok_or_else(|| row.corrupt("form is none"))?,
        request_bytes: row.number("request_bytes")?,
        started_at: row.timestamp("started_at")?,
        ends_by: row.timestamp("ends_by")?,
        state: read_state(row)?,
        attempts: row.number("attempts")?,
        executions: row.number("executions")?,
    })
}

fn read_state(row: Fields<'_>) -> Result<State, StoreError> {
    let result = row.optional_text("result")?.map(str::to_owned);
    let end = match row.text("state")? {
        "pending" => return Ok(State::Pending),
        "not_executed" => return Ok(State::NotExecuted),
        "success" => End::Answered {
            status: row.optional_number("provider_status")?,
            result,
        },
        "failed" => End::Refused {
            status: row.number("provider_status")?,
            body: result,
        },
        "unknown" if row.boolean("is_lost")? => End::Lost,
        "unknown" => End::TimedOut,
        other => return Err(row.corrupt(format!("{other:?} is no state"))),
    };
    let at = row.timestamp("ended_at")?;
    Ok(State::Ended { at, end })
}

fn digest(row: Fields<'_>, column: &str) -> Result<[u8; 32], StoreError> {
    let bytes = row.bytes(column)?;
    bytes
        .try_into()
        .map_err(|_| row.corrupt(format!("{column} is not 32 bytes")))
}
