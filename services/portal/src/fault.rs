//! Everything the portal refuses or fails at, and the one place that makes problem documents of it.
//! Never carries a cause to the caller: causes are logged where they happen, the caller gets a stable code.

use axum::{
    extract::Request,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use witgate_keyring::resource_server::Problem;

/// Seconds after which a caller may try again when the auth service is down.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// Why a request gets no success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The refresh token is spent, expired or revoked.
    SessionExpired,
    /// The auth service asks to slow down.
    TooManyAttempts {
        /// The auth service's Retry-After.
        retry_after: Option<HeaderValue>,
    },
    /// The auth service does not answer, or answers with a fault of its own.
    AuthUnavailable,
    /// The auth service answers something that is not in the contract.
    AuthUnexpected,
    /// The browser has more cookies of the session's name than are ended at once.
    TooManyCookies,
    /// The request does not come from the portal's own page.
    CrossOrigin {
        /// The origin to use, when it is configured.
        public: Option<String>,
    },
    /// The body is not declared as JSON.
    NotJson,
    /// The request does not say at which address the portal is.
    NoAddress,
    /// The system gives no randomness.
    NoRandomness,
    /// The request did not come to an end in time.
    TooSlow,
    /// No such path.
    NotFound,
    /// The path does not take this method.
    MethodNotAllowed,
}

impl Fault {
    /// The stable code in the problem document.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::SessionExpired => "session_expired",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::AuthUnavailable => "auth_unavailable",
            Self::AuthUnexpected => "auth_unexpected",
            Self::TooManyCookies => "too_many_cookies",
            Self::CrossOrigin { .. } => "cross_origin",
            Self::NotJson => "not_json",
            Self::NoAddress => "no_host",
            Self::NoRandomness => "internal_error",
            Self::TooSlow => "request_timeout",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::SessionExpired => StatusCode::UNAUTHORIZED,
            Self::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::AuthUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::AuthUnexpected => StatusCode::BAD_GATEWAY,
            Self::CrossOrigin { .. } => StatusCode::FORBIDDEN,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyCookies | Self::NoAddress => StatusCode::BAD_REQUEST,
            Self::NoRandomness => StatusCode::INTERNAL_SERVER_ERROR,
            // Not 408, which says that the client was slow, and lets it send the request again by itself (RFC 9110 15.5.9).
            Self::TooSlow => StatusCode::GATEWAY_TIMEOUT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    fn detail(&self) -> String {
        let text = match self {
            Self::SessionExpired => "The session has ended: sign in again.",
            Self::TooManyAttempts { .. } => "Too many attempts: wait a little, then try again.",
            Self::AuthUnavailable => "The auth service does not answer: try again in a few seconds.",
            Self::AuthUnexpected => "The auth service gave an answer that the portal does not understand.",
            Self::TooManyCookies => {
                "The browser has too many cookies of the session's name, so one may go on: remove this site's cookies."
            }
            Self::CrossOrigin { public: Some(public) } => {
                return format!("Only the portal's own page may send this request: open {public}/");
            }
            Self::CrossOrigin { public: None } => "Only the portal's own page may send this request.",
            Self::NotJson => "Send the body as Content-Type: application/json.",
            Self::NoAddress => "The Host of the request is not an address that browsers could be sent back to.",
            Self::NoRandomness => "The portal has a fault of its own: try again.",
            Self::TooSlow => "The request took too long: try again.",
            Self::NotFound => "There is nothing at this path.",
            Self::MethodNotAllowed => "This path does not take this method.",
        };
        text.to_owned()
    }

    fn retry_after(&self) -> Option<HeaderValue> {
        match self {
            Self::TooManyAttempts { retry_after } => retry_after.clone(),
            Self::AuthUnavailable => Some(RETRY_SECONDS),
            _ => None,
        }
    }
}

/// Only marks the answer: [`answer`] makes the document, because it knows the request id.
impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Middleware: makes the problem document of every fault, and keeps the headers that came with it.
pub async fn answer(request: Request, next: Next) -> Response {
    let asked = request.headers().clone();
    let mut response = next.run(request).await;
    let Some(fault) = response.extensions_mut().remove::<Fault>() else { return response };
    let problem = Problem::new(fault.status(), fault.code(), fault.detail()).for_request(&asked);
    let mut answer = problem.into_response();
    if let Some(value) = fault.retry_after() {
        answer.headers_mut().insert(RETRY_AFTER, value);
    }
    // The empty body's own headers go, Set-Cookie and the like stay.
    let kept = response.headers().iter().filter(|(name, _)| !matches!(**name, CONTENT_TYPE | CONTENT_LENGTH));
    for (name, value) in kept {
        answer.headers_mut().append(name, value.clone());
    }
    answer
}
