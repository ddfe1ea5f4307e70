//! Errors of the OAuth endpoints, as RFC 6749 section 5.2 has them: JSON with `error` and `error_description`. Never
//! carries a cause or a part of the request.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::client_auth::{CHALLENGE, ClientRefused};
use crate::grants::GrantError;

/// A refusal with its code.
#[derive(Debug)]
pub(super) struct OauthError {
    status: StatusCode,
    error: &'static str,
    description: String,
}

impl OauthError {
    /// The request lacks something, or has it twice.
    pub(super) fn invalid_request(description: &str) -> OauthError {
        OauthError { status: StatusCode::BAD_REQUEST, error: "invalid_request", description: description.to_owned() }
    }
}

impl From<ClientRefused> for OauthError {
    fn from(refused: ClientRefused) -> OauthError {
        let (status, error, description) = match refused {
            ClientRefused::Invalid => {
                (StatusCode::UNAUTHORIZED, "invalid_client", "the client could not be authenticated".to_owned())
            }
            ClientRefused::Scope(scope) => {
                (StatusCode::FORBIDDEN, "insufficient_scope", format!("the client needs the scope {scope}"))
            }
            ClientRefused::Failed(cause) => return cause.into(),
        };
        OauthError { status, error, description }
    }
}

impl From<GrantError> for OauthError {
    fn from(cause: GrantError) -> OauthError {
        let (status, error) = match cause {
            GrantError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
            other => {
                tracing::error!(cause = %other, "request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "server_error")
            }
        };
        OauthError { status, error, description: "the service could not do this".to_owned() }
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = (self.status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response();
        match self.status {
            StatusCode::UNAUTHORIZED => drop(response.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE)),
            StatusCode::SERVICE_UNAVAILABLE => {
                drop(response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1")));
            }
            _ => {}
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_cause_stays_inside() {
        let response = OauthError::from(GrantError::Broken("disk /dev/sda1 is full".into())).into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("sda1"));
    }
}
