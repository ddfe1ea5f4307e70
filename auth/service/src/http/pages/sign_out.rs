//! `/oauth/logout`: signs the browser out at this service (OpenID Connect RP-Initiated Logout 1.0). The user is asked first,
//! so no other site can do it. Never sends anybody to an address that is not a place of the client that is named.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::caller::Caller;
use super::super::openapi::{LogoutQuery, PageAnswers};
use super::authorize::as_query;
use super::browser_cookie::Browser;
use super::declined::{Declined, message};
use super::own_form::AnyForm;
use super::page::{go_to, page};
use super::templates::SignOutPage;
use crate::authorization::{IdTokenHint, Parameters, form_source, is_of_client, with_parameters};
use crate::grants::Grants;

/// Ask the user about signing out
///
/// `GET`: asks the user; at once the end where nobody is signed in.
#[utoipa::path(
    get,
    path = "/oauth/logout",
    tag = "pages",
    operation_id = "ask_sign_out",
    params(LogoutQuery),
    responses(PageAnswers)
)]
pub(super) async fn ask(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    RawQuery(query): RawQuery,
    browser: Browser,
) -> Result<Response, Declined> {
    let query = query.unwrap_or_default();
    let next = place_after(&grants, &query).await?;
    let Some(session) = grants.browser(browser.hash, origin.at).await? else { return ended(next.as_deref()) };
    let template = SignOutPage { username: &session.user.name, request: &query, csrf: browser.form_token() };
    Ok(page(StatusCode::OK, &template, next.as_deref().and_then(form_source).as_deref()))
}

/// Sign the browser out
///
/// `POST`: our form signs out; the form of a client is asked about like a `GET`.
#[utoipa::path(
    post, path = "/oauth/logout", tag = "pages", operation_id = "sign_out",
    request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    responses(PageAnswers)
)]
pub(super) async fn sign_out(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    form: AnyForm,
) -> Result<Response, Declined> {
    if !form.claims_to_be_ours() {
        return go_to(&format!("logout?{}", as_query(form.fields()))).ok_or(Declined::UnknownClient);
    }
    let form = form.ours()?;
    let next = place_after(&grants, form.request()).await?;
    grants.sign_out_browser(form.browser.hash, origin).await?;
    Ok(form.browser.forget(ended(next.as_deref())?))
}

fn ended(next: Option<&str>) -> Result<Response, Declined> {
    match next {
        Some(next) => go_to(next).ok_or(Declined::UnknownClient),
        None => Ok(message(StatusCode::OK, "You are signed out", "You can close this page.", None)),
    }
}

/// Where the user goes afterwards: a place of the enabled client that the request names. None when it is not one.
async fn place_after(grants: &Grants, query: &str) -> Result<Option<String>, Declined> {
    let parameters = Parameters::of_query(query)?;
    let asked = parameters.one("post_logout_redirect_uri")?;
    let hinted = parameters.one("id_token_hint")?.and_then(|token| IdTokenHint::read(token).client_id);
    let named = parameters.one("client_id")?.map(str::to_owned).or(hinted);
    let (Some(asked), Some(client_id)) = (asked, named) else { return Ok(None) };
    let Some(client) = grants.enabled_client(client_id).await? else { return Ok(None) };
    let place = is_of_client(asked, &client.redirect_uris, client.is_public());
    let state = parameters.one("state")?;
    Ok(place.map(|place| with_parameters(&place, &[("state", state)])))
}
