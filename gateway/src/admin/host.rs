//! Whom a request to the admin listener names: an address or `localhost`, unless the listener is exposed.
//!
//! Never answers to any other name: a page of the web can let its own name lead to this machine (DNS rebinding), and the
//! browser then takes the answers for that page's own.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Admin;

const REFUSED: &str = "ask by an IP address or as localhost, or say expose = true in [admin]\n";

pub(super) async fn check(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    if admin.reloader.current.load().config.is_admin_exposed || is_for_this_machine(&request) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, REFUSED).into_response()
    }
}

/// Every name that the request gives us counts; one that gives none is refused as well.
fn is_for_this_machine(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter().peekable();
    let target = request.uri().authority();
    hosts.peek().is_some()
        && hosts.all(|host| host.to_str().is_ok_and(is_local_name))
        && target.is_none_or(|authority| is_local_name(authority.as_str()))
}

fn is_local_name(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    let v6 = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_address = v6.map_or_else(|| name.parse::<Ipv4Addr>().is_ok(), |v6| v6.parse::<Ipv6Addr>().is_ok());
    !host.contains('@') && (is_address || name.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_and_localhost_are_local() {
        for good in
            ["127.0.0.1", "127.0.0.1:8081", "[::1]", "[::1]:8081", "192.0.2.7:80", "localhost", "LocalHost:8081"]
        {
            assert!(is_local_name(good), "{good}");
        }
        for bad in [
            "",
            ":8081",
            "evil.example",
            "evil.example:8081",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil@127.0.0.1",
            "127.1",
            "0x7f000001",
            "[evil]",
            "::1",
        ] {
            assert!(!is_local_name(bad), "{bad}");
        }
    }
}
