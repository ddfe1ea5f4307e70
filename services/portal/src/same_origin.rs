//! Refuses requests that change a session unless they come from the portal's own page (CSRF), and tells where a
//! navigation comes from. Never lets a change through because a header is missing: no proof of the origin is a refusal.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
};
use url::{Origin, Url};

use crate::fault::Fault;

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Which origin is ours: the one of `--public-url`, or else the host that the request itself names.
#[derive(Debug, Clone)]
pub struct OwnOrigin(Option<Origin>);

impl OwnOrigin {
    /// The origin of the public URL, when there is one.
    #[must_use]
    pub fn new(public_url: Option<&Url>) -> Self {
        Self(public_url.map(Url::origin))
    }

    /// Whether these headers prove that our own page sent the request.
    ///
    /// `Sec-Fetch-Site` is written by the browser and out of a script's reach, so it decides where it is present;
    /// `Origin` must name a configured public URL in any case, and the `Host` where there is no `Sec-Fetch-Site`.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Fault> {
        let origin = text(headers, header::ORIGIN.as_str())?;
        let proven = match text(headers, SEC_FETCH_SITE)? {
            Some(site) => site == "same-origin" && origin.is_none_or(|origin| self.is_public(origin)),
            None => {
                origin.is_some_and(|origin| self.is_public(origin) && (self.0.is_some() || is_host(origin, headers)))
            }
        };
        if proven { Ok(()) } else { Err(self.refusal()) }
    }

    fn is_public(&self, origin: &str) -> bool {
        self.0.as_ref().is_none_or(|own| own.ascii_serialization() == origin)
    }

    fn refusal(&self) -> Fault {
        Fault::CrossOrigin { public: self.0.as_ref().map(Origin::ascii_serialization) }
    }
}

/// Middleware for the session routes: the origin for what changes something, and JSON, which no HTML form can send.
pub async fn guard(State(own): State<OwnOrigin>, request: Request, next: Next) -> Result<Response, Fault> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        own.check(request.headers())?;
        require_json(request.headers())?;
    }
    Ok(next.run(request).await)
}

/// Where a navigation to the portal comes from, by the browser's own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Navigation {
    /// From a page of the portal.
    Own,
    /// From a person: typed, or a bookmark. Or from a browser that does not tell.
    Untold,
    /// From a page of somebody else.
    Foreign,
}

/// Reads `Sec-Fetch-Site` (Fetch Metadata Request Headers, section 2.4). What is not understood is foreign.
#[must_use]
pub fn navigation(headers: &HeaderMap) -> Navigation {
    match text(headers, SEC_FETCH_SITE) {
        Ok(Some("same-origin")) => Navigation::Own,
        Ok(Some("none") | None) => Navigation::Untold,
        _ => Navigation::Foreign,
    }
}

fn require_json(headers: &HeaderMap) -> Result<(), Fault> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(Fault::NotJson) }
}

/// The header's text; `None` when absent. Twice or unreadable is a refusal.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Fault> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| Fault::CrossOrigin { public: None }),
        (Some(_), Some(_)) => Err(Fault::CrossOrigin { public: None }),
    }
}

fn is_host(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let named = origin.split_once("://").map(|(_, host)| host);
    matches!((named, host), (Some(named), Some(host)) if named.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn allowed(public: Option<&str>, sent: &[(&'static str, &'static str)]) -> bool {
        let public = public.map(|url| Url::parse(url).unwrap());
        let host = [("host", "shop.test:8080")];
        let headers = host
            .iter()
            .chain(sent)
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| {
            map.append(name, value);
        });
        OwnOrigin::new(public.as_ref()).check(&map).is_ok()
    }

    #[test]
    fn without_a_public_url_the_browser_or_the_host_decides() {
        assert!(allowed(None, &[("sec-fetch-site", "same-origin"), ("origin", "http://shop.test:8080")]));
        assert!(allowed(None, &[("origin", "http://shop.test:8080")]));
        assert!(!allowed(None, &[]));
        assert!(!allowed(None, &[("origin", "null")]));
        assert!(!allowed(None, &[("origin", "http://evil.test")]));
        assert!(!allowed(None, &[("origin", "http://shop.test:8080.evil.test")]));
    }

    #[test]
    fn another_site_is_refused_whatever_the_origin_says() {
        for site in ["cross-site", "same-site", "none", "", "SAME-ORIGIN"] {
            assert!(!allowed(None, &[("sec-fetch-site", site), ("origin", "http://shop.test:8080")]), "{site}");
        }
        assert!(!allowed(None, &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn a_public_url_is_binding() {
        let public = Some("https://shop.example.com/");
        assert!(allowed(public, &[("origin", "https://shop.example.com")]));
        assert!(allowed(public, &[("sec-fetch-site", "same-origin"), ("origin", "https://shop.example.com")]));
        assert!(!allowed(public, &[("sec-fetch-site", "same-origin"), ("origin", "http://shop.example.com")]));
        assert!(!allowed(public, &[("origin", "http://shop.test:8080")]));
    }

    #[test]
    fn what_is_not_understood_is_a_foreign_navigation() {
        let of = |values: &[&'static str]| {
            let sent =
                values.iter().map(|value| (HeaderName::from_static(SEC_FETCH_SITE), HeaderValue::from_static(value)));
            navigation(&sent.collect())
        };
        assert_eq!(
            (of(&[]), of(&["none"]), of(&["same-origin"])),
            (Navigation::Untold, Navigation::Untold, Navigation::Own)
        );
        for foreign in [&["cross-site"][..], &["same-site"], &[""], &["same-origin", "same-origin"]] {
            assert_eq!(of(foreign), Navigation::Foreign, "{foreign:?}");
        }
    }

    #[test]
    fn only_json_passes() {
        let sent = |value: &'static str| {
            require_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]))
        };
        assert!(sent("application/json").is_ok() && sent("Application/JSON; charset=utf-8").is_ok());
        assert!(
            sent("text/plain").is_err()
                && sent("application/x-www-form-urlencoded").is_err()
                && sent("application/jsonp").is_err()
        );
        assert!(require_json(&HeaderMap::new()).is_err());
    }
}
