//! The page where users sign in. Never tells whether a name exists, never puts a password back into a page, and never keeps
//! the cookie that a browser had before.

use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use super::super::caller::Caller;
use super::asked::{form_end, read};
use super::browser_cookie::Browser;
use super::declined::Declined;
use super::own_form::OwnForm;
use super::page::{go_to, page};
use super::templates::SignInPage;
use crate::authorization::{Parameters, after_sign_in};
use crate::grants::{Authorization, GrantError, Grants};
use crate::secret::Secret;

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

/// `POST /oauth/sign-in`: on to the request with a new cookie, or the page again with what went wrong.
pub(super) async fn sign_in(
    State(grants): State<Grants>,
    Caller(origin): Caller,
    form: OwnForm,
) -> Result<Response, Declined> {
    let query = form.request();
    let asked = read(&grants, query).await?;
    let (name, password) = (form.field("username").unwrap_or_default(), form.field("password").unwrap_or_default());
    let password = Secret::new(password.to_owned());
    match grants.sign_in_browser(name, password, Some(form.browser.hash), origin).await {
        Ok(cookie) => {
            let next = format!("authorize?{}", after_sign_in(&Parameters::of_query(query)?));
            let response = go_to(&next).ok_or(Declined::UnknownClient)?;
            Ok(form.browser.replace(response, &cookie))
        }
        Err(cause) => again(&asked, &form, name, cause),
    }
}

/// The page again, with what went wrong.
fn again(asked: &Authorization, form: &OwnForm, name: &str, cause: GrantError) -> Result<Response, Declined> {
    let (status, notice) = match &cause {
        GrantError::InvalidCredentials => (StatusCode::FORBIDDEN, "The user name or the password is wrong.".to_owned()),
        GrantError::PasswordTooLong => (StatusCode::BAD_REQUEST, "The password is too long.".to_owned()),
        GrantError::Locked { seconds } => {
            let unit = if *seconds == 1 { "second" } else { "seconds" };
            (StatusCode::TOO_MANY_REQUESTS, format!("Too many failed attempts. Try again in {seconds} {unit}."))
        }
        GrantError::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, "Too many people are signing in. Try again in a moment.".to_owned())
        }
        _ => return Err(cause.into()),
    };
    let template = filled(asked, form.request(), &form.browser, name, Some(notice));
    let mut response = page(status, &template, form_end(asked).as_deref());
    if let GrantError::Locked { seconds } = cause {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}
