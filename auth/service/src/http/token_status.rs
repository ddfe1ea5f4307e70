//! `POST /oauth/introspect` (RFC 7662) and `POST /oauth/revoke` (RFC 7009). Never says why a token does not count, and
//! never lets a cache keep an answer.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use super::oauth_error::OauthError;
use super::oauth_request::OauthRequest;
use super::openapi::{OauthRefusals, TokenForm};
use super::token_response::NO_STORE;
use crate::grants::{Active, GrantError, Grants};
use crate::refresh_token;
use crate::service_scope::ServiceScope;

/// Ask about an access token (RFC 7662)
///
/// 200 with the claims of an access token that counts now, or with `{"active":false}` for any other text.
#[utoipa::path(
    post, path = "/oauth/introspect", tag = "oauth", operation_id = "introspect",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"), security(("client" = [])),
    responses(
        (status = 200, description = "`active`, and the claims", body = Object, content_type = "application/json"),
        OauthRefusals
    )
)]
pub(super) async fn introspect(
    State(grants): State<Grants>,
    request: Result<OauthRequest, OauthError>,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), OauthError> {
    let request = request?;
    if !request.may(ServiceScope::TokensIntrospect) {
        return Err(OauthError::insufficient_scope(ServiceScope::TokensIntrospect));
    }
    let token = request.form.needed("token")?;
    let active = grants.active(token.expose(), &request.origin).await?;
    Ok((NO_STORE, Json(active.map_or_else(|| json!({ "active": false }), |active| described(&active)))))
}

fn described(active: &Active) -> Value {
    let mut answer = active.claims.to_json();
    answer["active"] = true.into();
    answer["token_type"] = "Bearer".into();
    if let Some(session) = active.session() {
        answer["username"] = session.user.name.clone().into();
    }
    answer
}

/// Revoke a token (RFC 7009)
///
/// 200 for the client's own tokens, and for those that do not count. Another client's token needs the scope
/// (RFC 7009 section 2.1). An access token is revoked by its `jti`, a refresh token with its session.
#[utoipa::path(
    post, path = "/oauth/revoke", tag = "oauth", operation_id = "revoke",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"), security(("client" = [])),
    responses((status = 200, description = "it counts no more"), OauthRefusals)
)]
pub(super) async fn revoke(
    State(grants): State<Grants>,
    request: Result<OauthRequest, OauthError>,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1]), OauthError> {
    let request = request?;
    let token = request.form.needed("token")?;
    let may = |holder: &str| {
        let allowed = holder == request.client.client_id || request.may(ServiceScope::TokensRevoke);
        if allowed { Ok(()) } else { Err(OauthError::insufficient_scope(ServiceScope::TokensRevoke)) }
    };
    if let Some(presented) = refresh_token::presented(&token) {
        if let Some(session) = grants.store().session_of(presented).await.map_err(GrantError::from)? {
            may(&session.client_id)?;
            grants.sign_out(&token, request.origin).await?;
        }
    } else if let Some(active) = grants.active(token.expose(), &request.origin).await? {
        may(active.client_id())?;
        grants.revoke_access_token(&active, request.origin).await?;
    }
    Ok((StatusCode::OK, NO_STORE))
}
