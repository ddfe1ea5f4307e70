//! The pages that people see: signing in, allowing an app, signing out. HTML without a script. Never decides about users or
//! clients: asks [`Grants`](crate::grants::Grants).

mod scope_words;
mod page;
mod templates;
mod declined;
mod browser_cookie;
mod own_form;
mod asked;
mod sign_in;
mod consent;
mod authorize;
mod sign_out;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::{get, post};

use super::App;
use super::deadline::limit_time;

/// Largest form, in bytes: a request of 4 KiB encoded twice, and a password.
const MAX_FORM_BYTES: usize = 24 * 1024;
/// How long a browser keeps the style sheet, in seconds.
const STYLE_CACHED: &str = "public, max-age=3600";

/// The routes of the pages.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/oauth/authorize", get(authorize::by_query).post(authorize::by_form))
        .route("/oauth/sign-in", post(sign_in::sign_in))
        .route("/oauth/consent", post(consent::decide))
        .route("/oauth/logout", get(sign_out::ask).post(sign_out::sign_out))
        .route("/oauth/assets/pages.css", get(style))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(from_fn(limit_time))
}

async fn style() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, STYLE_CACHED)];
    (headers, include_str!("../../../templates/pages.css"))
}
