//! Asks the auth service to sign in, renew and sign out: one deadline, bounded answers, no redirects.
//! Never logs or prints a password or a token, and never believes an answer that does not have the expected shape.

use std::{fmt, time::Duration};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header::RETRY_AFTER};
use reqwest::{Client, Response, redirect::Policy};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;
use witgate_keyring::resource_server::request_id;

use crate::{fault::Fault, forwarded::X_FORWARDED_FOR};

/// Within this time the auth service answers any request (its own deadline, `auth/service/src/http/deadline.rs`).
const AUTH_ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// The longest that a call to the auth service may take, its body included. Longer than the auth service itself takes:
/// giving up first would lose a rotated refresh token that is on its way.
pub const DEADLINE: Duration = Duration::from_secs(12);
const _: () = assert!(DEADLINE.as_secs() > AUTH_ANSWERS_WITHIN.as_secs());
/// The largest answer that is read from the auth service, in bytes.
pub const ANSWER_BYTES: usize = 64 * 1024;
/// How long an idle connection is kept; shorter than the 30 s after which a service closes it.
const IDLE: Duration = Duration::from_secs(15);
/// The header that ties log lines of one request together.
const REQUEST_ID: &str = "x-request-id";

/// A user name and a password, on their way to the auth service.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    username: String,
    password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(redacted)")
    }
}

/// What the auth service grants: both tokens and the access token's life in seconds.
#[derive(Deserialize)]
pub struct Grant {
    /// The signed access token.
    pub access_token: String,
    /// Its life in seconds.
    pub expires_in: u64,
    /// The opaque refresh token; good for one use.
    pub refresh_token: String,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct RefreshToken<'a> {
    refresh_token: &'a str,
}

#[derive(Deserialize)]
struct ProblemCode {
    code: Option<String>,
}

/// The auth service, as seen from the portal. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AuthClient {
    http: Client,
    base: Url,
}

impl AuthClient {
    /// A client for the auth service at `base`. Connects to nothing yet; fails when TLS cannot be set up.
    pub fn new(base: &Url) -> Result<Self, reqwest::Error> {
        let http =
            Client::builder().timeout(DEADLINE).pool_idle_timeout(IDLE).redirect(Policy::none()).no_proxy().build()?;
        let mut base = base.clone();
        base.set_path(&format!("{}/", base.path().trim_end_matches('/')));
        Ok(Self { http, base })
    }

    /// Trades a password for a grant. A wrong password is [`Fault::InvalidCredentials`].
    pub async fn login(&self, credentials: &Credentials, caller: &HeaderMap) -> Result<Grant, Fault> {
        let answer = self.post("login", credentials, caller).await?;
        grant(answer, Fault::InvalidCredentials).await
    }

    /// Trades a refresh token for a new grant. A spent or expired one is [`Fault::SessionExpired`].
    pub async fn refresh(&self, refresh_token: &str, caller: &HeaderMap) -> Result<Grant, Fault> {
        let answer = self.post("refresh", &RefreshToken { refresh_token }, caller).await?;
        grant(answer, Fault::SessionExpired).await
    }

    /// Ends the session that this refresh token belongs to.
    pub async fn logout(&self, refresh_token: &str, caller: &HeaderMap) -> Result<(), Fault> {
        let answer = self.post("logout", &RefreshToken { refresh_token }, caller).await?;
        if answer.status().is_success() { Ok(()) } else { Err(refusal(answer, Fault::SessionExpired).await) }
    }

    async fn post<B: Serialize>(&self, path: &str, body: &B, caller: &HeaderMap) -> Result<Response, Fault> {
        let url = self.base.join(path).expect("a fixed path joins to any http base");
        let mut request = self.http.post(url).json(body);
        for through in caller.get_all(X_FORWARDED_FOR) {
            request = request.header(X_FORWARDED_FOR, through);
        }
        if let Some(id) = request_id(caller) {
            request = request.header(REQUEST_ID, id);
        }
        request.send().await.map_err(unavailable)
    }
}

async fn grant(answer: Response, on_401: Fault) -> Result<Grant, Fault> {
    if !answer.status().is_success() {
        return Err(refusal(answer, on_401).await);
    }
    let grant: Grant = read_json(answer).await?.ok_or(Fault::AuthUnexpected)?;
    let complete = !grant.access_token.is_empty() && !grant.refresh_token.is_empty();
    complete.then_some(grant).ok_or(Fault::AuthUnexpected)
}

async fn refusal(answer: Response, on_401: Fault) -> Fault {
    let status = answer.status();
    let retry_after = answer.headers().get(RETRY_AFTER).cloned();
    let code = read_json::<ProblemCode>(answer).await.ok().flatten().and_then(|problem| problem.code);
    tracing::info!(status = status.as_u16(), code = code.as_deref().unwrap_or("-"), "the auth service refused");
    fault_for(status, retry_after, on_401)
}

fn fault_for(status: StatusCode, retry_after: Option<HeaderValue>, on_401: Fault) -> Fault {
    match status {
        StatusCode::UNAUTHORIZED => on_401,
        StatusCode::TOO_MANY_REQUESTS => Fault::TooManyAttempts { retry_after },
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Fault::Malformed,
        status if status.is_server_error() => Fault::AuthUnavailable,
        _ => Fault::AuthUnexpected,
    }
}

/// `Ok(None)` when the answer is too large or not of this shape: the content is not repeated anywhere.
async fn read_json<T: DeserializeOwned>(mut answer: Response) -> Result<Option<T>, Fault> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unavailable)? {
        if body.len() + chunk.len() > ANSWER_BYTES {
            tracing::error!(limit = ANSWER_BYTES, "the auth service's answer is too large");
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(serde_json::from_slice(&body).ok())
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unavailable(error: reqwest::Error) -> Fault {
    tracing::error!(cause = %Causes(&error), "the auth service does not answer");
    Fault::AuthUnavailable
}

/// An error with all its causes on one line.
struct Causes<'a>(&'a dyn std::error::Error);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            write!(f, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_no_secret() {
        let grant = Grant { access_token: "AAA".into(), expires_in: 600, refresh_token: "RRR".into() };
        let credentials = Credentials { username: "alice".into(), password: "PPP".into() };
        let shown = format!("{grant:?} {credentials:?}");
        assert!(!shown.contains("AAA") && !shown.contains("RRR") && !shown.contains("PPP"), "{shown}");
    }

    #[test]
    fn a_base_with_a_path_keeps_it() {
        let client = AuthClient::new(&Url::parse("http://127.0.0.1:9000/auth").unwrap()).unwrap();
        assert_eq!(client.base.join("login").unwrap().path(), "/auth/login");
    }

    #[test]
    fn an_unexpected_status_is_never_taken_for_a_wrong_password() {
        for status in [StatusCode::OK, StatusCode::FOUND, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND] {
            assert!(matches!(fault_for(status, None, Fault::InvalidCredentials), Fault::AuthUnexpected), "{status}");
        }
        assert!(matches!(fault_for(StatusCode::BAD_GATEWAY, None, Fault::InvalidCredentials), Fault::AuthUnavailable));
    }
}
