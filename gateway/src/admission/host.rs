//! The one authority a request is for (RFC 9112 section 3.2).
//!
//! Never prefers one of two: a Host that contradicts the target, or a second Host, is a refusal.

use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;

use crate::refusal::Refused;

/// Host and port as the client named them, in lower case.
///
/// # Errors
/// 400 `host_invalid`.
pub fn authority(parts: &Parts) -> Result<String, Refused> {
    let named = host_header(parts)?;
    let target = parts.uri.authority().map(|authority| checked(authority.as_str())).transpose()?;
    match (named, target) {
        (Some(named), Some(target)) if named != target => Err(invalid("Host contradicts the request target")),
        (_, Some(target)) => Ok(target),
        (Some(named), None) => Ok(named),
        (None, None) => Err(invalid("no Host")),
    }
}

/// The host of an authority, without its port. An IPv6 literal keeps its brackets.
pub fn without_port(authority: &str) -> &str {
    match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => &authority[..colon],
        _ => authority,
    }
}

fn host_header(parts: &Parts) -> Result<Option<String>, Refused> {
    let mut values = parts.headers.get_all(HOST).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(invalid("more than one Host"));
    }
    first.to_str().map_err(|_| invalid("a Host that is not ASCII")).and_then(checked).map(Some)
}

fn checked(text: &str) -> Result<String, Refused> {
    if is_plain(text) {
        return Ok(text.to_owned());
    }
    if text.contains('@') {
        return Err(invalid("a Host with user information"));
    }
    let parsed: Authority = text.parse().map_err(|_| invalid("a Host that is no authority"))?;
    let lower = parsed.as_str().to_ascii_lowercase();
    // A final dot names the same host in the DNS; routing must not see two names for one.
    match (without_port(&lower).strip_suffix('.'), parsed.port()) {
        (Some(host), _) if host.is_empty() || host.ends_with('.') => {
            Err(invalid("a Host with an empty label at its end"))
        }
        (Some(host), Some(port)) => Ok(format!("{host}:{port}")),
        (Some(host), None) => Ok(host.to_owned()),
        (None, _) => Ok(lower),
    }
}

/// Letters in lower case, digits, hyphens and inner dots, with a port or without: nothing is left to be judged. Most hosts
/// are so.
fn is_plain(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, "0"));
    let of_host = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    let is_port = matches!(port.len(), 1..=5) && port.bytes().all(|byte| byte.is_ascii_digit());
    !host.is_empty() && !host.ends_with('.') && host.bytes().all(of_host) && is_port
}

fn invalid(cause: &'static str) -> Refused {
    Refused::bad_request("host_invalid", "The request must name exactly one valid host.").because(cause)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn of(uri: &str, hosts: &[&str]) -> Result<String, String> {
        let mut request = Request::builder().uri(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let (parts, ()) = request.body(()).expect("request").into_parts();
        authority(&parts).map_err(|refused| refused.cause.unwrap_or_default())
    }

    #[test]
    fn one_host_or_none_at_all() {
        assert_eq!(of("/", &["API.example.com:8080"]), Ok("api.example.com:8080".to_owned()));
        assert_eq!(of("/", &["api.example.com."]), Ok("api.example.com".to_owned()));
        assert_eq!(of("/", &["[::1]:80"]), Ok("[::1]:80".to_owned()));
        assert_eq!(of("http://a.example/", &["A.example"]), Ok("a.example".to_owned()));
        assert_eq!(of("http://a.example/", &["b.example"]), Err("Host contradicts the request target".to_owned()));
        assert_eq!(of("/", &["a", "a"]), Err("more than one Host".to_owned()));
        assert_eq!(of("/", &[]), Err("no Host".to_owned()));
        assert_eq!(of("/", &["user@a"]), Err("a Host with user information".to_owned()));
        for dots in ["api.example.com..", "a..:80", ".", ".."] {
            assert_eq!(of("/", &[dots]), Err("a Host with an empty label at its end".to_owned()), "{dots}");
        }
        assert!(of("/", &["a/b"]).is_err());
        assert!(of("/", &[""]).is_err());
    }

    #[test]
    fn a_plain_host_is_what_the_whole_judgement_makes_of_it() {
        let whole = |text: &str| text.parse::<Authority>().ok().map(|parsed| parsed.as_str().to_ascii_lowercase());
        for text in ["a", "a.b", "127.0.0.1:9", "api-1.example.com:65535", "a:99999", ".a", "a..b"] {
            assert!(is_plain(text), "{text}");
            assert_eq!(whole(text).as_deref(), Some(text));
        }
        for text in [
            "", "A", "a.", "a.:80", "a:", "a:b", "a:123456", "[::1]", "a@b", "a/b", "a b", "a:1:2", "\u{e9}", "a_b",
            "%61",
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn ports_are_cut_and_brackets_kept() {
        assert_eq!(without_port("a:80"), "a");
        assert_eq!(without_port("a"), "a");
        assert_eq!(without_port("[::1]:80"), "[::1]");
        assert_eq!(without_port("[::1]"), "[::1]");
    }
}
