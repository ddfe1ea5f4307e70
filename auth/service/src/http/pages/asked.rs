//! An authorization request from its query: whose it is, where the answer goes, and what the client may have of it. Never
//! answers at the client's address before that was checked.

use axum::response::Response;

use super::declined::Declined;
use super::page::go_to;
use crate::authorization::{AuthorizationRequest, AuthorizeError, Parameters, Target, code_response, form_source};
use crate::grants::{Authorization, Grants};
use crate::store::{BrowserSession, Origin};

/// The request that stands in this query.
pub(super) async fn read(grants: &Grants, query: &str) -> Result<Authorization, Declined> {
    let parameters = Parameters::of_query(query)?;
    let target = Target::of(&parameters)?.ok_or(Declined::UnknownClient)?;
    let client = grants.client_behind(&target).await?.ok_or(Declined::UnknownClient)?;
    let request = AuthorizationRequest::of(&parameters);
    request
        .and_then(|request| grants.authorization(client, target.clone(), request))
        .map_err(|error| Declined::back(grants, &target, &error))
}

/// Where a form about this request may end, as a CSP source.
pub(super) fn form_end(asked: &Authorization) -> Option<String> {
    form_source(&asked.target.redirect_uri)
}

/// Back to the client with a code. `access_denied` when the user was signed out at this very moment.
pub(super) async fn code(
    grants: &Grants,
    asked: &Authorization,
    session: &BrowserSession,
    scopes: &[String],
    origin: Origin,
) -> Result<Response, Declined> {
    let issued = grants.issue_code(asked, session, scopes, origin).await;
    match issued.map_err(|cause| Declined::failed(grants, &asked.target, &cause))? {
        Some(code) => {
            let location = code_response(&asked.target, code.expose(), grants.issuer().issuer());
            go_to(&location).ok_or(Declined::UnknownClient)
        }
        None => Err(Declined::back(grants, &asked.target, &AuthorizeError::ACCESS_DENIED)),
    }
}
