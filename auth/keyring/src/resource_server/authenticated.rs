//! The extractor that a handler takes to be called by verified callers only.
//!
//! Never yields without a verified token: every other case is an answer.

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use witgate_token::{Claims, Refusal};

use super::bearer::{BearerToken, bearer_token};
use super::problem::Problem;
use crate::keyring::Keyring;

/// A caller with a verified token.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// What the issuer vouches for.
    pub claims: Claims,
    /// The token, for calls onward in the caller's name.
    pub token: BearerToken,
}

impl<S> FromRequestParts<S> for Authenticated
where
    Keyring: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let keyring = Keyring::from_ref(state);
        authenticate(parts, &keyring).await.map_err(|refusal| {
            tracing::info!(code = refusal.code(), reason = %refusal, "request refused");
            Problem::from(refusal).for_request(&parts.headers)
        })
    }
}

async fn authenticate(parts: &Parts, keyring: &Keyring) -> Result<Authenticated, Refusal> {
    let token = bearer_token(&parts.headers)?;
    let claims = keyring.authenticate(token).await?;
    Ok(Authenticated { claims, token: BearerToken::new(token) })
}
