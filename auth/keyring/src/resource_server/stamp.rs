//! A middleware that puts the request's id into every problem document a handler returns.
//!
//! Never touches an answer that is no [`Problem`].

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::problem::{Problem, request_id};

/// For `Router::layer(axum::middleware::from_fn(stamp_request_id))`, as the outermost layer of a service.
pub async fn stamp_request_id(request: Request, next: Next) -> Response {
    let id = request_id(request.headers()).map(str::to_owned);
    let mut response = next.run(request).await;
    match (id, response.extensions_mut().remove::<Problem>()) {
        (Some(id), Some(problem)) => problem.named(id).into_response(),
        _ => response,
    }
}
