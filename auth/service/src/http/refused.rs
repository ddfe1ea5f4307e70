//! Why a request is refused, until it becomes a problem document (RFC 9457). Handlers say what and why; the outermost
//! layer, [`super::request_id`], adds which request. Never carries a cause: that goes to the operator's log.

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use witgate_keyring::resource_server::Problem;

use crate::grants::GrantError;

/// A refusal on its way out. As a response it has a status and no body; it travels in the extensions.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    status: StatusCode,
    code: &'static str,
    detail: String,
    retry_after_seconds: Option<u32>,
    challenge: Option<HeaderValue>,
}

impl Refused {
    /// A refusal with a stable `code` for programs and a `detail` for people.
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Refused {
        Refused { status, code, detail: detail.into(), retry_after_seconds: None, challenge: None }
    }

    /// 503 with `Retry-After`.
    pub(super) fn for_now(code: &'static str, detail: impl Into<String>) -> Refused {
        let seconds = 1;
        Refused { retry_after_seconds: Some(seconds), ..Refused::new(StatusCode::SERVICE_UNAVAILABLE, code, detail) }
    }

    /// Says how to authenticate (`WWW-Authenticate`).
    pub(super) fn challenge(self, challenge: HeaderValue) -> Refused {
        Refused { challenge: Some(challenge), ..self }
    }

    /// The answer: a problem document that names the request whose headers these are.
    pub(super) fn document(self, request: &HeaderMap) -> Response {
        let mut response = Problem::new(self.status, self.code, self.detail).for_request(request).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(challenge) = self.challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<GrantError> for Refused {
    fn from(error: GrantError) -> Self {
        let (status, code) = match &error {
            GrantError::InvalidCredentials => (StatusCode::UNAUTHORIZED, "invalid_credentials"),
            GrantError::InvalidGrant => (StatusCode::UNAUTHORIZED, "invalid_grant"),
            GrantError::PasswordTooLong => (StatusCode::BAD_REQUEST, "invalid_request"),
            GrantError::PasswordRefused(_) => (StatusCode::BAD_REQUEST, "password_refused"),
            GrantError::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client"),
            GrantError::UnauthorizedClient => (StatusCode::BAD_REQUEST, "unauthorized_client"),
            GrantError::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope"),
            GrantError::InvalidTarget => (StatusCode::BAD_REQUEST, "invalid_target"),
            GrantError::SecondFactorNeeded => (StatusCode::UNAUTHORIZED, "second_factor_needed"),
            GrantError::SecondFactorWrong => (StatusCode::UNAUTHORIZED, "second_factor_wrong"),
            GrantError::SecondFactorExists => (StatusCode::CONFLICT, "second_factor_exists"),
            GrantError::NoSecondFactor => (StatusCode::NOT_FOUND, "no_second_factor"),
            GrantError::NoSuchSession => (StatusCode::NOT_FOUND, "not_found"),
            GrantError::Locked { seconds } => {
                let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", error.to_string());
                return Refused { retry_after_seconds: Some(*seconds), ..refused };
            }
            GrantError::Busy => return Refused::for_now("busy", error.to_string()),
            GrantError::Broken(cause) => {
                tracing::error!(cause, "request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "internal_error")
            }
        };
        let detail = if code == "internal_error" { "the service could not do this".into() } else { error.to_string() };
        Refused::new(status, code, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_cause_stays_inside() {
        let refused = Refused::from(GrantError::Broken("disk /dev/sda1 is full".into()));
        let response = refused.document(&HeaderMap::new());
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("sda1"));
    }

    #[test]
    fn busy_says_when_to_come_back() {
        let response = Refused::from(GrantError::Busy).document(&HeaderMap::new());
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "1");
    }
}
