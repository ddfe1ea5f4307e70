//! Asks the auth service to redeem a code, renew and revoke: one deadline, bounded answers, no redirects.
//! Never logs or prints a code, a verifier or a token, and never believes an answer that does not have the expected shape.

use std::{fmt, time::Duration};

use axum::http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use reqwest::{Client, Response, redirect::Policy};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;
use witgate_keyring::resource_server::request_id;

use crate::{fault::Fault, forwarded::X_FORWARDED_FOR, sign_in_client::SignInClient};

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
/// The media type of every request (RFC 6749 section 4.1.3).
const FORM: &str = "application/x-www-form-urlencoded";

/// What redeems an authorization code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
pub struct Code<'a> {
    /// The code, from the browser.
    pub code: &'a str,
    /// The very redirect URI of the authorization request.
    pub redirect_uri: &'a Url,
    /// The PKCE verifier.
    pub verifier: &'a str,
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
    /// The id token, where a code was redeemed.
    pub id_token: Option<String>,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct OAuthError {
    error: Option<String>,
}

/// The auth service, as seen from the portal. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AuthClient {
    http: Client,
    base: Url,
    client: SignInClient,
}

impl AuthClient {
    /// Speaks as `client` to the auth service at `base`. Connects to nothing yet; fails when TLS cannot be set up.
    pub fn new(base: &Url, client: SignInClient) -> Result<Self, reqwest::Error> {
        let http =
            Client::builder().timeout(DEADLINE).pool_idle_timeout(IDLE).redirect(Policy::none()).no_proxy().build()?;
        let mut base = base.clone();
        base.set_path(&format!("{}/", base.path().trim_end_matches('/')));
        Ok(Self { http, base, client })
    }

    /// Trades a code for a grant. A spent, expired or foreign code is [`Fault::SessionExpired`].
    pub async fn redeem(&self, code: &Code<'_>, caller: &HeaderMap) -> Result<Grant, Fault> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.code),
            ("redirect_uri", code.redirect_uri.as_str()),
            ("code_verifier", code.verifier),
        ];
        grant(self.post("oauth/token", &fields, caller).await?).await
    }

    /// Trades a refresh token for a new grant. A spent or expired one is [`Fault::SessionExpired`].
    pub async fn refresh(&self, refresh_token: &str, caller: &HeaderMap) -> Result<Grant, Fault> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        grant(self.post("oauth/token", &fields, caller).await?).await
    }

    /// Ends the session that this refresh token belongs to (RFC 7009).
    pub async fn revoke(&self, refresh_token: &str, caller: &HeaderMap) -> Result<(), Fault> {
        let fields = [("token", refresh_token), ("token_type_hint", "refresh_token")];
        let answer = self.post("oauth/revoke", &fields, caller).await?;
        if answer.status().is_success() { Ok(()) } else { Err(refusal(answer).await) }
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)], caller: &HeaderMap) -> Result<Response, Fault> {
        let url = self.base.join(path).expect("a fixed path joins to any http base");
        let form = self.client.form().extend_pairs(fields).finish();
        let mut request = self.http.post(url).header(CONTENT_TYPE, FORM).body(form);
        for through in caller.get_all(X_FORWARDED_FOR) {
            request = request.header(X_FORWARDED_FOR, through);
        }
        if let Some(id) = request_id(caller) {
            request = request.header(REQUEST_ID, id);
        }
        request.send().await.map_err(unavailable)
    }
}

async fn grant(answer: Response) -> Result<Grant, Fault> {
    if !answer.status().is_success() {
        return Err(refusal(answer).await);
    }
    let grant: Grant = read_json(answer).await?.ok_or(Fault::AuthUnexpected)?;
    let complete = !grant.access_token.is_empty() && !grant.refresh_token.is_empty();
    complete.then_some(grant).ok_or(Fault::AuthUnexpected)
}

async fn refusal(answer: Response) -> Fault {
    let status = answer.status();
    let retry_after = answer.headers().get(RETRY_AFTER).cloned();
    let error = read_json::<OAuthError>(answer).await.ok().flatten().and_then(|body| body.error);
    let fault = fault_for(status, error.as_deref(), retry_after);
    let (status, error, code) = (status.as_u16(), error.as_deref().unwrap_or("-"), fault.code());
    if fault == Fault::AuthUnexpected {
        tracing::error!(status, error, code, "the auth service refused the portal: is the sign-in client registered?");
    } else {
        tracing::info!(status, error, code, "the auth service refused");
    }
    fault
}

/// RFC 6749 section 5.2: only `invalid_grant` is about the code or the token; the rest is about the portal itself.
fn fault_for(status: StatusCode, error: Option<&str>, retry_after: Option<HeaderValue>) -> Fault {
    match status {
        StatusCode::BAD_REQUEST if error == Some("invalid_grant") => Fault::SessionExpired,
        StatusCode::TOO_MANY_REQUESTS => Fault::TooManyAttempts { retry_after },
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
        let (access_token, refresh_token, id_token) = ("AAA".into(), "RRR".into(), Some("III".into()));
        let shown = format!("{:?}", Grant { access_token, expires_in: 600, refresh_token, id_token });
        assert!(!["AAA", "RRR", "III"].iter().any(|secret| shown.contains(secret)), "{shown}");
    }

    #[test]
    fn a_base_with_a_path_keeps_it() {
        let client = SignInClient::open("portal", None).unwrap();
        let client = AuthClient::new(&Url::parse("http://127.0.0.1:9000/auth").unwrap(), client).unwrap();
        assert_eq!(client.base.join("oauth/token").unwrap().path(), "/auth/oauth/token");
    }

    #[test]
    fn only_a_refused_grant_ends_a_session() {
        assert_eq!(fault_for(StatusCode::BAD_REQUEST, Some("invalid_grant"), None), Fault::SessionExpired);
        for (status, error) in [
            (StatusCode::BAD_REQUEST, Some("invalid_request")),
            (StatusCode::BAD_REQUEST, None),
            (StatusCode::UNAUTHORIZED, Some("invalid_client")),
            (StatusCode::UNAUTHORIZED, Some("invalid_grant")),
            (StatusCode::OK, Some("invalid_grant")),
            (StatusCode::FOUND, None),
            (StatusCode::NOT_FOUND, None),
        ] {
            assert_eq!(fault_for(status, error, None), Fault::AuthUnexpected, "{status} {error:?}");
        }
        assert_eq!(fault_for(StatusCode::BAD_GATEWAY, Some("invalid_grant"), None), Fault::AuthUnavailable);
    }
}
