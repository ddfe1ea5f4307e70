//! `/portal/session`: renew and sign out. The access token goes to the page, the refresh token into the cookie.
//! Never puts the refresh token into a body, and never forgets a session only because the auth service is down.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use serde::Serialize;
use tokio::task::JoinSet;

use crate::{app::App, auth_client::Grant, fault::Fault};

/// Cookies of our name that are ended at one sign-out: each costs a call to the auth service.
const MOST_COOKIES: usize = 4;

/// What the page gets: the access token and its life in seconds.
#[derive(Serialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

/// Where the page goes on, to sign out at the auth service as well.
#[derive(Serialize)]
struct SignedOut {
    sign_out_url: String,
}

/// `POST /portal/session/refresh`: 200 with a new access token and a new cookie; 204 when there is no session to renew;
/// 401 `session_expired` (and no cookie any more) when the auth service refuses.
pub async fn refresh(State(app): State<App>, jar: CookieJar, headers: HeaderMap) -> Response {
    let Some(token) = app.refresh_cookie.read(&headers) else { return StatusCode::NO_CONTENT.into_response() };
    match app.auth.refresh(&token, &headers).await {
        Ok(grant) => granted(&app, jar, grant),
        Err(Fault::SessionExpired) => (app.refresh_cookie.clear(jar), Fault::SessionExpired).into_response(),
        Err(fault) => fault.into_response(),
    }
}

/// `DELETE /portal/session`: ends the session at the auth service and clears the cookie: 200 with the address where the
/// browser signs out there, too. Where a session may go on (503: the auth service does not answer; 400
/// `too_many_cookies`), the cookie stays, so that signing out can be tried again and is never only pretended.
pub async fn sign_out(State(app): State<App>, jar: CookieJar, headers: HeaderMap) -> Result<Response, Fault> {
    end_all(&app, &headers).await?;
    let sign_out_url = app.pages.sign_out(app.address.home(&headers).as_ref()).into();
    Ok((app.refresh_cookie.clear(jar), Json(SignedOut { sign_out_url })).into_response())
}

/// Ends the session of every cookie of our name. One of several may be planted, and nothing tells which; to sign out of
/// all of them is safe. All at once: none waits for another, and together they take no longer than one.
async fn end_all(app: &App, headers: &HeaderMap) -> Result<(), Fault> {
    let tokens = app.refresh_cookie.read_all(headers);
    let are_too_many = tokens.len() > MOST_COOKIES;
    let mut calls = JoinSet::new();
    for token in tokens.into_iter().take(MOST_COOKIES) {
        let (auth, headers) = (app.auth.clone(), headers.clone());
        calls.spawn(async move { auth.revoke(&token, &headers).await });
    }
    let outcomes = calls.join_all().await;
    if are_too_many { Err(Fault::TooManyCookies) } else { together(outcomes) }
}

/// What became of all of them. The auth service does not end another client's session for us: a token of one beside ours
/// was planted, and must not stand in the way. Where none was ended, the fault may be the portal's own registration.
fn together(outcomes: Vec<Result<(), Fault>>) -> Result<(), Fault> {
    let (mut is_any_ended, mut unexpected) = (false, Ok(()));
    for outcome in outcomes {
        match outcome {
            Ok(()) | Err(Fault::SessionExpired) => is_any_ended = true,
            Err(Fault::AuthUnexpected) => unexpected = Err(Fault::AuthUnexpected),
            Err(fault) => return Err(fault),
        }
    }
    if is_any_ended { Ok(()) } else { unexpected }
}

/// Signing in again replaces the session of this browser; the former one must not stay usable. The new one does not
/// depend on it.
pub async fn end_former(app: &App, headers: &HeaderMap) {
    if let Some(former) = app.refresh_cookie.read(headers) {
        end(app, &former, headers).await;
    }
}

/// Ends a session that nobody will have; a failure is only logged.
pub async fn end(app: &App, refresh_token: &str, headers: &HeaderMap) {
    if let Err(fault) = app.auth.revoke(refresh_token, headers).await {
        tracing::warn!(code = fault.code(), "a session that was given up could not be ended");
    }
}

fn granted(app: &App, jar: CookieJar, grant: Grant) -> Response {
    let jar = app.refresh_cookie.set(jar, grant.refresh_token);
    (jar, Json(Granted { access_token: grant.access_token, expires_in: grant.expires_in })).into_response()
}
