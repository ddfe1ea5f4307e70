//! What a request must be before anything looks at it: one host, one canonical path, honest framing, and no header that
//! only the gateway may set.
//!
//! Never routes and never authenticates.

pub mod framing;
pub mod headers;
pub mod host;
pub mod path;

use http::request::Parts;
use http::{Method, StatusCode};

use crate::refusal::Refused;
use path::CanonicalPath;

/// A request that may be looked at.
pub struct Admitted {
    /// host and port as the client named them, lower case
    pub authority: String,
    /// the one path that routing, policies and the upstream see
    pub path: CanonicalPath,
    /// the raw query, without the question mark
    pub query: Option<String>,
}

impl Admitted {
    /// The host alone, for routing.
    pub fn host(&self) -> &str {
        host::without_port(&self.authority)
    }
}

/// Checks a request head, and strips what no client may set. A body may announce `body_bytes` bytes.
///
/// # Errors
/// 400, 405 or 413 with a stable code.
pub fn admit(parts: &mut Parts, identity_prefix: &str, body_bytes: u64) -> Result<Admitted, Refused> {
    check_method(&parts.method)?;
    framing::check(parts, body_bytes)?;
    let authority = host::authority(parts)?;
    let path = path::canonical(parts.uri.path()).map_err(|fault| {
        Refused::bad_request(fault.code(), "The path is not acceptable.").because(fault.to_string())
    })?;
    headers::strip(&mut parts.headers, identity_prefix);
    Ok(Admitted { authority, path, query: parts.uri.query().map(str::to_owned) })
}

fn check_method(method: &Method) -> Result<(), Refused> {
    // Methods are case-sensitive (RFC 9110 section 9.1), but some servers take `get` for `GET`, which no rule saw.
    let other_spelling = method.as_str().bytes().any(|byte| byte.is_ascii_lowercase());
    if other_spelling || *method == Method::CONNECT || *method == Method::TRACE {
        return Err(Refused::new(StatusCode::NOT_IMPLEMENTED, "method_refused", "This method is not served."));
    }
    Ok(())
}
