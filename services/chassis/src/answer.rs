//! How every answer leaves: errors as problem documents with the request id, and one log line per request.
//! Never shows the caller an operator's cause, and never logs a token, a body or a query.

use std::time::Instant;

use axum::extract::Request;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use witgate_keyring::resource_server::{Problem, request_id};

/// After how many seconds a caller may try again when a service could not do its work.
const RETRY_AFTER_SECONDS: u64 = 2;

/// The challenge of a 401 that brings none of its own, such as another service's refusal of a token that was good here.
const CHALLENGE: &str = r#"Bearer error="invalid_token""#;

/// The outermost layer: finishes problems and writes the request's log line.
pub async fn finish(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let headers = request.headers().clone();
    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<Problem>();
    let code = problem.as_ref().map_or("", Problem::code);
    tracing::info!(
        %method,
        path,
        status = response.status().as_u16(),
        code,
        request_id = request_id(&headers).unwrap_or_default(),
        micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    if let Some(problem) = problem {
        response = problem.for_request(&headers).into_response();
    }
    complete(&mut response);
    response
}

/// What RFC 9110 wants of a status and a handler need not know: 503 says when to come back, 401 how to get in.
fn complete(response: &mut Response) {
    match response.status() {
        StatusCode::SERVICE_UNAVAILABLE => {
            response.headers_mut().entry(RETRY_AFTER).or_insert(HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        StatusCode::UNAUTHORIZED => {
            response.headers_mut().entry(WWW_AUTHENTICATE).or_insert(HeaderValue::from_static(CHALLENGE));
        }
        _ => {}
    }
}

/// 404 with the stable code `not_found`.
pub fn not_found(detail: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
}

/// The answer for a path that nobody serves.
pub async fn no_such_path() -> Problem {
    not_found("there is nothing at this path")
}

/// The answer for a method that the path does not have.
pub async fn no_such_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path does not have this method")
}
