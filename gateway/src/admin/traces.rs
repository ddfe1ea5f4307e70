//! `GET /traces` and `GET /traces/{id}`: the live requests that operators had explained.
//!
//! Never shows a credential: none was recorded.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Admin;
use crate::explain::traces::Kept;

/// The traces that are kept, the oldest first, without their documents.
pub(super) async fn list(State(admin): State<Admin>) -> Json<Vec<Kept>> {
    Json(admin.traces.list().iter().map(|one| Kept { document: String::new(), ..Kept::clone(one) }).collect())
}

/// One document.
pub(super) async fn one(State(admin): State<Admin>, Path(id): Path<String>) -> Response {
    match admin.traces.find(&id) {
        Some(kept) => ([(header::CONTENT_TYPE, "application/json")], kept.document.clone()).into_response(),
        None => (StatusCode::NOT_FOUND, "no trace of this request\n").into_response(),
    }
}
