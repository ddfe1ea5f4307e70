//! The cookie by which a browser is known here: HttpOnly, SameSite=Lax, and behind https with the prefix `__Host-`, so that
//! no sibling host can plant one (RFC 6265bis section 4.1.3.2). Before a sign-in it only binds forms to the browser, and the
//! store does not know it. Never chosen among several.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use axum_extra::extract::cookie::{Cookie, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::cookies;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::declined::Declined;
use crate::grants::{GrantError, Grants};
use crate::opaque::{self, Kind, TokenHash};
use crate::secret::Secret;

const NAME: &str = "witgate";
const SECURE_NAME: &str = "__Host-witgate";
/// What the token of a form is a MAC of.
const FORM_LABEL: &[u8] = b"witgate form";

/// The browser that asks.
pub(super) struct Browser {
    cookie: Secret,
    /// SHA-256 of the cookie: the store's key.
    pub(super) hash: TokenHash,
    /// Whether the browser had none, and is to get this one.
    is_new: bool,
    secure: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Browser
where
    Grants: FromRef<S>,
{
    type Rejection = Declined;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Declined> {
        let secure = is_secure(&Grants::from_ref(state));
        let had = read(&parts.headers, secure).and_then(|cookie| {
            let hash = opaque::presented(Kind::BrowserSession, &cookie)?;
            Some(Browser { cookie, hash, is_new: false, secure })
        });
        had.map_or_else(|| new(secure), Ok)
    }
}

impl Browser {
    /// What a form of this browser must bring.
    pub(super) fn form_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.form_mac().finalize().into_bytes())
    }

    /// Whether a form brought it. Compared in constant time.
    pub(super) fn is_form_token(&self, presented: &str) -> bool {
        let Ok(presented) = URL_SAFE_NO_PAD.decode(presented) else { return false };
        !self.is_new && self.form_mac().verify_slice(&presented).is_ok()
    }

    /// The answer, with the cookie when the browser has none yet.
    pub(super) fn remember(&self, response: Response) -> Response {
        if self.is_new { self.replace(response, &self.cookie) } else { response }
    }

    /// The answer, with another cookie.
    pub(super) fn replace(&self, response: Response, cookie: &Secret) -> Response {
        with_cookie(response, &built(cookie.expose().to_owned(), self.secure))
    }

    /// The answer, with which the browser forgets its cookie.
    pub(super) fn forget(&self, response: Response) -> Response {
        let mut gone = built(String::new(), self.secure);
        gone.make_removal();
        with_cookie(response, &gone)
    }

    fn form_mac(&self) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(self.cookie.expose().as_bytes());
        mac.expect("HMAC takes a key of any length").chain_update(FORM_LABEL)
    }
}

fn new(secure: bool) -> Result<Browser, Declined> {
    let (cookie, hash) = opaque::generate(Kind::BrowserSession).map_err(GrantError::from)?;
    Ok(Browser { cookie, hash, is_new: true, secure })
}

/// Whether browsers reach this service over https.
fn is_secure(grants: &Grants) -> bool {
    grants.issuer().issuer().starts_with("https://")
}

/// The one cookie of our name.
fn read(headers: &HeaderMap, secure: bool) -> Option<Secret> {
    let name = if secure { SECURE_NAME } else { NAME };
    cookies::single(headers, name).map(Secret::new)
}

fn built(value: String, secure: bool) -> Cookie<'static> {
    let name = if secure { SECURE_NAME } else { NAME };
    Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).secure(secure).build()
}

fn with_cookie(mut response: Response, cookie: &Cookie<'_>) -> Response {
    let value = HeaderValue::from_str(&cookie.to_string()).expect("a token is visible ASCII");
    response.headers_mut().append(SET_COOKIE, value);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::COOKIE;

    fn sent(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn all_attributes_are_there() {
        assert_eq!(built("t".into(), false).to_string(), "witgate=t; HttpOnly; SameSite=Lax; Path=/");
        assert_eq!(built("t".into(), true).to_string(), "__Host-witgate=t; HttpOnly; SameSite=Lax; Secure; Path=/");
    }

    #[test]
    fn exactly_one_cookie_of_our_name_is_read() {
        let one = |lines: &[&'static str], secure| read(&sent(lines), secure).map(|cookie| cookie.expose().to_owned());
        assert_eq!(one(&["a=1; witgate=t; b=2"], false).as_deref(), Some("t"));
        assert_eq!(one(&["__Host-witgate=t; witgate=x"], true).as_deref(), Some("t"));
        for none in [&["a=1"][..], &["witgate=planted; witgate=t"], &["witgate=t", "witgate=planted"]] {
            assert_eq!(one(none, false), None, "{none:?}");
        }
        assert_eq!(one(&["witgate=t"], true), None, "without the prefix anybody can plant it");
    }

    #[test]
    fn a_form_belongs_to_one_browser() {
        let mut browsers = [new(false).unwrap(), new(false).unwrap()];
        for browser in &mut browsers {
            browser.is_new = false;
        }
        let [mine, other] = browsers;
        assert!(mine.is_form_token(&mine.form_token()));
        for wrong in [other.form_token(), String::new(), "%".to_owned(), mine.cookie.expose().to_owned()] {
            assert!(!mine.is_form_token(&wrong), "{wrong}");
        }
        let fresh = new(false).unwrap();
        assert!(!fresh.is_form_token(&fresh.form_token()), "a browser without a cookie has no form of ours");
    }
}
