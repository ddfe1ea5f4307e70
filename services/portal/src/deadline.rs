//! One deadline for every request: slow bodies, slow keys, a slow auth service.
//! Never ends a request without an answer: the caller gets a problem document.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tokio::time::timeout;

use crate::fault::Fault;

/// Middleware: [`Fault::TooSlow`] when the answer does not begin within `span`.
pub async fn limit(State(span): State<Duration>, request: Request, next: Next) -> Result<Response, Fault> {
    timeout(span, next.run(request)).await.map_err(|_| Fault::TooSlow)
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::StatusCode, middleware::from_fn_with_state, routing::get};
    use tower::ServiceExt;

    use super::*;

    async fn status(path: &str) -> StatusCode {
        let router = Router::new()
            .route("/quick", get(async || "here"))
            .route("/never", get(std::future::pending::<&'static str>))
            .layer(from_fn_with_state(Duration::from_millis(20), limit));
        let request = Request::get(path).body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn what_never_ends_is_answered() {
        assert_eq!(status("/quick").await, StatusCode::OK);
        assert_eq!(status("/never").await, StatusCode::GATEWAY_TIMEOUT);
    }
}
