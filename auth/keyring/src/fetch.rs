//! One guarded request: few redirects and none to elsewhere, a deadline set by the caller, a bounded body.
//!
//! Never follows the server to another origin, and never sends credentials that the caller did not bring.

use std::time::Duration;

use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use http::{HeaderMap, HeaderValue};
use reqwest::Response;
use url::Url;

use crate::causes::clipped;
use crate::guard::{AddressFault, Allowances};
use crate::guarded::guarded;
use crate::names::Names;
use crate::origin;

/// Longest body that is read, in bytes.
pub(crate) const MAX_BODY_BYTES: usize = witgate_token::MAX_JWKS_BYTES;
/// Most redirects that are followed in one fetch.
const MAX_REDIRECTS: usize = 3;
/// How long a connection may take, within the deadline of the whole fetch.
const CONNECT_DEADLINE: Duration = Duration::from_secs(3);

/// A body that arrived whole.
pub(crate) struct Fetched {
    pub body: Vec<u8>,
    /// `max-age` of Cache-Control; zero where it says `no-store` or `no-cache`.
    pub max_age: Option<Duration>,
}

/// Why nothing came. For the operator's log only.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchFault {
    #[error(transparent)]
    Address(#[from] AddressFault),
    /// Without the address, in which there may be a secret.
    #[error("the server gave no whole answer")]
    Transport(#[source] reqwest::Error),
    #[error("the server answered with status {0}")]
    Status(u16),
    #[error("the answer is longer than {0} bytes")]
    TooLarge(usize),
    #[error("the server redirects to another origin, {0}; name the final address instead")]
    RedirectElsewhere(String),
    #[error("the server redirects more than {MAX_REDIRECTS} times")]
    RedirectsWithoutEnd,
    #[error("the server redirects to nowhere")]
    RedirectNowhere,
}

impl From<reqwest::Error> for FetchFault {
    fn from(error: reqwest::Error) -> Self {
        Self::Transport(error.without_url())
    }
}

/// The HTTP clients of a keyring: one that reaches private networks and one that does not.
pub(crate) struct Clients {
    public: reqwest::Client,
    private: reqwest::Client,
}

impl Clients {
    pub fn new(names: &Names) -> Result<Self, reqwest::Error> {
        Ok(Self { public: client(names.clone(), false)?, private: client(names.clone(), true)? })
    }

    /// The client for an issuer with these allowances.
    pub fn under(&self, allowances: Allowances) -> reqwest::Client {
        if allowances.private { self.private.clone() } else { self.public.clone() }
    }
}

/// A client that follows no redirect by itself and reads no proxy setting from the environment.
fn client(names: Names, allow_private: bool) -> Result<reqwest::Client, reqwest::Error> {
    guarded(reqwest::Client::builder(), names, allow_private)
        .connect_timeout(CONNECT_DEADLINE)
        // Fetches are rare, and a kept connection that the server is about to close would cost one.
        .pool_max_idle_per_host(0)
        .user_agent(concat!("witgate/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Fetches one document. The caller sets the deadline.
pub(crate) async fn get(
    client: &reqwest::Client,
    address: &Url,
    allowances: Allowances,
) -> Result<Fetched, FetchFault> {
    let mut answer = follow(client, address, allowances, &HeaderMap::new()).await?;
    if answer.status() != http::StatusCode::OK {
        return Err(FetchFault::Status(answer.status().as_u16()));
    }
    let max_age = max_age_of(&answer);
    let body = bounded_body(&mut answer, MAX_BODY_BYTES).await?;
    Ok(Fetched { body, max_age })
}

/// What a server said to a conditional GET.
pub(crate) enum Answer {
    /// A document, and its validator where it has one.
    Changed { fetched: Fetched, etag: Option<HeaderValue> },
    /// The document of the validator is still the one (RFC 9110 section 15.4.5).
    Unchanged { max_age: Option<Duration> },
}

/// Fetches one document of at most `most` bytes unless it is the one of `If-None-Match`. The caller sets the deadline.
pub(crate) async fn get_if_changed(
    client: &reqwest::Client,
    address: &Url,
    allowances: Allowances,
    headers: &HeaderMap,
    most: usize,
) -> Result<Answer, FetchFault> {
    let mut answer = follow(client, address, allowances, headers).await?;
    let max_age = max_age_of(&answer);
    match answer.status() {
        http::StatusCode::NOT_MODIFIED if headers.contains_key(IF_NONE_MATCH) => Ok(Answer::Unchanged { max_age }),
        http::StatusCode::OK => {
            let etag = answer.headers().get(ETAG).cloned();
            let body = bounded_body(&mut answer, most).await?;
            Ok(Answer::Changed { fetched: Fetched { body, max_age }, etag })
        }
        other => Err(FetchFault::Status(other.as_u16())),
    }
}

/// Posts one form and takes an answer of at most `most` bytes. Follows no redirect: the form may hold a secret. The caller
/// sets the deadline.
pub(crate) async fn post_form(
    client: &reqwest::Client,
    address: &Url,
    allowances: Allowances,
    authorization: Option<&HeaderValue>,
    (form, most): (String, usize),
) -> Result<Vec<u8>, FetchFault> {
    allowances.judge(address)?;
    let mut request = client.post(address.clone()).header("accept", "application/json");
    request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(authorization) = authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    let mut answer = request.body(form).send().await?;
    if answer.status() != http::StatusCode::OK {
        return Err(FetchFault::Status(answer.status().as_u16()));
    }
    bounded_body(&mut answer, most).await
}

/// The first answer that is no redirect. Each address on the way is judged as the first one is. The headers go along:
/// no redirect leads to another origin.
async fn follow(
    client: &reqwest::Client,
    address: &Url,
    allowances: Allowances,
    headers: &HeaderMap,
) -> Result<Response, FetchFault> {
    let mut current = address.clone();
    for _ in 0..=MAX_REDIRECTS {
        allowances.judge(&current)?;
        let request = client.get(current.clone()).header("accept", "application/json").headers(headers.clone());
        let answer = request.send().await?;
        if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(answer);
        }
        let next = target(&current, &answer).ok_or(FetchFault::RedirectNowhere)?;
        if !origin::same(address, &next) {
            return Err(FetchFault::RedirectElsewhere(clipped(&next.origin().ascii_serialization())));
        }
        current = next;
    }
    Err(FetchFault::RedirectsWithoutEnd)
}

/// RFC 9110 section 10.2.2: one reference, perhaps relative.
fn target(current: &Url, answer: &Response) -> Option<Url> {
    let mut locations = answer.headers().get_all(LOCATION).iter();
    let (only, None) = (locations.next()?, locations.next()) else { return None };
    current.join(only.to_str().ok()?).ok()
}

/// Counts what arrives, not what Content-Length promises.
async fn bounded_body(answer: &mut Response, most: usize) -> Result<Vec<u8>, FetchFault> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > most {
            return Err(FetchFault::TooLarge(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn max_age_of(answer: &Response) -> Option<Duration> {
    answer.headers().get(CACHE_CONTROL).and_then(|value| max_age(value.to_str().ok()?))
}

/// RFC 9111 section 5.2.2, as far as it matters for how soon to ask again.
fn max_age(cache_control: &str) -> Option<Duration> {
    let directives = cache_control.split(',').map(|one| one.trim().to_ascii_lowercase());
    let mut found = None;
    for directive in directives {
        if directive == "no-store" || directive == "no-cache" {
            return Some(Duration::ZERO);
        }
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            found = seconds.trim_matches('"').parse().ok().map(Duration::from_secs);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_fault_shows_the_address() {
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", gone.local_addr().expect("an address"));
        drop(gone);
        let address: Url = format!("{origin}/a-path?token=a-secret").parse().expect("a URL");
        let client = client(Names::System, false).expect("a client");
        let Err(fault) = get(&client, &address, Allowances::default()).await else { panic!("nobody is there") };
        let shown = format!("{} {fault:?}", crate::causes::with_causes(&fault));
        assert!(matches!(fault, FetchFault::Transport(_)), "{shown}");
        assert!(!shown.contains("a-path") && !shown.contains("a-secret"), "{shown}");
    }

    #[test]
    fn cache_control_is_read() {
        for (text, seconds) in [
            ("max-age=600", Some(600)),
            ("public, Max-Age=\"60\"", Some(60)),
            ("max-age=600, no-store", Some(0)),
            ("no-cache", Some(0)),
            ("s-maxage=5", None),
            ("max-age=-1", None),
            ("max-age=99999999999999999999", None),
            ("", None),
        ] {
            assert_eq!(max_age(text), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
