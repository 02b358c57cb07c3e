//! `/orchestrate`: goals that become runs.

mod body;
mod planned;
mod request;

use axum::{
    Extension,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use orch::{Caller, Orchestration, OrchestrationError, PageRequest};
use serde::Serialize;

pub use body::answer;
pub(super) use body::{Answered, last_seen};

use super::{
    Market,
    agents::{Pagination, page},
    arrival::RequestId,
    error::ApiError,
    extract::{Asker, Id, Members, Query, idempotency_key},
    wait::{Preference, Waited},
};
use axum::Json;
use request::{KIND, Request, is_intermediate};

/// Plans a goal, starts it, and answers with what came of it as far as the request waits.
pub(super) async fn start(
    State(market): State<Market>,
    Asker(caller): Asker,
    Extension(RequestId(id)): Extension<RequestId>,
    headers: HeaderMap,
    members: Members,
) -> Result<Response, ApiError> {
    let request = Request::read(&members)?;
    let service = market.orchestrator().orchestrations();
    if request.dry_run {
        let preview = service.plan(&caller, &request.goal).await?;
        let planned = planned::planned(&market, &caller, id, &request.goal.text, &preview).await?;
        return Ok(Json(planned).into_response());
    }
    let (timeout, key) = (request.goal.limits.timeout, idempotency_key(&headers)?);
    let handle = request.handle(&id);
    let started = service.start_as(&caller, request.goal, key, Some(handle)).await?;
    let waited = market
        .wait(&caller, started.run, timeout, Preference::of(&headers))
        .await?;
    let answered = market.answered(&caller, waited).await?;
    Ok(Json(answered).into_response())
}

/// One orchestration, as it stands.
pub(super) async fn find(
    State(market): State<Market>,
    Asker(caller): Asker,
    Id(id): Id,
) -> Result<Json<Answered>, ApiError> {
    let run = market.orchestration(&caller, &id).await?;
    Ok(Json(market.answer(&caller, &run).await?))
}

/// Asks an orchestration to stop, and answers with how it ended.
pub(super) async fn cancel(
    State(market): State<Market>,
    Asker(caller): Asker,
    Id(id): Id,
) -> Result<Json<Answered>, ApiError> {
    let run = market.orchestration(&caller, &id).await?;
    let service = market.orchestrator().orchestrations();
    service.cancel(&caller, run.id()).await?;
    let wait = market.0.options.sync_wait;
    let run = match market
        .wait(&caller, run.id(), wait, Preference::default())
        .await?
    {
        Waited::Ended(run) | Waited::Processing(run) | Waited::Overdue(run) => run,
    };
    Ok(Json(market.answer(&caller, &run).await?))
}

#[derive(Debug, Serialize)]
pub(super) struct List {
    orchestrations: Vec<Answered>,
    pagination: Pagination,
}

/// The caller's own orchestrations, the newest first.
pub(super) async fn list(
    State(market): State<Market>,
    Asker(caller): Asker,
    query: Query,
) -> Result<Json<List>, ApiError> {
    let page: PageRequest = page(&query)?;
    let service = market.orchestrator().orchestrations();
    let found = service.list_kind(&caller, KIND, page).await?;
    let mut orchestrations = Vec::with_capacity(found.items.len());
    for record in &found.items {
        let run = service.find(&caller, record.id).await?;
        orchestrations.push(market.answer(&caller, &run).await?);
    }
    Ok(Json(List {
        pagination: Pagination::new(page, orchestrations.len(), found.total),
        orchestrations,
    }))
}

impl Market {
    /// The caller's own orchestration of that id.
    async fn orchestration(&self, caller: &Caller, id: &str) -> Result<Orchestration, ApiError> {
        let service = self.orchestrator().orchestrations();
        let record = service.find_handle(caller, id).await?;
        let own = record.filter(|record| record.handle.as_ref().is_some_and(|handle| handle.kind == KIND));
        let record = own.ok_or_else(|| ApiError::not_found("orchestration"))?;
        Ok(service.find(caller, record.id).await?)
    }

    /// What a caller who waited is told: a run that failed before it did anything is a failed request.
    async fn answered(&self, caller: &Caller, waited: Waited) -> Result<Answered, ApiError> {
        let (Waited::Ended(run) | Waited::Processing(run) | Waited::Overdue(run)) = &waited;
        let answer = self.answer(caller, run).await?;
        if matches!(waited, Waited::Overdue(_)) {
            return Err(ApiError::timeout(run.timeout()).about(&answer.request_id));
        }
        match ApiError::of_run(run, last_seen(self, caller, run).await?) {
            Some(error) if answer.steps_executed.is_empty() || error.is_timeout() => {
                Err(error.about(&answer.request_id))
            }
            _ => Ok(answer),
        }
    }

    async fn answer(&self, caller: &Caller, run: &Orchestration) -> Result<Answered, OrchestrationError> {
        let service = self.orchestrator().orchestrations();
        let handle = service.handle(caller, run.id()).await?;
        let with_values = handle.as_ref().is_some_and(is_intermediate);
        let id = handle.map(|handle| handle.name);
        body::written(self.orchestrator(), caller, run, id, with_values).await
    }
}
