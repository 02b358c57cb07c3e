//! `GET /v1/transactions`: the books.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, Uri},
};
use orch::a2a::{
    Transaction,
    transaction::{End, State as TransactionState},
};
use orch_a2a::store::Filter;
use serde::Serialize;
use serde_json::Value;

use super::{
    A2a,
    error::{ApiError, status_of},
    moment,
    query::Query,
};

/// A row of the books.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    transaction_id: String,
    consumer_agent_id: String,
    service_id: String,
    provider_agent_id: String,
    priority: &'static str,
    idempotency_key: Option<String>,
    status: &'static str,
    http_status: Option<u16>,
    provider_status: Option<u16>,
    timestamp: String,
    completed_at: Option<String>,
    duration_ms: Option<u64>,
    attempts: u32,
    executions: u32,
    request_bytes: u64,
    response_bytes: Option<usize>,
    canonical_form: &'static str,
    result: Option<Value>,
}

/// A page of the books.
#[derive(Debug, Serialize)]
pub(super) struct Rows {
    transactions: Vec<Row>,
    count: usize,
    next_cursor: Option<String>,
}

impl From<&Transaction> for Row {
    fn from(transaction: &Transaction) -> Self {
        let (completed_at, provider_status, text) = match &transaction.state {
            TransactionState::Ended { at, end } => match end {
                End::Answered { status, result } => (Some(*at), *status, result.as_deref()),
                End::Refused { status, body } => (Some(*at), Some(*status), body.as_deref()),
                End::Lost | End::TimedOut => (Some(*at), None, None),
            },
            TransactionState::Pending | TransactionState::NotExecuted => (None, None, None),
        };
        let took = transaction.took().map(|took| took.as_millis());
        Self {
            transaction_id: transaction.id.to_string(),
            consumer_agent_id: transaction.consumer.to_string(),
            service_id: transaction.service.to_string(),
            provider_agent_id: transaction.provider.to_string(),
            priority: transaction.priority.name(),
            idempotency_key: transaction.key.clone(),
            status: transaction.state.name(),
            http_status: status_of(&transaction.state),
            provider_status,
            timestamp: moment::text(transaction.started_at),
            completed_at: completed_at.map(moment::text),
            duration_ms: took.and_then(|took| u64::try_from(took).ok()),
            attempts: transaction.attempts,
            executions: transaction.executions,
            request_bytes: transaction.request_bytes,
            response_bytes: text.map(str::len),
            canonical_form: transaction.form.name(),
            result: text.and_then(|text| serde_json::from_str(text).ok()),
        }
    }
}

fn filter(query: &Query) -> Result<Filter, ApiError> {
    let moment = |name: &str| {
        let read = |text| moment::read(text).ok_or_else(|| ApiError::invalid(format!("Invalid {name}")));
        query.text(name).map(read).transpose()
    };
    Ok(Filter {
        consumer: query.parse("consumer_agent_id")?,
        service: query.parse("service_id")?,
        id: None,
        state: query.text("status").map(str::to_owned),
        from: moment("from")?,
        to: moment("to")?,
        offset: query.parse("cursor")?.unwrap_or(0),
        limit: query.limit(50, 200)?,
    })
}

/// The transactions, the latest first.
pub(super) async fn list(
    State(a2a): State<A2a>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Rows>, ApiError> {
    a2a.admit(&headers).await?;
    let filter = filter(&Query::of(&uri))?;
    let listed = a2a
        .transactions()
        .list(&filter)
        .await
        .map_err(|error| ApiError::failed(&error))?;
    let transactions: Vec<Row> = listed.iter().map(Row::from).collect();
    let is_full = transactions.len() >= filter.limit as usize;
    let next = filter.offset.saturating_add(filter.limit);
    Ok(Json(Rows {
        count: transactions.len(),
        next_cursor: is_full.then(|| next.to_string()),
        transactions,
    }))
}

/// One transaction; that of `consumer_agent_id` where several consumers have one of that id.
pub(super) async fn find(
    State(a2a): State<A2a>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Row>, ApiError> {
    a2a.admit(&headers).await?;
    let id = id.parse().map_err(|_| ApiError::unknown_path())?;
    let filter = Filter {
        id: Some(id),
        limit: 1,
        ..filter(&Query::of(&uri))?
    };
    let found = a2a
        .transactions()
        .list(&filter)
        .await
        .map_err(|error| ApiError::failed(&error))?;
    found
        .first()
        .map(|found| Json(Row::from(found)))
        .ok_or_else(ApiError::unknown_path)
}
