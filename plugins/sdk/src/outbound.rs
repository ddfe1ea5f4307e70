//! HTTP to the hosts that the plugin's entry lists: `grants.http = { hosts = ["api.example.com"] }`.
//!
//! The call waits for the whole answer, or for the entry's deadline; the gateway's worker serves others meanwhile. Never
//! follows a redirect, and never sends the caller's token unless the plugin puts it there. Not in `configure`: it is run
//! where nobody may wait.
//!
//! ```
//! use witgate_plugin::{Decision, Refusal, outbound, request};
//!
//! /// Another service decides; without its answer nobody passes.
//! fn authorize() -> Decision {
//!     // Encoded: the path is the caller's, and may have an `&` in it.
//!     let question = outbound::Request::get("https://api.example.com/may").query("path", &request::path());
//!     match outbound::send(&question.header("accept", "text/plain")) {
//!         Ok(answer) if answer.status == 200 && answer.body == b"yes" => Decision::Allow,
//!         Ok(_) => Decision::Deny(Refusal::forbidden("not_permitted", "You may not do this.")),
//!         Err(why) => {
//!             witgate_plugin::warn!("nobody answered", why = why);
//!             Decision::Deny(Refusal::new(503, "undecided", "Try again."))
//!         }
//!     }
//! }
//!
//! use witgate_plugin::mock;
//! let yes = Ok(outbound::Response { status: 200, headers: vec![], body: b"yes".to_vec() });
//! let request = mock::request("GET", "/a").answer("https://api.example.com/may?path=%2Fa", yes);
//! assert_eq!(request.run(authorize), Decision::Allow);
//! ```
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub use crate::granted::{OutboundError as Error, Request, Response};
use crate::host;

/// All but RFC 3986's unreserved characters: nothing else means the same in every part of a URL, and to every server.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Sends one request and takes the whole answer, whatever its status.
///
/// ```
/// use witgate_plugin::{mock, outbound};
///
/// let gold = outbound::Response { status: 200, headers: vec![], body: b"gold".to_vec() };
/// let request = mock::request("GET", "/").answer("https://billing.example.com/plans/acme", Ok(gold));
/// request.run(|| {
///     let answer = outbound::send(&outbound::Request::get("https://billing.example.com/plans/acme")).unwrap();
///     assert_eq!((answer.status, answer.body.as_slice()), (200, &b"gold"[..]));
///     let denied = outbound::send(&outbound::Request::get("https://elsewhere.example.com/"));
///     assert_eq!(denied, Err(outbound::Error::Denied));
/// });
/// ```
///
/// # Errors
/// Why there is no answer. The operator's log has the cause.
pub fn send(request: &Request) -> Result<Response, Error> {
    host::send(request)
}

