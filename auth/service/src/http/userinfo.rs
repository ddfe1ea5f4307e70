//! `GET` and `POST /userinfo` (OpenID Connect Core section 5.3): who the user of a token is, as far as the token's scope
//! says. Never tells more than the user allowed.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value};

use super::openapi::{Always, BearerRefused, OpenidNeeded};
use super::refused::Refused;
use super::signed_in::TokenHolder;
use super::token_response::NO_STORE;
use crate::scope;

/// Who the user of a token is (OpenID Connect Core section 5.3)
///
/// 200 with `sub`; by `profile` with the account's name, by `email` with its e-mail address. 403 without `openid`.
#[utoipa::path(
    get, path = "/userinfo", tag = "oauth", operation_id = "userinfo", security(("bearer" = [])),
    responses(
        (status = 200, description = "what the scope allows", body = Object, content_type = "application/json"),
        BearerRefused, OpenidNeeded, Always
    )
)]
pub(super) async fn userinfo(
    holder: TokenHolder,
) -> Result<([(HeaderName, &'static str); 1], Json<Map<String, Value>>), Refused> {
    let TokenHolder { claims, session, .. } = holder;
    if !claims.has_scope(scope::OPENID) {
        let challenge = HeaderValue::from_static("Bearer error=\"insufficient_scope\", scope=\"openid\"");
        let refused = Refused::new(StatusCode::FORBIDDEN, "insufficient_scope", "the token needs the scope openid");
        return Err(refused.challenge(challenge));
    }
    let user = session.user;
    let mut told = Map::from_iter([("sub".to_owned(), Value::from(user.id))]);
    if claims.has_scope(scope::PROFILE) {
        told.insert("name".to_owned(), user.name.clone().into());
        told.insert("preferred_username".to_owned(), user.name.into());
    }
    if let Some(email) = user.email.filter(|_| claims.has_scope(scope::EMAIL)) {
        told.insert("email".to_owned(), email.into());
        told.insert("email_verified".to_owned(), false.into());
    }
    Ok((NO_STORE, Json(told)))
}

/// The same for those who ask by POST
#[utoipa::path(
    post, path = "/userinfo", tag = "oauth", operation_id = "userinfo_by_post", security(("bearer" = [])),
    responses(
        (status = 200, description = "what the scope allows", body = Object, content_type = "application/json"),
        BearerRefused, OpenidNeeded, Always
    )
)]
pub(super) async fn by_post(
    holder: TokenHolder,
) -> Result<([(HeaderName, &'static str); 1], Json<Map<String, Value>>), Refused> {
    userinfo(holder).await
}
