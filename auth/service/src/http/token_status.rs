//! `POST /oauth/introspect` (RFC 7662) and `POST /oauth/revoke` (RFC 7009), for registered clients. Never says why a
//! token does not count, and never lets a cache keep an answer.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use super::client_auth::{BasicClient, ClientRefused};
use super::oauth_error::OauthError;
use super::token_form::TokenForm;
use crate::grants::Grants;
use crate::opaque::{self, Kind};
use crate::service_scope::ServiceScope;

const NO_STORE: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

/// 200 with the claims of an access token that counts now, or with `{"active":false}` for any other text.
pub(super) async fn introspect(
    State(grants): State<Grants>,
    client: Result<BasicClient, ClientRefused>,
    form: Result<TokenForm, OauthError>,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), OauthError> {
    let client = client?.with(ServiceScope::TokensIntrospect)?;
    let TokenForm(token) = form?;
    let answer = match grants.active(token.expose(), &client.origin).await? {
        None => json!({ "active": false }),
        Some((claims, session)) => {
            let mut answer = claims.to_json();
            answer["active"] = true.into();
            answer["token_type"] = "Bearer".into();
            answer["username"] = session.user.name.into();
            answer
        }
    };
    Ok((NO_STORE, Json(answer)))
}

/// 200 for any token, known or not. An access token is revoked by its `jti`, a refresh token with its session.
pub(super) async fn revoke(
    State(grants): State<Grants>,
    client: Result<BasicClient, ClientRefused>,
    form: Result<TokenForm, OauthError>,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1]), OauthError> {
    let client = client?.with(ServiceScope::TokensRevoke)?;
    let TokenForm(token) = form?;
    if opaque::presented(Kind::Refresh, &token).is_some() {
        grants.sign_out(&token, client.origin).await?;
    } else {
        grants.revoke_access_token(token.expose(), client.origin).await?;
    }
    Ok((StatusCode::OK, NO_STORE))
}
