//! The two cookies of the portal: the refresh token, and the secret of a sign-in under way. Both are HttpOnly.
//! Never readable by a script, never chosen among several, and never without `Secure` when the portal is reached over https.

use std::time::Duration;

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use chassis::cookies;

/// How one cookie is written.
#[derive(Debug, Clone, Copy)]
pub struct BrowserCookie {
    name: &'static str,
    path: &'static str,
    same_site: SameSite,
    lifetime: Option<Duration>,
    secure: bool,
}

impl BrowserCookie {
    /// Holds the refresh token, for `/portal` alone: not `/orders`, not `/catalogue`. It lives until the browser is
    /// closed; the auth service decides how long its content is good. `secure`: the portal is reached over https.
    ///
    /// The prefix makes the browser refuse it unless it is Secure and came over https (RFC 6265bis, section 4.1.3.1).
    #[must_use]
    pub fn refresh_token(secure: bool) -> Self {
        let name = if secure { "__Secure-witgate_refresh" } else { "witgate_refresh" };
        Self { name, path: "/portal", same_site: SameSite::Strict, lifetime: None, secure }
    }

    /// Holds the secret of a sign-in under way, at `path` alone and for this long. Lax: the browser comes back to it from
    /// the auth service, which may be another site.
    #[must_use]
    pub fn sign_in(secure: bool, path: &'static str, lifetime: Duration) -> Self {
        let name = if secure { "__Secure-witgate_sign_in" } else { "witgate_sign_in" };
        Self { name, path, same_site: SameSite::Lax, lifetime: Some(lifetime), secure }
    }

    /// The content, if this browser has the cookie. Two of the name count as none ([`cookies::single`]).
    #[must_use]
    pub fn read(self, headers: &HeaderMap) -> Option<String> {
        cookies::single(headers, self.name).filter(|content| !content.is_empty())
    }

    /// Every content that the browser sent under the name: for signing out, where each may go.
    #[must_use]
    pub fn read_all(self, headers: &HeaderMap) -> Vec<String> {
        cookies::named(headers, self.name).filter(|content| !content.is_empty()).collect()
    }

    /// Keeps `content` in the browser, in the place of an older one.
    pub fn set(self, jar: CookieJar, content: String) -> CookieJar {
        jar.add(self.cookie(content))
    }

    /// Removes the cookie from the browser.
    pub fn clear(self, jar: CookieJar) -> CookieJar {
        // Added before removed: a jar only tells the browser of a removal when it has seen the cookie.
        let mut gone = self.cookie(String::new());
        gone.make_removal();
        jar.add(gone)
    }

    fn cookie(self, content: String) -> Cookie<'static> {
        let cookie = Cookie::build((self.name, content)).path(self.path).http_only(true).same_site(self.same_site);
        let cookie = cookie.secure(self.secure);
        match self.lifetime.and_then(|lifetime| lifetime.try_into().ok()) {
            Some(lifetime) => cookie.max_age(lifetime).build(),
            None => cookie.build(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::COOKIE;

    #[test]
    fn all_attributes_are_there() {
        let refresh = |secure| BrowserCookie::refresh_token(secure).cookie("t".into()).to_string();
        assert_eq!(refresh(false), "witgate_refresh=t; HttpOnly; SameSite=Strict; Path=/portal");
        assert_eq!(refresh(true), "__Secure-witgate_refresh=t; HttpOnly; SameSite=Strict; Secure; Path=/portal");
        let sign_in = |secure| BrowserCookie::sign_in(secure, "/back", Duration::from_secs(60)).cookie("s".into());
        assert_eq!(sign_in(false).to_string(), "witgate_sign_in=s; HttpOnly; SameSite=Lax; Path=/back; Max-Age=60");
        let secure = "__Secure-witgate_sign_in=s; HttpOnly; SameSite=Lax; Secure; Path=/back; Max-Age=60";
        assert_eq!(sign_in(true).to_string(), secure);
    }

    fn sent(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, axum::http::HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn exactly_one_cookie_of_our_name_is_read() {
        let read = |lines: &[&'static str]| BrowserCookie::refresh_token(false).read(&sent(lines));
        assert_eq!(read(&["a=1; witgate_refresh=t; b=2"]).as_deref(), Some("t"));
        assert_eq!(read(&["a=1", "witgate_refresh=t"]).as_deref(), Some("t"));
        for none in [&["a=1"][..], &["witgate_refresh="], &["__Secure-witgate_refresh=t"]] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }

    #[test]
    fn two_cookies_of_our_name_count_as_none() {
        let read = |lines: &[&'static str]| BrowserCookie::refresh_token(false).read(&sent(lines));
        for two in
            [&["witgate_refresh=planted; witgate_refresh=t"][..], &["witgate_refresh=t", "witgate_refresh=planted"]]
        {
            assert_eq!(read(two), None, "{two:?}");
        }
        assert_eq!(read(&["witgate_refresh=t; witgate_refresh="]), None, "an empty one counts");
        let both = sent(&["witgate_refresh=planted; witgate_refresh=t; a=1"]);
        assert_eq!(BrowserCookie::refresh_token(false).read_all(&both), ["planted", "t"]);
    }

    #[test]
    fn clearing_keeps_the_attributes_so_that_browsers_match_it() {
        let jar = BrowserCookie::refresh_token(false).clear(CookieJar::new());
        let cookie = jar.get("witgate_refresh").unwrap().to_string();
        assert!(
            cookie.contains("Max-Age=0") && cookie.contains("Path=/portal") && cookie.contains("HttpOnly"),
            "{cookie}"
        );
    }
}
