//! Which addresses of inventory are accepted: bare ones, over which a token may travel.
//! Never lets a token cross a network in the clear unless the operator says so.

use url::{Host, Url};

/// Why an address of inventory is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum InventoryUrlError {
    /// Neither http nor https, no host, credentials, a path or a query.
    #[error("--inventory-url must be http://HOST:PORT or https://HOST:PORT, nothing more")]
    Shape,
    /// A token would cross a network in the clear.
    #[error("--inventory-url would send tokens in clear text to '{0}': use https, or accept it with --allow-http")]
    PlainHttp(String),
    /// The HTTP client cannot be made.
    #[error("cannot set up the HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// Passes a scheme, host and port without more; plain http only to loopback, or with `allow_http`.
pub fn judge(base: &Url, allow_http: bool) -> Result<(), InventoryUrlError> {
    let bare = base.path() == "/" && base.query().is_none() && base.fragment().is_none();
    let anonymous = base.username().is_empty() && base.password().is_none();
    let host = base.host().filter(|_| bare && anonymous).ok_or(InventoryUrlError::Shape)?;
    match base.scheme() {
        "https" => Ok(()),
        "http" if allow_http || is_loopback(&host) => Ok(()),
        "http" => Err(InventoryUrlError::PlainHttp(host.to_string())),
        _ => Err(InventoryUrlError::Shape),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_bare_and_tokens_stay_off_the_open_network() {
        let check = |text: &str, allow_http| judge(&Url::parse(text).unwrap(), allow_http).is_ok();
        for good in ["http://127.0.0.1:9102", "http://[::1]:1", "http://localhost", "https://stock.example.com/"] {
            assert!(check(good, false), "{good}");
        }
        for bad in ["ftp://127.0.0.1", "http://u:p@127.0.0.1", "http://127.0.0.1/x", "http://127.0.0.1/?a", "data:x"] {
            assert!(!check(bad, true), "{bad}");
        }
        assert!(!check("http://10.0.0.1:9102", false));
        assert!(check("http://10.0.0.1:9102", true));
    }
}
