//! What of an upstream's response head may go on to the client.
//!
//! Never passes on a hop's own business: its version, its framing, its connection.

use http::header::TRANSFER_ENCODING;
use http::response::Parts;
use http::{StatusCode, Version};

use crate::admission::{framing, headers};
use crate::config::Upstream;
use crate::refusal::Refused;

/// Checks the head and strips what must not cross this hop.
///
/// # Errors
/// 502 `upstream_failed` for a switch of protocols that nobody asked for, and for a transfer coding beside chunks.
pub fn accept(head: &mut Parts, upstream: &Upstream) -> Result<(), Refused> {
    if head.status == StatusCode::SWITCHING_PROTOCOLS {
        return Err(failed(upstream, "it switches protocols without being asked"));
    }
    if head.headers.contains_key(TRANSFER_ENCODING) && !framing::only_chunked(&head.headers) {
        return Err(failed(upstream, "it uses a transfer coding other than chunked"));
    }
    // RFC 9110 section 2.5: a version is that of the one who speaks.
    head.version = Version::HTTP_11;
    headers::strip_hop_by_hop(&mut head.headers);
    Ok(())
}

fn failed(upstream: &Upstream, how: &str) -> Refused {
    Refused::new(StatusCode::BAD_GATEWAY, "upstream_failed", "The service gave no valid answer.")
        .because(format!("upstream `{}` at {}: {how}", upstream.name, upstream.authority))
}
