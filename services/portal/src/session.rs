//! `/portal/session`: sign in, renew, sign out. The access token goes to the page, the refresh token into the cookie.
//! Never puts the refresh token into a body, and never forgets a session only because the auth service is down.

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use serde::Serialize;

use crate::{
    app::App,
    auth_client::{Credentials, Grant},
    fault::Fault,
};

/// What the page gets: the access token and its life in seconds.
#[derive(Serialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

/// `POST /portal/session` `{"username", "password"}`: 200 with the access token, the refresh token in the cookie.
pub async fn sign_in(
    State(app): State<App>,
    jar: CookieJar,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Fault> {
    let body = body.map_err(|rejection| Fault::of_body(&rejection))?;
    let credentials: Credentials = serde_json::from_slice(&body).map_err(|_| Fault::Malformed)?;
    let grant = app.auth.login(&credentials, &headers).await?;
    if let Some(former) = app.cookie.read(&headers) {
        end_former(&app, &former, &headers).await;
    }
    Ok(granted(&app, jar, grant))
}

/// `POST /portal/session/refresh`: 200 with a new access token and a new cookie; 204 when there is no session to renew;
/// 401 `session_expired` (and no cookie any more) when the auth service refuses.
pub async fn refresh(State(app): State<App>, jar: CookieJar, headers: HeaderMap) -> Response {
    let Some(token) = app.cookie.read(&headers) else { return StatusCode::NO_CONTENT.into_response() };
    match app.auth.refresh(&token, &headers).await {
        Ok(grant) => granted(&app, jar, grant),
        Err(Fault::SessionExpired) => (app.cookie.clear(jar), Fault::SessionExpired).into_response(),
        Err(fault) => fault.into_response(),
    }
}

/// `DELETE /portal/session`: ends the session at the auth service and clears the cookie: 204. When the auth service
/// does not answer, 503 and the cookie stays, so that signing out can be tried again and is never only pretended.
pub async fn sign_out(State(app): State<App>, jar: CookieJar, headers: HeaderMap) -> Result<Response, Fault> {
    // Of several cookies one may be planted, and nothing tells which; to sign out of all of them is safe.
    for token in app.cookie.read_all(&headers) {
        match app.auth.logout(&token, &headers).await {
            Ok(()) | Err(Fault::SessionExpired) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok((app.cookie.clear(jar), StatusCode::NO_CONTENT).into_response())
}

/// Signing in again replaces the session; the former one must not stay usable. The new one does not depend on it.
async fn end_former(app: &App, refresh_token: &str, headers: &HeaderMap) {
    if let Err(fault) = app.auth.logout(refresh_token, headers).await {
        tracing::warn!(code = fault.code(), "the former session could not be ended");
    }
}

fn granted(app: &App, jar: CookieJar, grant: Grant) -> Response {
    let jar = app.cookie.set(jar, grant.refresh_token);
    (jar, Json(Granted { access_token: grant.access_token, expires_in: grant.expires_in })).into_response()
}
