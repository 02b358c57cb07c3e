use std::time::Duration;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, Uri},
};
use orch::approvals::{Filter, Party};
use serde::Serialize;

use super::{
    super::{A2a, error::ApiError, query::Query},
    record::Record,
};

/// The longest that an answer waits for a decision.
const MAX_WAIT_SECONDS: u64 = 25;

#[derive(Debug, Serialize)]
pub(in crate::a2a) struct Records {
    approvals: Vec<Record>,
    count: usize,
    next_cursor: Option<String>,
}

/// `GET .../approvals/{id}?wait_seconds=N`
pub(in crate::a2a) async fn find(
    State(a2a): State<A2a>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Record>, ApiError> {
    let admission = a2a.admit_reader(&headers, &id).await?;
    let seconds: u64 = Query::of(&uri).parse("wait_seconds")?.unwrap_or(0);
    if seconds > MAX_WAIT_SECONDS {
        return Err(ApiError::invalid("Invalid wait_seconds"));
    }
    let owner = A2a::approvals_owner()?;
    let approval = a2a.approval(&id, &owner).await?;
    a2a.check_access(&admission, &approval)?;
    let until = a2a.now() + Duration::from_secs(seconds);
    let approval = a2a
        .orchestrator()
        .approvals()
        .wait(&owner, &approval.id, until)
        .await?;
    Ok(Json(Record::of(&approval, a2a.now())?))
}

/// `GET .../approvals?status=…&agent_id=…&limit=…&cursor=…`
pub(in crate::a2a) async fn list(
    State(a2a): State<A2a>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Records>, ApiError> {
    a2a.admit(&headers).await?;
    let query = Query::of(&uri);
    let requester = query.text("agent_id").map(Party::agent);
    let filter = Filter {
        seen_by: None,
        requester: requester
            .transpose()
            .map_err(|_| ApiError::invalid("Invalid agent_id"))?,
        status: query.parse("status")?,
    };
    let (limit, after) = (query.limit(50, 200)?, query.parse("cursor")?);
    let owner = A2a::approvals_owner()?;
    let listed = a2a
        .orchestrator()
        .approvals()
        .list(&owner, filter, limit, after)
        .await?;
    let now = a2a.now();
    let approvals = listed.approvals.iter().map(|approval| Record::of(approval, now));
    let approvals: Vec<Record> = approvals.collect::<Result<_, _>>()?;
    Ok(Json(Records {
        count: approvals.len(),
        next_cursor: listed.next.map(|cursor| cursor.to_string()),
        approvals,
    }))
}