impl Request {
    /// A `GET` without headers.
    ///
    /// ```
    /// use witgate_plugin::outbound::Request;
    ///
    /// let request = Request::get("https://api.example.com/");
    /// assert_eq!((request.method.as_str(), request.body.len()), ("GET", 0));
    /// ```
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: "GET".to_owned(), url: url.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// A `POST` of a body, without headers: say what it is with `content-type`.
    ///
    /// ```
    /// use witgate_plugin::outbound::Request;
    ///
    /// let request = Request::post("https://api.example.com/", "{}").header("content-type", "application/json");
    /// assert_eq!(request.body, b"{}");
    /// ```
    pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { method: "POST".to_owned(), body: body.into(), ..Self::get(url) }
    }

    /// One more segment of the path, encoded: with a slash or a question mark in it it is still one. Before any [`query`](Self::query).
    ///
    /// ```
    /// use witgate_plugin::outbound::{Error, Request};
    ///
    /// let plans = Request::get("https://billing.example.com/plans");
    /// let plan = plans.clone().segment("acme/../globex?x").unwrap();
    /// assert_eq!(plan.url, "https://billing.example.com/plans/acme%2F..%2Fglobex%3Fx");
    /// assert_eq!(plans.segment(".."), Err(Error::Invalid), "another path, however it is encoded");
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty one, `.` and `..`, which no encoding makes a segment, and behind a query or a fragment.
    pub fn segment(mut self, text: &str) -> Result<Self, Error> {
        if matches!(text, "" | "." | "..") || self.url.contains(['?', '#']) {
            return Err(Error::Invalid);
        }
        let slash = if self.url.ends_with('/') { "" } else { "/" };
        self.url = format!("{}{slash}{}", self.url, utf8_percent_encode(text, RESERVED));
        Ok(self)
    }

    /// One more parameter of the query, encoded: whatever is in it, it is one value.
    ///
    /// ```
    /// use witgate_plugin::outbound::Request;
    ///
    /// let may = Request::get("https://api.example.com/may").query("path", "/a&path=/b").query("by", "Zoë +1");
    /// assert_eq!(may.url, "https://api.example.com/may?path=%2Fa%26path%3D%2Fb&by=Zo%C3%AB%20%2B1");
    /// ```
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        let before = if self.url.contains('?') { '&' } else { '?' };
        let [name, value] = [name, value].map(|text| utf8_percent_encode(text, RESERVED));
        self.url = format!("{}{before}{name}={value}", self.url);
        self
    }

    /// One more header. Those of the connection and of the framing are the gateway's: it leaves them out.
    ///
    /// ```
    /// use witgate_plugin::outbound::Request;
    ///
    /// let request = Request::get("https://api.example.com/").header("accept", "text/plain");
    /// assert_eq!(request.headers, [("accept".to_owned(), b"text/plain".to_vec())]);
    /// ```
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }
}

impl Response {
    /// The first value of a header; the name in any case.
    ///
    /// ```
    /// use witgate_plugin::outbound::Response;
    ///
    /// let response = Response { status: 302, headers: vec![("location".into(), b"/".to_vec())], body: vec![] };
    /// assert_eq!(response.header("Location"), Some(&b"/"[..]));
    /// ```
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock;

    #[test]
    fn what_is_encoded_stays_in_its_place() {
        let base = || Request::get("https://a/");
        for text in ["/", "?", "#", "&", "=", "%2e%2e", "\\", "a b", "...", "\u{0}", "😀"] {
            let segment = base().segment(text).expect("a segment").url;
            let rest = segment.strip_prefix("https://a/").expect("one slash");
            assert!(!rest.contains(['/', '?', '#', '\\', ' ']), "{segment}");
            let query = base().query(text, text).query("last", "").url;
            assert_eq!((query.matches(['?', '&', '#']).count(), query.matches('=').count()), (2, 2), "{query}");
        }
        for none in ["", ".", ".."] {
            assert_eq!(base().segment(none), Err(Error::Invalid));
        }
        assert_eq!(base().query("a", "b").segment("c"), Err(Error::Invalid), "it would be a part of the query");
    }

    #[test]
    fn the_mock_answers_what_was_made_up_and_denies_the_rest() {
        let made_up = Response { status: 302, headers: vec![("Location".into(), b"/".to_vec())], body: Vec::new() };
        let request =
            mock::request("GET", "/").answer("https://a/", Ok(made_up)).answer("https://b/", Err(Error::Timeout));
        request.run(|| {
            let answer = send(&Request::get("https://a/")).expect("an answer");
            assert_eq!((answer.status, answer.header("location")), (302, Some(&b"/"[..])));
            assert_eq!(
                send(&Request::post("https://b/", "x").header("content-type", "text/plain")),
                Err(Error::Timeout)
            );
            assert_eq!(send(&Request::get("https://c/")), Err(Error::Denied));
        });
        let sent = mock::sent();
        assert_eq!(sent.len(), 3);
        assert_eq!((sent[1].method.as_str(), sent[1].body.as_slice()), ("POST", &b"x"[..]));
    }
}
