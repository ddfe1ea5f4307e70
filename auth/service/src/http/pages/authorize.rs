//! `/oauth/authorize`: where a client sends a browser (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1). Never
//! answers a form itself: another site's form comes without the browser's cookie, so it is turned into a query first.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use url::form_urlencoded::Serializer;

use super::super::caller::Caller;
use super::super::openapi::{AuthorizeQuery, PageAnswers};
use super::asked::{code, read};
use super::browser_cookie::Browser;
use super::consent::consent_page;
use super::declined::Declined;
use super::own_form::AnyForm;
use super::page::go_to;
use super::sign_in::sign_in_page;
use crate::authorization::Parameters;
use crate::grants::{Grants, Step};

/// Where a client sends a browser (RFC 6749 section 4.1.1)
///
/// A page, or back to the client.
#[utoipa::path(
    get,
    path = "/oauth/authorize",
    tag = "pages",
    operation_id = "authorize",
    params(AuthorizeQuery),
    responses(PageAnswers)
)]
pub(super) async fn by_query(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    RawQuery(query): RawQuery,
    browser: Browser,
) -> Result<Response, Declined> {
    let query = query.unwrap_or_default();
    let asked = read(&grants, &query).await?;
    let step = grants.next_step(&asked, browser.hash, origin.at).await;
    match step.map_err(|cause| Declined::failed(&grants, &asked.target, &cause))? {
        Step::SignIn => Ok(sign_in_page(&asked, &query, &browser)),
        Step::Consent(session, scopes) => Ok(consent_page(&asked, &query, &browser, &session, &scopes)),
        Step::Code(session, scopes) => code(&grants, &asked, &session, &scopes, origin).await,
        Step::Refused(error) => Err(Declined::back(&grants, &asked.target, &error)),
    }
}

/// The same parameters in a form
#[utoipa::path(
    post, path = "/oauth/authorize", tag = "pages", operation_id = "authorize_by_form",
    request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    responses(PageAnswers)
)]
pub(super) async fn by_form(form: AnyForm) -> Result<Response, Declined> {
    go_to(&format!("authorize?{}", as_query(form.fields()))).ok_or(Declined::UnknownClient)
}

/// The parameters of a form as a query.
pub(super) fn as_query(fields: &Parameters) -> String {
    Serializer::new(String::new()).extend_pairs(fields.pairs()).finish()
}
