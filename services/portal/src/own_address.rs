//! Where browsers reach the portal: `--public-url`, or else the host that the request itself names.
//! Never believed by the auth service alone: it compares the redirect URI with those that it knows of the client.

use axum::http::{HeaderMap, header};
use url::Url;

/// The path to which the auth service sends the browser back.
pub const CALLBACK_PATH: &str = "/portal/callback";

/// The portal's public address, when it is configured.
#[derive(Debug, Clone)]
pub struct OwnAddress(Option<Url>);

impl OwnAddress {
    /// The one of `public_url`, of which only scheme, host and port count.
    #[must_use]
    pub fn new(public_url: Option<&Url>) -> Self {
        Self(public_url.and_then(|url| Url::parse(&url.origin().ascii_serialization()).ok()))
    }

    /// The address of the page. Nothing when none is configured and the request has no usable `Host`.
    #[must_use]
    pub fn home(&self, headers: &HeaderMap) -> Option<Url> {
        self.0.clone().or_else(|| named(headers))
    }

    /// The redirect URI of a sign-in (RFC 6749 section 3.1.2).
    #[must_use]
    pub fn callback(&self, headers: &HeaderMap) -> Option<Url> {
        let mut url = self.home(headers)?;
        url.set_path(CALLBACK_PATH);
        Some(url)
    }
}

fn named(headers: &HeaderMap) -> Option<Url> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return None };
    let host = host.to_str().ok()?;
    let url = Url::parse(&format!("http://{host}/")).ok()?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && !host.contains('@');
    is_bare.then_some(url)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn callback(public: Option<&str>, host: &'static str) -> Option<String> {
        let public = public.map(|url| Url::parse(url).unwrap());
        let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
        OwnAddress::new(public.as_ref()).callback(&headers).map(String::from)
    }

    #[test]
    fn a_public_url_counts_whatever_the_host_says() {
        let public = Some("https://shop.example.com/anything?x=1");
        assert_eq!(callback(public, "evil.test").as_deref(), Some("https://shop.example.com/portal/callback"));
    }

    #[test]
    fn without_one_the_host_counts() {
        assert_eq!(callback(None, "127.0.0.1:8080").as_deref(), Some("http://127.0.0.1:8080/portal/callback"));
        assert_eq!(callback(None, "[::1]:8080").as_deref(), Some("http://[::1]:8080/portal/callback"));
    }

    #[test]
    fn what_is_no_host_gives_no_address() {
        for wrong in ["", "a@b", "host/path", "host?x", "host#x", "ho st", "host:port", "@host", "host\\path"] {
            assert_eq!(callback(None, wrong), None, "{wrong}");
        }
        assert!(OwnAddress::new(None).home(&HeaderMap::new()).is_none());
    }
}
