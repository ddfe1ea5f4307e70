//! The host of a route: one name, or every name below one.
//!
//! Never looks at ports, and never resolves a name.

use super::PatternFault;
use std::fmt;

/// Longest host name, in bytes (RFC 1035, section 2.3.4).
const MAX_HOST_BYTES: usize = 253;

/// Longest label of a host name, in bytes (RFC 1035, section 2.3.4).
const MAX_LABEL_BYTES: usize = 63;

/// Which hosts a route takes. Always lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostPattern {
    /// This host only: a name, an IPv4 address, or an IPv6 address in brackets.
    Exact(String),
    /// Every name below this one, at any depth; holds the suffix with its dot, such as `.example.com`.
    Wildcard(String),
}

impl HostPattern {
    /// Reads `api.example.com` or `*.example.com`.
    ///
    /// # Errors
    /// Says what is wrong with the text and what to write instead.
    pub fn parse(text: &str) -> Result<HostPattern, PatternFault> {
        let lower = text.to_ascii_lowercase();
        if let Some(name) = lower.strip_prefix("*.") {
            check_name(name)?;
            return Ok(HostPattern::Wildcard(format!(".{name}")));
        }
        if is_bracketed_ipv6(&lower) {
            return Ok(HostPattern::Exact(lower));
        }
        check_name(&lower)?;
        Ok(HostPattern::Exact(lower))
    }

    /// Whether this lower-case host, without port and without a final dot, is one of these.
    pub fn matches(&self, host: &str) -> bool {
        match self {
            HostPattern::Exact(name) => name == host,
            HostPattern::Wildcard(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostPattern::Exact(name) => f.write_str(name),
            HostPattern::Wildcard(suffix) => write!(f, "*{suffix}"),
        }
    }
}

fn is_bracketed_ipv6(text: &str) -> bool {
    text.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
}

fn check_name(name: &str) -> Result<(), PatternFault> {
    if name.contains("://") || name.contains('/') {
        return Err(PatternFault::new(
            "a host is a name, not a URL",
            "write the name alone, such as \"api.example.com\"",
        ));
    }
    if name.contains(':') {
        return Err(PatternFault::new(
            "a host has no port here",
            "leave the port out: a route matches the host on every listener; an IPv6 address is written in brackets",
        ));
    }
    if name.contains('*') {
        return Err(PatternFault::new(
            "a wildcard stands alone, and first",
            "write \"*.example.com\" or the exact host",
        ));
    }
    if name.len() > MAX_HOST_BYTES || !name.split('.').all(is_label) {
        return Err(PatternFault::new(
            "this is no host name",
            "labels of letters, digits and '-', divided by dots, such as \"api.example.com\"; other alphabets as punycode",
        ));
    }
    Ok(())
}

fn is_label(label: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !label.is_empty()
        && label.len() <= MAX_LABEL_BYTES
        && label.bytes().all(inside)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_takes_what_is_below_and_not_the_name_itself() {
        let pattern = HostPattern::parse("*.Example.com").unwrap();
        assert!(pattern.matches("a.example.com"));
        assert!(pattern.matches("a.b.example.com"));
        assert!(!pattern.matches("example.com"));
        assert!(!pattern.matches(".example.com"));
        assert!(!pattern.matches("badexample.com"));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in ["", "a..b", "http://a", "a:80", "a.*.b", "*", "-a", "a b", "é.fr", "a.", "[::1", "[nope]"] {
            assert!(HostPattern::parse(text).is_err(), "{text:?} was accepted");
        }
        for text in ["localhost", "127.0.0.1", "[::1]", "a_b.example", "xn--bcher-kva.example"] {
            assert!(HostPattern::parse(text).is_ok(), "{text:?} was refused");
        }
    }
}
