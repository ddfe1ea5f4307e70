//! A guest's request, judged before anything is sent: its URL against the grant, its method and headers by the rules of
//! HTTP, its size.
//!
//! Never repairs what is wrong, and never passes on a header that frames the message or belongs to one connection.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use url::Url;
use witgate_keyring::{AddressFault, Allowances};

use crate::config::HttpGrant;
use crate::policy::bindings::outbound::{Error, Request};

/// Most headers of a request or an answer.
pub(super) const MOST_HEADERS: usize = 64;
/// Most bytes of all names and values of a request's or an answer's headers.
pub(super) const HEADER_BYTES: usize = 16 * 1024;
/// The longest URL, in bytes.
const URL_BYTES: usize = 8 * 1024;

/// What the connection's two ends say to each other (RFC 9110 section 7.6.1), and what frames the message.
const OWN: [HeaderName; 10] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::HOST,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// A request that may be sent.
#[derive(Debug)]
pub(super) struct Sound {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// The request if the grant and HTTP allow it.
pub(super) fn sound(request: Request, grant: &HttpGrant) -> Result<Sound, Error> {
    if request.body.len() > grant.body_bytes || request.url.len() > URL_BYTES {
        return Err(Error::TooLarge);
    }
    Ok(Sound {
        method: method(&request.method)?,
        url: url(&request.url, grant)?,
        headers: headers(request.headers)?,
        body: request.body,
    })
}

/// `CONNECT` would make a tunnel of it, and `TRACE` would show headers to who should not see them.
fn method(text: &str) -> Result<Method, Error> {
    match Method::from_bytes(text.as_bytes()) {
        Ok(Method::CONNECT | Method::TRACE) | Err(_) => Err(Error::Invalid),
        Ok(method) => Ok(method),
    }
}

fn url(text: &str, grant: &HttpGrant) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|_| Error::Invalid)?;
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return Err(Error::Invalid) };
    if !grant.hosts.iter().any(|listed| listed.host == host && listed.port == port) {
        return Err(Error::Denied);
    }
    let allowances = Allowances { http: grant.allow_http, private: grant.allow_private };
    match allowances.judge(&url) {
        Ok(()) => Ok(url),
        Err(AddressFault::Shape) => Err(Error::Invalid),
        Err(AddressFault::PlainHttp | AddressFault::Private | AddressFault::Never) => Err(Error::Denied),
    }
}

fn headers(written: Vec<(String, Vec<u8>)>) -> Result<HeaderMap, Error> {
    let bytes: usize = written.iter().map(|(name, value)| name.len() + value.len()).sum();
    if written.len() > MOST_HEADERS || bytes > HEADER_BYTES {
        return Err(Error::TooLarge);
    }
    let mut headers = HeaderMap::with_capacity(written.len());
    for (name, value) in written {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Error::Invalid)?;
        let value = HeaderValue::from_bytes(&value).map_err(|_| Error::Invalid)?;
        headers.append(name, value);
    }
    strip(&mut headers);
    Ok(headers)
}

/// Takes out what is only for this connection, also what `Connection` names.
pub(super) fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in OWN.iter().chain(&named) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::HostPort;
    use std::time::Duration;

    fn grant(hosts: &[(&str, u16)]) -> HttpGrant {
        HttpGrant {
            hosts: hosts.iter().map(|(host, port)| HostPort { host: (*host).into(), port: *port }).collect(),
            deadline: Duration::from_secs(1),
            body_bytes: 10,
            allow_private: false,
            allow_http: false,
        }
    }

    fn request(url: &str) -> Request {
        Request { method: "GET".into(), url: url.into(), headers: Vec::new(), body: Vec::new() }
    }

    fn judged(url: &str) -> Result<(), Error> {
        let hosts = [("api.example.com", 443), ("127.0.0.1", 80), ("10.0.0.1", 443), ("169.254.169.254", 443)];
        sound(request(url), &grant(&hosts)).map(drop)
    }

    #[test]
    fn only_listed_hosts_and_ports_are_reached() {
        for fine in ["https://api.example.com/a?b", "https://API.example.com:443", "http://127.0.0.1", "http://0x7f.1/"]
        {
            assert_eq!(judged(fine), Ok(()), "{fine}");
        }
        for denied in [
            "https://example.com",
            "https://api.example.com.evil.test",
            "https://api.example.com.",
            "https://api.example.com:8443",
            "http://api.example.com:443",
            "http://api.example.com",
            "https://evil.test/#@api.example.com",
            "https://evil.test\\@api.example.com",
            "https://10.0.0.1",
            "https://169.254.169.254/latest/meta-data",
        ] {
            assert_eq!(judged(denied), Err(Error::Denied), "{denied}");
        }
        for invalid in ["", "api.example.com", "/path", "data:,x", "https://user:pw@api.example.com", "https://"] {
            assert_eq!(judged(invalid), Err(Error::Invalid), "{invalid}");
        }
    }

    #[test]
    fn the_operator_may_allow_more() {
        let hosts = [("api.example.com", 80), ("10.0.0.1", 443), ("169.254.169.254", 443)];
        let grant = HttpGrant { allow_private: true, allow_http: true, ..grant(&hosts) };
        let judged = |url| sound(request(url), &grant).map(drop);
        assert_eq!(judged("http://api.example.com/"), Ok(()));
        assert_eq!(judged("https://10.0.0.1/"), Ok(()));
        assert_eq!(judged("https://169.254.169.254/"), Err(Error::Denied), "no allowance covers it");
    }

    #[test]
    fn headers_of_the_connection_stay_out() {
        let pairs = [
            ("Host", "evil"),
            ("connection", "x-hop, close"),
            ("x-hop", "1"),
            ("te", "x"),
            ("x-kept", "1"),
            ("Transfer-Encoding", "chunked"),
            ("content-length", "9"),
        ];
        let headers = pairs.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).to_vec();
        let sound = sound(Request { headers, ..request("https://a") }, &grant(&[("a", 443)])).expect("sound");
        assert_eq!(sound.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-kept"]);
    }

    #[test]
    fn what_is_no_http_or_too_large_is_refused() {
        let of = |change: fn(&mut Request)| {
            let mut request = request("https://a/");
            change(&mut request);
            sound(request, &grant(&[("a", 443)])).map(drop)
        };
        let header = |name: &str, value: &[u8]| vec![(name.to_owned(), value.to_vec())];
        assert_eq!(of(|request| request.method = "CONNECT".into()), Err(Error::Invalid));
        assert_eq!(of(|request| request.method = "GET /\r\n".into()), Err(Error::Invalid));
        assert_eq!(of(|request| request.body = vec![0; 11]), Err(Error::TooLarge));
        assert_eq!(of(|request| request.url.push_str(&"a".repeat(URL_BYTES))), Err(Error::TooLarge));
        for (name, value, expected) in [
            ("x-a", &b"a\r\nb: c"[..], Error::Invalid),
            ("x a", b"", Error::Invalid),
            ("", b"", Error::Invalid),
            ("x-a", &[b'v'; HEADER_BYTES], Error::TooLarge),
        ] {
            let request = Request { headers: header(name, value), ..request("https://a/") };
            assert_eq!(sound(request, &grant(&[("a", 443)])).map(drop), Err(expected), "{name}");
        }
        let many = vec![("x-a".to_owned(), Vec::new()); MOST_HEADERS + 1];
        let request = Request { headers: many, ..request("https://a/") };
        assert_eq!(sound(request, &grant(&[("a", 443)])).map(drop), Err(Error::TooLarge));
    }
}
