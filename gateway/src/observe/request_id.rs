//! The id that ties a response, a log line and an upstream's log together.
//!
//! Never taken from the client: a forged id could hide a request in somebody else's trail.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries the id, to the upstream and back to the caller.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// A UUID version 7 (RFC 9562), so that ids sort by time. Written once: clones share the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// A new id.
    pub fn generate() -> Self {
        let mut text = vec![0; uuid::fmt::Hyphenated::LENGTH];
        Uuid::now_v7().as_hyphenated().encode_lower(&mut text);
        Self(HeaderValue::from_maybe_shared(Bytes::from(text)).expect("a hyphenated UUID is visible ASCII"))
    }

    /// The id of a request that nobody made.
    pub const fn made_up(text: &'static str) -> Self {
        Self(HeaderValue::from_static(text))
    }

    /// The id as a header value.
    pub fn header_value(&self) -> HeaderValue {
        self.0.clone()
    }

    /// The id as policies, logs and recordings have it.
    pub fn text(&self) -> &str {
        self.0.to_str().expect("an id is visible ASCII")
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}
