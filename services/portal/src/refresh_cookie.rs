//! The cookie that holds the refresh token: HttpOnly, SameSite=Strict, only sent under `/portal`.
//! Never readable by a script, never chosen among several, and never without `Secure` when the portal is reached over https.

use axum::http::{HeaderMap, header::COOKIE};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

/// The only paths that see the cookie: not `/orders`, not `/catalogue`.
pub const PATH: &str = "/portal";
const NAME: &str = "witgate_refresh";
/// The prefix makes the browser refuse the cookie unless it is Secure and came over https (RFC 6265bis, section 4.1.3.1).
const SECURE_NAME: &str = "__Secure-witgate_refresh";

/// Cookies of our name that are looked at when signing out: each costs a call.
const MOST: usize = 4;

/// How the cookie is written. It lives until the browser is closed; the auth service decides how long its content is good.
#[derive(Debug, Clone, Copy)]
pub struct RefreshCookie {
    secure: bool,
}

impl RefreshCookie {
    /// `secure`: the portal is reached over https.
    #[must_use]
    pub fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// The refresh token of this browser, if it has one. Two cookies of our name count as none: one of them was put
    /// there by somebody else, from another path or a sibling host, and nothing tells which (RFC 6265, section 8.6).
    #[must_use]
    pub fn read(self, headers: &HeaderMap) -> Option<String> {
        let mut ours = self.values(headers);
        ours.next().filter(|_| ours.next().is_none()).filter(|token| !token.is_empty())
    }

    /// Every refresh token that the browser sent under our name, at most [`MOST`]: for signing out, where each may go.
    #[must_use]
    pub fn read_all(self, headers: &HeaderMap) -> Vec<String> {
        self.values(headers).filter(|token| !token.is_empty()).take(MOST).collect()
    }

    fn values(self, headers: &HeaderMap) -> impl Iterator<Item = String> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let ours = lines.flat_map(Cookie::split_parse).flatten().filter(move |cookie| cookie.name() == self.name());
        ours.map(|cookie| cookie.value().to_owned())
    }

    /// Keeps `refresh_token` in the browser, in the place of an older one.
    pub fn set(self, jar: CookieJar, refresh_token: String) -> CookieJar {
        jar.add(self.cookie(refresh_token))
    }

    /// Removes the cookie from the browser.
    pub fn clear(self, jar: CookieJar) -> CookieJar {
        // Added before removed: a jar only tells the browser of a removal when it has seen the cookie.
        let mut gone = self.cookie(String::new());
        gone.make_removal();
        jar.add(gone)
    }

    fn name(self) -> &'static str {
        if self.secure { SECURE_NAME } else { NAME }
    }

    fn cookie(self, value: String) -> Cookie<'static> {
        let cookie = Cookie::build((self.name(), value)).path(PATH).http_only(true).same_site(SameSite::Strict);
        cookie.secure(self.secure).build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_attributes_are_there() {
        let plain = RefreshCookie::new(false).cookie("t".into()).to_string();
        assert_eq!(plain, "witgate_refresh=t; HttpOnly; SameSite=Strict; Path=/portal");
        let secure = RefreshCookie::new(true).cookie("t".into()).to_string();
        assert_eq!(secure, "__Secure-witgate_refresh=t; HttpOnly; SameSite=Strict; Secure; Path=/portal");
    }

    fn sent(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, axum::http::HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn exactly_one_cookie_of_our_name_is_read() {
        let read = |lines: &[&'static str]| RefreshCookie::new(false).read(&sent(lines));
        assert_eq!(read(&["a=1; witgate_refresh=t; b=2"]).as_deref(), Some("t"));
        assert_eq!(read(&["a=1", "witgate_refresh=t"]).as_deref(), Some("t"));
        for none in [&["a=1"][..], &["witgate_refresh="], &["__Secure-witgate_refresh=t"]] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }

    #[test]
    fn two_cookies_of_our_name_count_as_none() {
        let read = |lines: &[&'static str]| RefreshCookie::new(false).read(&sent(lines));
        for two in
            [&["witgate_refresh=planted; witgate_refresh=t"][..], &["witgate_refresh=t", "witgate_refresh=planted"]]
        {
            assert_eq!(read(two), None, "{two:?}");
        }
        assert_eq!(read(&["witgate_refresh=t; witgate_refresh="]), None, "an empty one counts");
        let all = RefreshCookie::new(false).read_all(&sent(&["witgate_refresh=planted; witgate_refresh=t; a=1"]));
        assert_eq!(all, ["planted", "t"]);
    }

    #[test]
    fn clearing_keeps_the_attributes_so_that_browsers_match_it() {
        let jar = RefreshCookie::new(false).clear(CookieJar::new());
        let cookie = jar.get(NAME).unwrap().to_string();
        assert!(
            cookie.contains("Max-Age=0") && cookie.contains("Path=/portal") && cookie.contains("HttpOnly"),
            "{cookie}"
        );
    }
}
