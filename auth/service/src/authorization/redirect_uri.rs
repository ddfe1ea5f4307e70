//! Where a browser may be sent back to. Compared letter by letter (RFC 9700 section 2.1); a loopback address of a native
//! client may have any port (RFC 8252 section 7.3). Never parses what is compared: two parsers may disagree.

use url::{Host, Url};

/// The two addresses that mean this machine whatever a resolver says. `localhost` is not one of them.
const LOOPBACKS: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// Whether this is one of the registered URIs. `any_port`: whether the port of a loopback address may differ.
pub fn is_registered(asked: &str, registered: &[String], any_port: bool) -> bool {
    let same = |one: &String| one == asked || (any_port && is_same_but_port(asked, one));
    registered.iter().any(same)
}

fn is_same_but_port(asked: &str, registered: &str) -> bool {
    loopback(asked).is_some_and(|parts| loopback(registered) == Some(parts))
}

/// Scheme and host, and what stands behind the port.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let host = LOOPBACKS.into_iter().find(|host| uri.starts_with(host))?;
    let mut rest = &uri[host.len()..];
    if let Some(after) = rest.strip_prefix(':') {
        let path = after.trim_start_matches(|c: char| c.is_ascii_digit());
        after[..after.len() - path.len()].parse::<u16>().ok().filter(|port| *port > 0)?;
        rest = path;
    }
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

/// Whether this leads to a place of the client: a registered URI, or anything at the origin of one. Good enough where the
/// URI carries neither a code nor a token. The URI as it is to be used.
pub fn is_of_client(asked: &str, registered: &[String], any_port: bool) -> Option<String> {
    if is_registered(asked, registered, any_port) {
        return Some(asked.to_owned());
    }
    let url = Url::parse(asked).ok().filter(|url| url.username().is_empty() && url.password().is_none())?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let same_origin = |one: &String| Url::parse(one).is_ok_and(|one| one.origin() == url.origin());
    (is_web && registered.iter().any(same_origin)).then(|| url.into())
}

/// Whether an answer of the user may be remembered for this URI: only https says who gets the code. Another app can take
/// a port or a scheme of its own (RFC 8252 section 8.6).
pub fn is_remembered(uri: &str) -> bool {
    uri.starts_with("https://")
}

/// The source for the `form-action` of a page whose form ends at this URI: browsers check redirects against it, too.
pub fn form_source(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    let origin = url.origin().ascii_serialization();
    // CSP has no form for IPv6 addresses, and a few characters end a source.
    let plain = matches!(url.host(), Some(Host::Domain(_) | Host::Ipv4(_))) && !origin.contains([';', ',', '\'', '"']);
    let is_web = matches!(url.scheme(), "http" | "https");
    Some(if is_web && plain { origin } else { format!("{}:", url.scheme()) })
}

/// The host for people; for an app on this device, what it is known by.
pub fn shown_host(uri: &str) -> String {
    let Ok(url) = Url::parse(uri) else { return String::new() };
    if loopback(uri).is_some() {
        return "an app on this device".to_owned();
    }
    match (url.scheme(), url.host_str(), url.port()) {
        ("http" | "https", Some(host), None) => host.to_owned(),
        ("http" | "https", Some(host), Some(port)) => format!("{host}:{port}"),
        (scheme, ..) => format!("an app on this device ({scheme})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn registered() -> Vec<String> {
        ["https://shop.example/cb?x=1", "http://127.0.0.1/cb", "http://[::1]:8000/cb", "com.example.app:/cb"]
            .map(str::to_owned)
            .to_vec()
    }

    #[track_caller]
    fn check(asked: &str, expected: bool) {
        assert_eq!(is_registered(asked, &registered(), true), expected, "{asked}");
    }

    #[test]
    fn letter_by_letter() {
        for uri in registered() {
            assert!(is_registered(&uri, &registered(), false), "{uri}");
        }
        for wrong in [
            "https://shop.example/cb",
            "https://shop.example/cb?x=1&y=2",
            "https://shop.example/cb?x=1#",
            "https://SHOP.example/cb?x=1",
            "https://shop.example:443/cb?x=1",
            "https://shop.example/a/../cb?x=1",
            "http://shop.example/cb?x=1",
            "https://shop.example.evil.example/cb?x=1",
            "https://shop.example@evil.example/cb?x=1",
            "//shop.example/cb?x=1",
            "",
        ] {
            check(wrong, false);
        }
    }

    #[test]
    fn a_loopback_address_may_have_any_port() {
        check("http://127.0.0.1:49152/cb", true);
        check("http://127.0.0.1/cb", true);
        check("http://[::1]:1/cb", true);
        check("http://[::1]/cb", true);
        assert!(!is_registered("http://127.0.0.1:49152/cb", &registered(), false), "not for every client");
        for wrong in [
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:80.evil.example/cb",
            "http://127.0.0.1:80\\@evil.example/cb",
            "http://127.0.0.1:80/cb2",
            "https://127.0.0.1:80/cb",
            "http://localhost:80/cb",
            "http://127.0.0.2:80/cb",
        ] {
            check(wrong, false);
        }
    }

    #[test]
    fn a_place_of_the_client_is_at_an_origin_of_its_own() {
        let place = |asked: &str| is_of_client(asked, &registered(), true);
        assert_eq!(place("https://shop.example/bye?a=1").as_deref(), Some("https://shop.example/bye?a=1"));
        assert_eq!(place("HTTPS://Shop.example").as_deref(), Some("https://shop.example/"), "as it was understood");
        assert_eq!(place("com.example.app:/cb").as_deref(), Some("com.example.app:/cb"));
        assert_eq!(place("http://127.0.0.1:5000/cb").as_deref(), Some("http://127.0.0.1:5000/cb"));
        for wrong in [
            "https://shop.example@evil.example/",
            "https://a:b@shop.example/",
            "https://shop.example.evil.example/",
            "https://shop.example:8443/",
            "http://shop.example/",
            "https:\\\\evil.example\\shop.example",
            "//shop.example/",
            "com.example.app:/other",
            "javascript:alert(1)//https://shop.example/",
            "data:text/html,x",
            "http://127.0.0.1:5000/other",
            "",
        ] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn pages_name_where_their_form_may_end() {
        let cases = [
            ("https://shop.example/cb?x=1", "https://shop.example"),
            ("https://shop.example:8443/cb", "https://shop.example:8443"),
            ("http://127.0.0.1:8000/cb", "http://127.0.0.1:8000"),
            ("http://[::1]:8000/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
        ];
        for (uri, source) in cases {
            assert_eq!(form_source(uri).as_deref(), Some(source), "{uri}");
        }
    }

    #[test]
    fn people_see_the_host() {
        let cases = [
            ("https://shop.example/cb?x=1", "shop.example"),
            ("http://127.0.0.1:8000/cb", "an app on this device"),
            ("com.example.app:/cb", "an app on this device (com.example.app)"),
            ("https://shop.example:8443/", "shop.example:8443"),
        ];
        for (uri, host) in cases {
            assert_eq!(shown_host(uri), host, "{uri}");
        }
    }

    proptest! {
        #[test]
        fn what_differs_in_more_than_a_port_is_not_registered(rest in "[:/?#@\\\\.0-9a-z]{0,12}") {
            let asked = format!("http://127.0.0.1{rest}");
            if is_registered(&asked, &registered(), true) {
                let url = Url::parse(&asked).unwrap();
                prop_assert_eq!((url.host_str(), url.path(), url.query(), url.username()), (Some("127.0.0.1"), "/cb", None, ""));
            }
        }
    }
}
