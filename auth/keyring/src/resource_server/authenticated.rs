//! The extractor that a handler takes to be called by verified callers only.
//!
//! Never yields without a verified token: every other case is an answer.

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use serde::de::DeserializeOwned;
use witgate_token::{Claims, Demands, Refusal};

use super::authority;
use super::bearer::{BearerToken, bearer_token};
use super::problem::Problem;
use crate::keyring::Keyring;
use crate::scrutiny::Scrutiny;

/// A caller with a verified token.
///
/// Takes what [`RequireToken`](super::RequireToken) verified with the same keyring. Where that layer did not run, or ran
/// with another keyring, it verifies with the keyring of the state: a handler never runs without a good token. Scopes,
/// further audiences and a sensitive route's scrutiny are the layer's affair, so a route that must have them needs the layer.
#[derive(Debug, Clone)]
pub struct Authenticated<C = Claims> {
    /// What the issuer vouches for.
    pub claims: C,
    /// The token, for calls onward in the caller's name.
    pub token: BearerToken,
}

/// Claims in the shape of a type of the service, for `Authenticated<Typed<T>>`.
#[derive(Debug, Clone)]
pub struct Typed<T>(pub T);

/// What an [`Authenticated`] can hold: all verified claims, or [`Typed`] ones.
pub trait FromClaims: Sized {
    /// Reads verified claims.
    ///
    /// # Errors
    /// 403 `insufficient_claims` where they are of another shape: the token is good, but does not say what is needed here.
    fn from_claims(claims: &Claims) -> Result<Self, Problem>;
}

impl FromClaims for Claims {
    fn from_claims(claims: &Claims) -> Result<Self, Problem> {
        Ok(claims.clone())
    }
}

impl<T: DeserializeOwned> FromClaims for Typed<T> {
    fn from_claims(claims: &Claims) -> Result<Self, Problem> {
        // What serde says may quote a claim, so nobody gets it.
        serde_json::from_value(claims.to_json()).map(Self).map_err(|_| {
            tracing::info!(shape = std::any::type_name::<T>(), "request refused: its claims are of another shape");
            authority::insufficient_claims()
        })
    }
}

/// What the layer verified. Only the layer can make one.
#[derive(Clone)]
pub(super) struct Admitted {
    pub(super) caller: Authenticated,
    /// whose word it was
    pub(super) keyring: Keyring,
}

impl<S, C> FromRequestParts<S> for Authenticated<C>
where
    Keyring: FromRef<S>,
    S: Send + Sync,
    C: FromClaims,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let keyring = Keyring::from_ref(state);
        let admitted = parts.extensions.get::<Admitted>().filter(|admitted| same(&admitted.keyring, &keyring));
        let Authenticated { claims, token } = match admitted {
            Some(admitted) => admitted.caller.clone(),
            None => verified(parts, &keyring, &Demands::default(), &mut Scrutiny::usual()).await?,
        };
        let claims = C::from_claims(&claims).map_err(|problem| problem.for_request(&parts.headers))?;
        Ok(Self { claims, token })
    }
}

/// Whether both are clones of one keyring.
fn same(one: &Keyring, other: &Keyring) -> bool {
    std::ptr::eq(one.issuers(), other.issuers())
}

/// The caller behind a request, or the answer. The precise reason goes to the log.
pub(super) async fn verified(
    parts: &Parts,
    keyring: &Keyring,
    demands: &Demands,
    scrutiny: &mut Scrutiny,
) -> Result<Authenticated, Problem> {
    authenticate(parts, keyring, demands, scrutiny).await.map_err(|refusal| {
        tracing::info!(code = refusal.code(), reason = %refusal, "request refused");
        Problem::from(refusal).for_request(&parts.headers)
    })
}

async fn authenticate(
    parts: &Parts,
    keyring: &Keyring,
    demands: &Demands,
    scrutiny: &mut Scrutiny,
) -> Result<Authenticated, Refusal> {
    let token = bearer_token(&parts.headers)?;
    let claims = keyring.authenticate_for(token, demands, scrutiny).await?;
    Ok(Authenticated { claims, token: BearerToken::new(token) })
}
