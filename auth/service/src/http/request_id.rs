//! Follows a request by its id: the caller's `X-Request-Id` when it is sane, else a new one. The id is in the span of
//! every log line, in the answer's header and in problem documents, which are made here. Never takes an id that could
//! forge a log line.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;
use witgate_keyring::resource_server::request_id;

use super::refused::Refused;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Middleware around everything else.
pub(super) async fn follow(mut request: Request, next: Next) -> Response {
    let id = id_of(request.headers());
    // The audit log names the request by it.
    request.headers_mut().insert(HEADER, id.clone());
    let span = tracing::info_span!(
        "request",
        request_id = id.to_str().unwrap_or_default(),
        method = %request.method(),
        path = request.uri().path()
    );
    let mut response = next.run(request).instrument(span).await;
    if let Some(refused) = response.extensions_mut().remove::<Refused>() {
        response = documented(&response, refused, &id);
    }
    response.headers_mut().insert(HEADER, id);
    response
}

/// The refusal with its document. What other layers said in headers, such as `Allow`, stays.
fn documented(bare: &Response, refused: Refused, id: &HeaderValue) -> Response {
    let mut response = refused.document(&HeaderMap::from_iter([(HEADER, id.clone())]));
    for (name, value) in bare.headers() {
        if name != "content-length" && name != "content-type" {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

fn id_of(headers: &HeaderMap) -> HeaderValue {
    let given = request_id(headers).and_then(|id| HeaderValue::from_str(id).ok());
    given.unwrap_or_else(|| HeaderValue::from_str(&Uuid::new_v4().to_string()).expect("a UUID is visible ASCII"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(given: &'static str) -> HeaderValue {
        id_of(&HeaderMap::from_iter([(HEADER, HeaderValue::from_static(given))]))
    }

    #[test]
    fn a_sane_id_is_taken_over_and_another_is_replaced() {
        assert_eq!(id_for("abc-123"), "abc-123");
        let new = id_for("a b");
        assert!(Uuid::parse_str(new.to_str().unwrap()).is_ok(), "{new:?}");
        assert_ne!(id_of(&HeaderMap::new()), new);
    }
}
