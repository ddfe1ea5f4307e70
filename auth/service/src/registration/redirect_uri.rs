//! Where a browser may be sent back to: what may be registered (RFC 6749 section 3.1.2, RFC 8252 section 7). Never a
//! target that runs as a script, nor plain http to another machine.

use thiserror::Error;
use url::Url;

use crate::loopback::is_loopback;

/// Longest redirect URI, in bytes.
pub const MAX_BYTES: usize = 2000;

/// Why a redirect URI cannot be registered, with the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RedirectFault {
    /// It is no whole URI.
    #[error("it is no absolute URI: write one such as https://app.example.com/callback")]
    NotAbsolute,
    /// It is too long.
    #[error("it is longer than 2000 bytes")]
    TooLong,
    /// A browser keeps the fragment and adds it to where it is sent next.
    #[error("it has a fragment: leave out `#` and what follows")]
    Fragment,
    /// User name or password.
    #[error("it has a user name or a password: leave them out")]
    Credentials,
    /// Codes would cross the network in clear.
    #[error("it is plain http to another machine: use https (http is for 127.0.0.1, [::1] and localhost)")]
    PlainHttp,
    /// Neither https nor an app's own scheme.
    #[error(
        "its scheme is neither https nor an app's own: those are reverse domain names, such as com.example.app:/back"
    )]
    Scheme,
    /// Not as a browser writes it: comparing letter by letter could mislead.
    #[error("it is not in its usual form: write it as browsers do, without spaces, `..` or control characters")]
    Form,
}

/// Checks a redirect URI before it is registered.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(text: &str) -> Result<(), RedirectFault> {
    if text.len() > MAX_BYTES {
        return Err(RedirectFault::TooLong);
    }
    let url = Url::parse(text).map_err(|_| RedirectFault::NotAbsolute)?;
    if text.contains('#') {
        return Err(RedirectFault::Fragment);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(RedirectFault::Credentials);
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(RedirectFault::PlainHttp),
        own if own.contains('.') => {}
        _ => return Err(RedirectFault::Scheme),
    }
    is_as_browsers_write_it(text, &url).then_some(()).ok_or(RedirectFault::Form)
}

/// An origin alone may lack its slash.
fn is_as_browsers_write_it(text: &str, url: &Url) -> bool {
    url.as_str() == text || url.as_str().strip_suffix('/') == Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_registered() {
        for good in [
            "https://app.example.com/back",
            "https://app.example.com",
            "https://app.example.com:8443/back?from=id",
            "http://127.0.0.1/back",
            "http://127.0.0.1:8080/back",
            "http://[::1]/back",
            "http://localhost:3000/back",
            "com.example.app:/back",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_may_not() {
        for (bad, fault) in [
            ("", RedirectFault::NotAbsolute),
            ("/back", RedirectFault::NotAbsolute),
            ("https://app.example.com/back#", RedirectFault::Fragment),
            ("https://app.example.com/#x", RedirectFault::Fragment),
            ("https://me@app.example.com/", RedirectFault::Credentials),
            ("http://app.example.com/back", RedirectFault::PlainHttp),
            ("http://127.0.0.1.example.com/", RedirectFault::PlainHttp),
            ("javascript:alert(1)", RedirectFault::Scheme),
            ("data:text/html,x", RedirectFault::Scheme),
            ("myapp:/back", RedirectFault::Scheme),
            ("https://app.example.com/a/../b", RedirectFault::Form),
            ("https://APP.example.com/", RedirectFault::Form),
            ("https://app.example.com/a b", RedirectFault::Form),
            ("https://app.example.com\\@evil.example/", RedirectFault::Form),
            (" https://app.example.com/", RedirectFault::Form),
        ] {
            assert_eq!(check(bad), Err(fault), "{bad}");
        }
        assert_eq!(check(&format!("https://a.example/{}", "x".repeat(2000))), Err(RedirectFault::TooLong));
    }
}
