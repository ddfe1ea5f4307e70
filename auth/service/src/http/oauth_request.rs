//! A request to an OAuth endpoint: its form, and the client that proved itself in one of the ways of RFC 6749 section 2.3
//! and RFC 7523. Never takes a request in which a client shows itself in two ways.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::caller::Caller;
use super::client_auth::basic_credentials;
use super::oauth_error::OauthError;
use super::oauth_form::OauthForm;
use crate::client_assertion::ASSERTION_TYPE;
use crate::grants::{ClientProof, GrantError, Grants};
use crate::secret::Secret;
use crate::service_scope::ServiceScope;
use crate::store::{Client, Origin};
use witgate_wire::TrustedProxies;

/// The client, the origin of the request with the client as its actor, and the form.
pub(super) struct OauthRequest {
    pub(super) client: Client,
    pub(super) origin: Origin,
    pub(super) form: OauthForm,
}

impl<S: Send + Sync> FromRequest<S> for OauthRequest
where
    Grants: FromRef<S>,
    Arc<TrustedProxies>: FromRef<S>,
{
    type Rejection = OauthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OauthError> {
        let (mut parts, body) = request.into_parts();
        let Ok(Caller(mut origin)) = Caller::from_request_parts(&mut parts, state).await;
        let headers = parts.headers.clone();
        let form = OauthForm::from_request(Request::from_parts(parts, body), state).await?;
        let client = Grants::from_ref(state).prove_client(proof(&headers, &form)?, &origin).await?;
        origin.actor = Some(client.client_id.clone());
        Ok(OauthRequest { client, origin, form })
    }
}

impl OauthRequest {
    /// Whether the client, which must have proved itself, has this scope.
    pub(super) fn may(&self, scope: ServiceScope) -> bool {
        self.client.has_scope(scope.as_str()) && !self.client.is_public()
    }
}

/// The one way in which the client shows itself.
fn proof(headers: &HeaderMap, form: &OauthForm) -> Result<ClientProof, OauthError> {
    let client_id = form.owned("client_id");
    let assertion = assertion(form)?;
    match (headers.contains_key(AUTHORIZATION), form.secret("client_secret"), assertion) {
        (true, None, None) => {
            let (id, secret) = basic_credentials(headers).ok_or(GrantError::InvalidClient)?;
            if client_id.is_some_and(|beside| beside != id) {
                return Err(OauthError::invalid_request("client_id is not the client of the Authorization header"));
            }
            Ok(ClientProof::Secret { client_id: id, secret })
        }
        (false, Some(secret), None) => {
            let client_id = client_id.ok_or(GrantError::InvalidClient)?;
            Ok(ClientProof::Secret { client_id, secret })
        }
        (false, None, Some(assertion)) => Ok(ClientProof::Assertion { client_id, assertion }),
        (false, None, None) => {
            let client_id = client_id.ok_or(GrantError::InvalidClient)?;
            Ok(ClientProof::Public { client_id })
        }
        _ => Err(OauthError::invalid_request("the client shows itself in more than one way")),
    }
}

fn assertion(form: &OauthForm) -> Result<Option<Secret>, OauthError> {
    match (form.text("client_assertion_type"), form.secret("client_assertion")) {
        (None, None) => Ok(None),
        (Some(ASSERTION_TYPE), Some(assertion)) => Ok(Some(assertion)),
        _ => Err(OauthError::invalid_request(
            "client_assertion needs client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        )),
    }
}
