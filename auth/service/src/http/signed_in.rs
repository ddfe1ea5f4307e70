//! The user behind a bearer token of this service. Never lets a token through whose session has ended, although it has
//! not expired: this service knows at once. Never lets another party's client act on the user's account.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use witgate_keyring::resource_server::bearer_token;
use witgate_token::Claims;

use super::caller::Caller;
use super::refused::Refused;
use crate::grants::{Active, Grants, Holder};
use crate::store::{Origin, Session};
use witgate_wire::TrustedProxies;

/// A user's token: what it says, its session, and the origin of the request with the user as its actor.
pub(super) struct TokenHolder {
    pub(super) claims: Claims,
    pub(super) session: Session,
    pub(super) origin: Origin,
}

/// The same, when the token was given to one of the operator's own clients.
pub(super) struct SignedIn {
    pub(super) session: Session,
    pub(super) origin: Origin,
}

impl<S: Send + Sync> FromRequestParts<S> for TokenHolder
where
    Grants: FromRef<S>,
    Arc<TrustedProxies>: FromRef<S>,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let (active, mut origin) = presented(parts, state).await?;
        let Holder::User(session) = active.holder else { return Err(invalid()) };
        origin.actor = Some(session.user.id.clone());
        Ok(TokenHolder { claims: active.claims, session: *session, origin })
    }
}

/// The token of the request, when it counts, and the origin of the request, which has no actor yet.
pub(super) async fn presented<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<(Active, Origin), Refused>
where
    Grants: FromRef<S>,
    Arc<TrustedProxies>: FromRef<S>,
{
    let Ok(Caller(origin)) = Caller::from_request_parts(parts, state).await;
    let token = bearer_token(&parts.headers).map_err(|_| refused("token_missing", "Bearer"))?;
    let active = Grants::from_ref(state).active(token, &origin).await?;
    Ok((active.ok_or_else(invalid)?, origin))
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn
where
    Grants: FromRef<S>,
    Arc<TrustedProxies>: FromRef<S>,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let TokenHolder { session, origin, .. } = TokenHolder::from_request_parts(parts, state).await?;
        if Grants::from_ref(state).is_first_party(&session.client_id).await? {
            return Ok(SignedIn { session, origin });
        }
        let detail = "a token of this client does not count for the user's account";
        Err(Refused::new(StatusCode::FORBIDDEN, "client_not_allowed", detail))
    }
}

fn invalid() -> Refused {
    refused("token_invalid", "Bearer error=\"invalid_token\"")
}

fn refused(code: &'static str, challenge: &'static str) -> Refused {
    let detail = "send a valid access token of this service as Authorization: Bearer";
    Refused::new(StatusCode::UNAUTHORIZED, code, detail).challenge(HeaderValue::from_static(challenge))
}
