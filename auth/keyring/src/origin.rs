//! A scheme, host and port that keys may come from.
//!
//! Never holds a path, and never compares by anything less than all three.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// An origin as RFC 6454 section 4 means it: scheme, host and port. Written as an address without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(Url);

/// A text that is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an origin: write scheme, host and port only, such as https://keys.example.com")]
pub struct NoOrigin;

impl Origin {
    /// Whether this address has the same scheme, host and port.
    pub fn is_of(&self, address: &Url) -> bool {
        same(&self.0, address)
    }

    /// The address of its root.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

/// Whether two addresses have one scheme, host and port.
pub(crate) fn same(one: &Url, other: &Url) -> bool {
    let origin = one.origin();
    origin.is_tuple() && origin == other.origin()
}

impl FromStr for Origin {
    type Err = NoOrigin;

    /// # Errors
    /// Anything but http or https with a host, perhaps a port, and nothing more.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url: Url = text.parse().map_err(|_| NoOrigin)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_open = url.username().is_empty() && url.password().is_none();
        let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
        if is_bare && is_open && is_web { Ok(Self(url)) } else { Err(NoOrigin) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Result<Origin, NoOrigin> {
        text.parse()
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let keys = origin("https://Keys.example.com").expect("an origin");
        assert_eq!(keys.to_string(), "https://keys.example.com");
        let is_of = |address: &str| keys.is_of(&address.parse().expect("a URL"));
        assert!(is_of("https://keys.example.com/a?b") && is_of("https://keys.example.com:443/"));
        for other in [
            "http://keys.example.com",
            "https://keys.example.com:8443",
            "https://example.com",
            "https://keys.example.com.evil.test",
            "https://keys.example.com.",
            "data:,x",
        ] {
            assert!(!is_of(other), "{other}");
        }
    }

    #[test]
    fn nothing_else_is_an_origin() {
        for text in [
            "",
            "keys.example.com",
            "https://keys.example.com/a",
            "https://keys.example.com/?q",
            "https://keys.example.com/#f",
            "https://user@keys.example.com",
            "ftp://keys.example.com",
            "data:,x",
        ] {
            assert_eq!(origin(text), Err(NoOrigin), "{text}");
        }
    }
}
