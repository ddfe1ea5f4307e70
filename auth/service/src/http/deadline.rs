//! An end for every request. Never lets a slow body or a stuck store hold a connection for ever.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::refused::Refused;

/// From the request's head to the answer's head. Longer than the store's deadline for a write, and shorter than a client
/// waits (the portal: 12 s): who gives up first must not be the one who gets a token.
const REQUEST_DEADLINE: Duration = Duration::from_secs(10);

/// The same for routes that wait on purpose: their longest wait of 30 s, and the store's time around it. A stream's
/// events come after its head, and count no more.
const WAITING_DEADLINE: Duration = Duration::from_secs(40);

/// Middleware: 503 `timeout` after [`REQUEST_DEADLINE`].
pub(super) async fn limit_time(request: Request, next: Next) -> Response {
    limited(REQUEST_DEADLINE, next.run(request)).await
}

/// Middleware: 503 `timeout` after [`WAITING_DEADLINE`].
pub(super) async fn limit_wait(request: Request, next: Next) -> Response {
    limited(WAITING_DEADLINE, next.run(request)).await
}

async fn limited(deadline: Duration, answer: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(deadline, answer).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!("request timed out");
            Refused::for_now("timeout", "the request took too long").into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn what_never_answers_is_ended() {
        let response = limited(Duration::from_millis(1), std::future::pending()).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
