//! An id in a path. Never lets one through that the store could not have: control characters, NUL, bytes that are no text.

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::refused::Refused;

/// Longest id, in bytes. UUIDs have 36, thumbprints 43.
const MAX_ID_BYTES: usize = 200;

/// The one parameter of the path. What cannot be an id is not found.
pub(super) struct PathId(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let id = path.ok().map(|Path(id)| id).filter(|id| is_id(id));
        let unknown = || Refused::new(StatusCode::NOT_FOUND, "not_found", "there is nothing with this id");
        id.map(PathId).ok_or_else(unknown)
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_ID_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_visible_ascii() {
        assert!(is_id("4b0c9a52-3f1e-4b1e-9a3f-0a8a2f1c9b77"));
        for wrong in ["", "a\0b", "a b", "\n", "ä", &"a".repeat(201)] {
            assert!(!is_id(wrong), "{wrong:?}");
        }
    }
}
