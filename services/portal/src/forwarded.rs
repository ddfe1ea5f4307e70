//! The portal as a proxy: it adds the other end of the connection to `X-Forwarded-For`, so that the auth service sees who
//! asks and not the portal alone. Never believes the header itself: the auth service judges who may have written what.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};

/// The list of addresses that a request came through; each proxy adds the one that it got the request from.
pub const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Middleware: the list as the portal hands it on.
pub async fn add_peer(mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        add(request.headers_mut(), peer);
    }
    next.run(request).await
}

/// A line of its own counts as the end of the list (RFC 9110 section 5.3).
fn add(headers: &mut HeaderMap, peer: SocketAddr) {
    let address = HeaderValue::from_str(&peer.ip().to_string()).expect("an address is plain text");
    headers.append(X_FORWARDED_FOR, address);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peer_comes_last_whatever_was_said_before() {
        let mut headers = HeaderMap::new();
        headers.append(X_FORWARDED_FOR, HeaderValue::from_static("192.0.2.1, 198.51.100.9"));
        add(&mut headers, SocketAddr::from(([127, 0, 0, 1], 4711)));
        let lines: Vec<_> = headers.get_all(X_FORWARDED_FOR).iter().collect();
        assert_eq!(lines, ["192.0.2.1, 198.51.100.9", "127.0.0.1"]);
    }
}
