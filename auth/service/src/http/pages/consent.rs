//! The page where a user allows a client something, or does not. Never gives more than what the page showed: when that has
//! changed meanwhile, the page is shown again.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::caller::Caller;
use super::super::openapi::PageAnswers;
use super::asked::{code, form_end, read};
use super::browser_cookie::Browser;
use super::declined::Declined;
use super::own_form::OwnForm;
use super::page::{go_to, page};
use super::scope_words::lines;
use super::templates::ConsentPage;
use crate::authorization::{AuthorizeError, shown_host};
use crate::grants::{Authorization, Grants, Step};
use crate::store::{BrowserSession, Origin};

/// The page that asks for these scopes.
pub(super) fn consent_page(
    asked: &Authorization,
    query: &str,
    browser: &Browser,
    session: &BrowserSession,
    scopes: &[String],
) -> Response {
    let template = ConsentPage {
        client: &asked.client.name,
        username: &session.user.name,
        host: shown_host(&asked.target.redirect_uri),
        lines: lines(scopes),
        scope: scopes.join(" "),
        request: query,
        csrf: browser.form_token(),
    };
    browser.remember(page(StatusCode::OK, &template, form_end(asked).as_deref()))
}

/// Allow an app, or do not, on our own page's form
///
/// `POST /oauth/consent`: back to the client with a code, or with `access_denied`.
#[utoipa::path(
    post, path = "/oauth/consent", tag = "pages", operation_id = "consent",
    request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    responses(PageAnswers)
)]
pub(super) async fn decide(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    form: OwnForm,
) -> Result<Response, Declined> {
    let asked = read(&grants, form.request()).await?;
    let failed = |cause| Declined::failed(&grants, &asked.target, &cause);
    let step = grants.next_step(&asked, form.browser.hash, origin.at).await.map_err(failed)?;
    let allows = form.field("decision") == Some("allow");
    match step {
        Step::Consent(session, scopes) if allows && form.field("scope").unwrap_or_default() == scopes.join(" ") => {
            allow(&grants, &asked, &session, scopes, origin).await
        }
        // Signed out, allowed in another tab, or something else was shown: the request says again what is to be done.
        _ if allows => go_to(&format!("authorize?{}", form.request())).ok_or(Declined::UnknownClient),
        Step::Consent(session, _) | Step::Code(session, _) => {
            grants.deny(&asked, &session, origin).await.map_err(failed)?;
            Err(Declined::back(&grants, &asked.target, &AuthorizeError::ACCESS_DENIED))
        }
        Step::SignIn | Step::Refused(_) => Err(Declined::back(&grants, &asked.target, &AuthorizeError::ACCESS_DENIED)),
    }
}

async fn allow(
    grants: &Grants,
    asked: &Authorization,
    session: &BrowserSession,
    scopes: Vec<String>,
    origin: Origin,
) -> Result<Response, Declined> {
    let failed = |cause| Declined::failed(grants, &asked.target, &cause);
    grants.consent(asked, session, scopes.clone(), origin.clone()).await.map_err(failed)?;
    code(grants, asked, session, &scopes, origin).await
}
