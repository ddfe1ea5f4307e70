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

use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::App;
use super::deadline::limit_time;
use super::openapi::Always;

/// Largest form, in bytes: a request of 4 KiB encoded twice, and a password.
const MAX_FORM_BYTES: usize = 24 * 1024;
/// How long a browser keeps the style sheet, in seconds.
const STYLE_CACHED: &str = "public, max-age=3600";

/// The routes of the pages.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(authorize::by_query, authorize::by_form))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(consent::decide))
        .routes(routes!(sign_out::ask, sign_out::sign_out))
        .routes(routes!(style))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(from_fn(limit_time))
}

/// The style sheet of the pages
#[utoipa::path(
    get, path = "/oauth/assets/pages.css", tag = "pages", operation_id = "style_sheet",
    responses((status = 200, description = "the style sheet", body = String, content_type = "text/css"), Always)
)]
async fn style() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, STYLE_CACHED)];
    (headers, include_str!("../../../templates/pages.css"))
}
