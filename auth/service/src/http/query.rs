//! The query of a request, read strictly. Never repeats a value in an error.

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::refused::Refused;

/// The query as `T`.
pub(super) struct QueryOf<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(query)| QueryOf(query)).map_err(|_| {
            let detail = "the query has an unknown, repeated or wrongly typed parameter: /openapi.json has all";
            Refused::new(StatusCode::BAD_REQUEST, "invalid_request", detail)
        })
    }
}
