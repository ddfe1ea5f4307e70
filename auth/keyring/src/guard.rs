//! Which addresses keys may come from: https, or http to loopback, or http where the operator said so.
//!
//! Never resolves a name: `localhost` counts as loopback, any other name does not.

use url::{Host, Url};

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressFault {
    #[error("the address is not http or https with a host and without credentials")]
    Shape,
    #[error("the address is plain http to a host that is not loopback")]
    PlainHttp,
}

/// Judges one address before anything is sent to it.
pub(crate) fn judge(address: &Url, allow_http: bool) -> Result<(), AddressFault> {
    let Some(host) = address.host() else { return Err(AddressFault::Shape) };
    if !address.username().is_empty() || address.password().is_some() {
        return Err(AddressFault::Shape);
    }
    match address.scheme() {
        "https" => Ok(()),
        "http" if allow_http || is_loopback(&host) => Ok(()),
        "http" => Err(AddressFault::PlainHttp),
        _ => Err(AddressFault::Shape),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(address: &str, allow_http: bool) -> Result<(), AddressFault> {
        judge(&address.parse().expect("a URL"), allow_http)
    }

    #[test]
    fn plain_http_is_for_loopback() {
        for address in ["https://id.example.com/k", "http://127.0.0.1:1/k", "http://[::1]/k", "http://localhost/k"] {
            assert_eq!(judged(address, false), Ok(()), "{address}");
        }
        for address in ["http://id.example.com", "http://10.0.0.1", "http://localhost.example.com", "http://0.0.0.0"] {
            assert_eq!(judged(address, false), Err(AddressFault::PlainHttp), "{address}");
            assert_eq!(judged(address, true), Ok(()), "{address}");
        }
    }

    #[test]
    fn odd_addresses_are_refused() {
        for address in
            ["ftp://127.0.0.1/k", "file:///etc/passwd", "https://user@id.example.com", "http://:pw@127.0.0.1"]
        {
            assert_eq!(judged(address, true), Err(AddressFault::Shape), "{address}");
        }
    }
}
