//! A JSON request body, read strictly. Never repeats anything of the body in an error: it may hold a password.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::content_type::has_content_type;
use super::refused::Refused;

const JSON: &str = "application/json";

/// The body as `T`.
pub(super) struct JsonBody<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        if !has_content_type(request.headers(), JSON) {
            return Err(Refused::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "send the body as Content-Type: application/json",
            ));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|refused| unreadable(refused.status()))?;
        serde_json::from_slice(&bytes).map(JsonBody).map_err(|cause| misformed(&cause))
    }
}

fn unreadable(status: StatusCode) -> Refused {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("the body may have at most {} bytes", super::MAX_BODY_BYTES);
        return Refused::new(status, "body_too_large", detail);
    }
    Refused::new(StatusCode::BAD_REQUEST, "invalid_request", "the body could not be read")
}

fn misformed(cause: &serde_json::Error) -> Refused {
    let (line, column) = (cause.line(), cause.column());
    match cause.classify() {
        Category::Data => Refused::new(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            format!("the JSON has a missing, unknown, repeated or wrongly typed member (line {line}, column {column})"),
        ),
        _ => Refused::new(
            StatusCode::BAD_REQUEST,
            "invalid_json",
            format!("the body is not JSON (line {line}, column {column})"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::CONTENT_TYPE;
    use axum::http::{HeaderMap, HeaderValue};

    #[track_caller]
    fn check(values: &[&'static str], expected: bool) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_TYPE, HeaderValue::from_static(value));
        }
        assert_eq!(has_content_type(&headers, JSON), expected, "{values:?}");
    }

    #[test]
    fn exactly_one_json_content_type() {
        check(&["application/json"], true);
        check(&["Application/JSON; charset=utf-8"], true);
        check(&[], false);
        check(&["text/plain"], false);
        check(&["application/jsonx"], false);
        check(&["application/json", "application/json"], false);
    }
}
