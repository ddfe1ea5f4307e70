//! Errors of the OAuth endpoints, as RFC 6749 section 5.2 has them: JSON with `error` and `error_description`. Never
//! carries a cause or a part of the request.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::client_auth::CHALLENGE;
use crate::grants::GrantError;
use crate::service_scope::ServiceScope;

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

    /// The `grant_type` is none of those that there are.
    pub(super) fn unsupported_grant_type() -> OauthError {
        let description = "grant_type is authorization_code, refresh_token or client_credentials".to_owned();
        OauthError { status: StatusCode::BAD_REQUEST, error: "unsupported_grant_type", description }
    }

    /// More than one `resource` (RFC 8707 section 2).
    pub(super) fn several_resources() -> OauthError {
        let description = "a token is for one resource: ask once for each".to_owned();
        OauthError { status: StatusCode::BAD_REQUEST, error: "invalid_target", description }
    }

    /// The client lacks a scope.
    pub(super) fn insufficient_scope(scope: ServiceScope) -> OauthError {
        let description = format!("the client needs the scope {scope}");
        OauthError { status: StatusCode::FORBIDDEN, error: "insufficient_scope", description }
    }
}

impl From<GrantError> for OauthError {
    fn from(cause: GrantError) -> OauthError {
        let bad = StatusCode::BAD_REQUEST;
        let (status, error) = match &cause {
            GrantError::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client"),
            GrantError::UnauthorizedClient => (bad, "unauthorized_client"),
            GrantError::InvalidGrant => (bad, "invalid_grant"),
            GrantError::InvalidScope => (bad, "invalid_scope"),
            GrantError::InvalidTarget => (bad, "invalid_target"),
            GrantError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
            other => {
                tracing::error!(cause = %other, "request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "server_error")
            }
        };
        let description = match error {
            "temporarily_unavailable" | "server_error" => "the service could not do this".to_owned(),
            "invalid_grant" => "the code or the refresh token does not count".to_owned(),
            _ => cause.to_string(),
        };
        OauthError { status, error, description }
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
