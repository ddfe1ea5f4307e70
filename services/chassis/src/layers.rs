//! What stands around the handlers of a service: the size of bodies, the answers for what is not there, the finish.
//! Never lets an answer past the finishing layer: it is the outermost.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;

use crate::answer;
use crate::body::MAX_BODY_BYTES;

/// All paths of a service, with the layers and fallbacks that each service has.
pub fn around<S: Clone + Send + Sync + 'static>(paths: Router<S>) -> Router<S> {
    paths
        .fallback(answer::no_such_path)
        .method_not_allowed_fallback(answer::no_such_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(answer::finish))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{HeaderMap, Request, StatusCode};
    use axum::routing::{get, post};
    use serde_json::Value;
    use tower::ServiceExt;
    use witgate_keyring::resource_server::Problem;

    use super::*;
    use crate::body::JsonBody;

    /// Most bytes of an answer here.
    const MAX_ANSWER_BYTES: usize = 64 * 1024;

    fn router() -> Router {
        let fails = |status: StatusCode| get(async move || Problem::new(status, "a_code", "a sentence"));
        around(
            Router::new()
                .route("/refused", fails(StatusCode::UNAUTHORIZED))
                .route("/busy", fails(StatusCode::SERVICE_UNAVAILABLE))
                .route("/challenge", get(async || (StatusCode::UNAUTHORIZED, [("www-authenticate", "Own")])))
                .route("/body", post(async |JsonBody(_): JsonBody<Value>| "read")),
        )
    }

    async fn ask(method: &str, path: &str, body: Vec<u8>) -> (StatusCode, HeaderMap, Value) {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("x-request-id", "req-7").header("content-type", "application/json");
        let answer = router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = to_bytes(body, MAX_ANSWER_BYTES).await.unwrap();
        (head.status, head.headers, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test]
    async fn every_error_is_a_problem_with_the_request_id() {
        let too_large = vec![b' '; MAX_BODY_BYTES + 1];
        for (method, path, body, status, code) in [
            ("GET", "/nothing", Vec::new(), 404, "not_found"),
            ("PATCH", "/busy", Vec::new(), 405, "method_not_allowed"),
            ("GET", "/busy", Vec::new(), 503, "a_code"),
            ("POST", "/body", too_large, 413, "body_too_large"),
            ("POST", "/body", b"{".to_vec(), 400, "invalid_body"),
        ] {
            let (found, headers, problem) = ask(method, path, body).await;
            assert_eq!((found.as_u16(), problem["code"].as_str()), (status, Some(code)), "{method} {path}");
            assert_eq!(problem["request_id"], "req-7", "{method} {path}");
            assert_eq!(headers["content-type"], "application/problem+json", "{method} {path}");
        }
        let (status, ..) = ask("POST", "/body", b"{}".to_vec()).await;
        assert_eq!(status, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_503_says_when_to_come_back_and_a_401_has_a_challenge() {
        let (_, busy, _) = ask("GET", "/busy", Vec::new()).await;
        assert_eq!(busy["retry-after"], "2");
        let (_, refused, _) = ask("GET", "/refused", Vec::new()).await;
        assert_eq!(refused["www-authenticate"], r#"Bearer error="invalid_token""#);
        let (_, own, _) = ask("GET", "/challenge", Vec::new()).await;
        assert_eq!(own["www-authenticate"], "Own", "a handler's own challenge stays");
    }
}
