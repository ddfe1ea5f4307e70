//! Who may administer: a user or a client whose token has the scope, and whose roles or registration still give it. Never
//! lets a request to a guarded route through on any other ground.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::super::refused::Refused;
use super::super::signed_in::presented;
use super::Admin;
use crate::grants::{GrantError, Grants, Holder};
use crate::scope;
use crate::service_scope::ADMIN_SCOPE;
use crate::store::Origin;

/// What the caller lacks (RFC 6750 section 3.1).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer error=\"insufficient_scope\", scope=\"auth:admin\"");

/// The origin of a request that [`require`] let through, with the operator as its actor.
#[derive(Debug, Clone)]
pub(super) struct Operator(pub(super) Origin);

/// Middleware: 401 without a token that counts, 403 without the scope.
pub(super) async fn require(State(admin): State<Admin>, request: Request, next: Next) -> Result<Response, Refused> {
    let (mut parts, body) = request.into_parts();
    let (active, mut origin) = presented(&mut parts, &admin).await?;
    let actor = active.claims.subject().to_owned();
    // The token's own scope is what was asked for then; roles and registrations may have changed since.
    if !active.claims.has_scope(ADMIN_SCOPE) || !may_now(&admin.grants, &active.holder) {
        tracing::warn!(event = "admin_refused", actor);
        let detail = format!("the token needs the scope {ADMIN_SCOPE}");
        return Err(Refused::new(StatusCode::FORBIDDEN, "insufficient_scope", detail).challenge(CHALLENGE));
    }
    origin.actor = Some(actor);
    parts.extensions.insert(Operator(origin));
    Ok(next.run(Request::from_parts(parts, body)).await)
}

fn may_now(grants: &Grants, holder: &Holder) -> bool {
    match holder {
        Holder::User(session) => scope::contains(&grants.issuer().scope_now(session), ADMIN_SCOPE),
        Holder::Client(client) => client.has_scope(ADMIN_SCOPE),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let operator = parts.extensions.get::<Operator>().cloned();
        operator.ok_or_else(|| GrantError::Broken("a route of the admin listener is not guarded".to_owned()).into())
    }
}
