//! The user behind a bearer token of this service. Never lets a token through whose session has ended, although it has
//! not expired: this service knows at once.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use witgate_keyring::resource_server::bearer_token;

use super::caller::Caller;
use super::refused::Refused;
use crate::client_address::TrustedProxies;
use crate::grants::Grants;
use crate::store::{Origin, Session};

/// The session of the token, and the origin of the request with the user as its actor.
pub(super) struct SignedIn {
    pub(super) session: Session,
    pub(super) origin: Origin,
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn
where
    Grants: FromRef<S>,
    Arc<TrustedProxies>: FromRef<S>,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Ok(Caller(mut origin)) = Caller::from_request_parts(parts, state).await;
        let token = bearer_token(&parts.headers).map_err(|_| refused("token_missing", "Bearer"))?;
        let active = Grants::from_ref(state).active(token, &origin).await?;
        let (_, session) = active.ok_or_else(|| refused("token_invalid", "Bearer error=\"invalid_token\""))?;
        origin.actor = Some(session.user.id.clone());
        Ok(SignedIn { session, origin })
    }
}

fn refused(code: &'static str, challenge: &'static str) -> Refused {
    let detail = "send a valid access token of this service as Authorization: Bearer";
    Refused::new(StatusCode::UNAUTHORIZED, code, detail).challenge(HeaderValue::from_static(challenge))
}
