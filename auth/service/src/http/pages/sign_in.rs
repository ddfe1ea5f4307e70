//! The pages where users sign in: name and password, then a code where the account has a second factor. Never tells whether
//! a name exists, never puts a password back into a page in clear, and never keeps the cookie that a browser had before.

use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use super::super::caller::Caller;
use super::super::openapi::PageAnswers;
use super::asked::{form_end, read};
use super::browser_cookie::Browser;
use super::declined::Declined;
use super::own_form::OwnForm;
use super::page::{go_to, page};
use super::templates::{SecondStepPage, SignInPage};
use crate::authorization::{Parameters, after_sign_in};
use crate::clock::UnixSeconds;
use crate::grants::{Authorization, GrantError, Grants};
use crate::secret::Secret;

/// What a page says of a failed try, with its status.
type Notice = (StatusCode, String);

/// What the user typed, on one page or on two.
struct Typed {
    name: String,
    password: Secret,
    code: Option<Secret>,
}

/// The page for this request.
pub(super) fn sign_in_page(asked: &Authorization, query: &str, browser: &Browser) -> Response {
    let template = filled(asked, query, browser, asked.login_hint().unwrap_or_default(), None);
    browser.remember(page(StatusCode::OK, &template, form_end(asked).as_deref()))
}

fn filled<'a>(
    asked: &'a Authorization,
    query: &'a str,
    browser: &Browser,
    username: &'a str,
    notice: Option<String>,
) -> SignInPage<'a> {
    SignInPage { client: &asked.client.name, username, notice, request: query, csrf: browser.form_token() }
}

/// Sign in, on our own page's form
///
/// `POST /oauth/sign-in`: on to the request with a new cookie, or a page with what is missing or went wrong.
#[utoipa::path(
    post, path = "/oauth/sign-in", tag = "pages", operation_id = "sign_in",
    request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    responses(PageAnswers)
)]
pub(super) async fn sign_in(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    form: OwnForm,
) -> Result<Response, Declined> {
    let query = form.request();
    let asked = read(&grants, query).await?;
    let now = origin.at;
    let Some(Typed { name, password, code }) = typed(&grants, &form, now) else {
        let notice = (StatusCode::FORBIDDEN, "That took too long. Sign in again.".to_owned());
        return Ok(again(&asked, &form, "", notice));
    };
    let kept = Secret::new(password.expose().to_owned());
    match grants.sign_in_browser(&name, password, code, Some(form.browser.hash), origin).await {
        Ok(cookie) => {
            let next = format!("authorize?{}", after_sign_in(&Parameters::of_query(query)?));
            let response = go_to(&next).ok_or(Declined::UnknownClient)?;
            Ok(form.browser.replace(response, &cookie))
        }
        Err(GrantError::SecondFactorNeeded) => {
            let first_step = grants.seal_first_step(&name, &kept, &form.browser.hash, now)?;
            Ok(second_step(&asked, &form, &name, first_step, None))
        }
        Err(GrantError::SecondFactorWrong) => {
            let first_step = grants.seal_first_step(&name, &kept, &form.browser.hash, now)?;
            let notice = "The code is wrong or was used before. Wait for the next one.".to_owned();
            Ok(second_step(&asked, &form, &name, first_step, Some(notice)))
        }
        Err(cause) => {
            let locked = if let GrantError::Locked { seconds } = cause { Some(seconds) } else { None };
            let mut response = again(&asked, &form, &name, notice(cause)?);
            if let Some(seconds) = locked {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            Ok(response)
        }
    }
}

/// What was typed; none when the first step is too old, or was taken in another browser.
fn typed(grants: &Grants, form: &OwnForm, now: UnixSeconds) -> Option<Typed> {
    let secret = |name: &str| form.field(name).map(|text| Secret::new(text.to_owned()));
    let Some(sealed) = form.field("first_step") else {
        let name = form.field("username").unwrap_or_default().to_owned();
        let password = secret("password").unwrap_or_else(|| Secret::new(String::new()));
        return Some(Typed { name, password, code: None });
    };
    let first = grants.open_first_step(sealed, &form.browser.hash, now)?;
    // An empty code is a wrong one, and counts as such.
    let code = secret("otp").unwrap_or_else(|| Secret::new(String::new()));
    Some(Typed { name: first.name, password: first.password, code: Some(code) })
}

/// The first page again, with what went wrong.
fn again(asked: &Authorization, form: &OwnForm, name: &str, (status, notice): Notice) -> Response {
    let template = filled(asked, form.request(), &form.browser, name, Some(notice));
    page(status, &template, form_end(asked).as_deref())
}

/// The page for the code.
fn second_step(
    asked: &Authorization,
    form: &OwnForm,
    username: &str,
    first_step: String,
    notice: Option<String>,
) -> Response {
    let status = if notice.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
    let (client, request, csrf) = (asked.client.name.as_str(), form.request(), form.browser.form_token());
    let template = SecondStepPage { client, username, notice, first_step, request, csrf };
    page(status, &template, form_end(asked).as_deref())
}

/// What the page says; an error when the service is at fault.
fn notice(cause: GrantError) -> Result<Notice, Declined> {
    Ok(match cause {
        GrantError::InvalidCredentials => (StatusCode::FORBIDDEN, "The user name or the password is wrong.".to_owned()),
        GrantError::PasswordTooLong => (StatusCode::BAD_REQUEST, "The password is too long.".to_owned()),
        GrantError::Locked { seconds } => {
            let unit = if seconds == 1 { "second" } else { "seconds" };
            (StatusCode::TOO_MANY_REQUESTS, format!("Too many failed attempts. Try again in {seconds} {unit}."))
        }
        GrantError::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, "Too many people are signing in. Try again in a moment.".to_owned())
        }
        other => return Err(other.into()),
    })
}
