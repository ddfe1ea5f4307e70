//! The id that ties a response, a log line and an upstream's log together.
//!
//! Never taken from the client: a forged id could hide a request in somebody else's trail.

use http::{HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries the id, to the upstream and back to the caller.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// A UUID version 7 (RFC 9562), so that ids sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A new id.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id as a header value.
    pub fn header_value(&self) -> HeaderValue {
        let mut buffer = Uuid::encode_buffer();
        HeaderValue::from_str(self.encoded(&mut buffer)).expect("a hyphenated UUID is visible ASCII")
    }

    /// The id as policies, logs and recordings have it.
    pub fn text(&self) -> String {
        self.encoded(&mut Uuid::encode_buffer()).to_owned()
    }

    fn encoded<'b>(&self, buffer: &'b mut [u8]) -> &'b str {
        self.0.as_hyphenated().encode_lower(buffer)
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}
