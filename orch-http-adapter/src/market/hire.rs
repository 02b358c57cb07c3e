//! `/hire`: one task of one agent, without a plan. A job is a run of one step.

mod callback;
mod job;
mod request;

use axum::{Json, extract::State, http::HeaderMap};
use orch::{Caller, planner::StartOptions};

use super::{
    Market,
    error::ApiError,
    extract::{Asker, Id, Members, idempotency_key},
    orchestrate::last_seen,
    public_id,
    wait::{Preference, Waited},
};
use job::Job;
use request::{KIND, Request};

/// Hires an agent, and answers with the job as far as the request waits for it.
pub(super) async fn hire(
    State(market): State<Market>,
    Asker(caller): Asker,
    headers: HeaderMap,
    members: Members,
) -> Result<Json<Job>, ApiError> {
    let request = Request::read(&members, market.0.options.private_callbacks)?;
    let id = public_id::generate("job_", &**market.orchestrator().entropy());
    let options = StartOptions {
        key: idempotency_key(&headers)?,
        handle: Some(request.handle(id.clone())),
        ..StartOptions::default()
    };
    let service = market.orchestrator().orchestrations();
    let started = service.hire(&caller, request.hire, options).await?;
    let timeout = orch::GoalLimits::default().timeout;
    let waited = market
        .wait(&caller, started.run, timeout, Preference::of(&headers))
        .await?;
    let (Waited::Ended(run) | Waited::Processing(run) | Waited::Overdue(run)) = waited;
    let id = match started.is_new {
        true => id,
        false => name_of(&market, &caller, &run).await?,
    };
    let last_seen = last_seen(&market, &caller, &run).await?;
    match ApiError::of_run(&run, last_seen) {
        // Nobody was there to be hired.
        Some(error) if error.is_unavailable() => Err(error.about(&job::request_id(&id))),
        _ => Ok(Json(Job::new(id, &run, last_seen, market.now()))),
    }
}

/// One job, as it stands.
pub(super) async fn find(
    State(market): State<Market>,
    Asker(caller): Asker,
    Id(id): Id,
) -> Result<Json<Job>, ApiError> {
    let service = market.orchestrator().orchestrations();
    let record = service.find_handle(&caller, &id).await?;
    let own = record.filter(|record| record.handle.as_ref().is_some_and(|handle| handle.kind == KIND));
    let record = own.ok_or_else(|| ApiError::not_found("job"))?;
    let run = service.find(&caller, record.id).await?;
    let last_seen = last_seen(&market, &caller, &run).await?;
    Ok(Json(Job::new(id, &run, last_seen, market.now())))
}

/// The name that was given out for a run.
async fn name_of(market: &Market, caller: &Caller, run: &orch::Orchestration) -> Result<String, ApiError> {
    let handle = market
        .orchestrator()
        .orchestrations()
        .handle(caller, run.id())
        .await?;
    Ok(handle.map_or_else(
        || public_id::derived("job_", run.id().uuid().as_u128()),
        |handle| handle.name,
    ))
}
