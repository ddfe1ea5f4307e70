//! `GET` and `POST /userinfo` (OpenID Connect Core section 5.3): who the user of a token is, as far as the token's scope
//! says. Never tells more than the user allowed.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value};

use super::refused::Refused;
use super::signed_in::TokenHolder;
use super::token_response::NO_STORE;
use crate::scope;

/// 200 with `sub`; by `profile` with the account's name, by `email` with its e-mail address. 403 without `openid`.
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
