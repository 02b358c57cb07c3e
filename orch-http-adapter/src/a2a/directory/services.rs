use axum::{
    extract::{Path, State},
    http::{Uri, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use super::super::{A2a, error::ApiError, query::Query};

/// A record as it was registered, its numbers as they were written.
pub(super) fn written(document: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], document).into_response()
}

/// A service.
pub(in crate::a2a) async fn find(
    State(a2a): State<A2a>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let known = id.parse().map_err(|_| ApiError::service_not_found(&id))?;
    let record = a2a.orchestrator().directory().record(&known).await?;
    Ok(written(record.document))
}

/// The services of a type, or of all.
pub(in crate::a2a) async fn search(State(a2a): State<A2a>, uri: Uri) -> Result<Response, ApiError> {
    let query = Query::of(&uri);
    let records = a2a
        .orchestrator()
        .directory()
        .services(query.text("service_type"))
        .await?;
    let documents: Vec<String> = records.into_iter().map(|record| record.document).collect();
    Ok(written(format!("[{}]", documents.join(","))))
}
