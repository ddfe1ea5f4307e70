//! The HTTP side: routes, bodies in and out, problem documents. Never decides about users or tokens; asks [`Grants`].

mod refused;
mod request_id;
mod deadline;
mod content_type;
mod openapi;
mod path_id;
mod query;
mod json_body;
mod caller;
mod signed_in;
mod client_auth;
mod token_response;
mod tokens;
mod account;
mod second_factor;
mod well_known;
mod health;
mod oauth_error;
mod oauth_form;
mod oauth_request;
mod token_endpoint;
mod token_status;
mod userinfo;
mod pages;
mod feed_document;
mod event_stream;
mod revocations;
pub mod admin;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::StatusCode;
use axum::middleware::{from_fn, map_response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::feed::Feed;
use crate::grants::Grants;
use openapi::Document;
use refused::Refused;
use witgate_wire::TrustedProxies;

/// Largest request body, in bytes. A password is at most 1 KiB, a refresh token 47 bytes.
pub const MAX_BODY_BYTES: usize = 8 * 1024;

/// What handlers have.
#[derive(Clone)]
struct App {
    grants: Grants,
    proxies: Arc<TrustedProxies>,
    feed: Feed,
    document: Document,
}

impl FromRef<App> for Grants {
    fn from_ref(app: &App) -> Grants {
        app.grants.clone()
    }
}

impl FromRef<App> for Arc<TrustedProxies> {
    fn from_ref(app: &App) -> Arc<TrustedProxies> {
        Arc::clone(&app.proxies)
    }
}

impl FromRef<App> for Document {
    fn from_ref(app: &App) -> Document {
        app.document.clone()
    }
}

impl FromRef<App> for Feed {
    fn from_ref(app: &App) -> Feed {
        app.feed.clone()
    }
}

/// All routes of the service but those of the admin listener.
pub fn router(grants: Grants, proxies: TrustedProxies, feed: Feed) -> Router {
    let (router, api) = documented().split_for_parts();
    finished(router, App { grants, proxies: Arc::new(proxies), feed, document: Document::new(&api) })
}

/// Every route comes with its description: what has none cannot be added here.
fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::begun("Witgate auth service"))
        .merge(prompt())
        .merge(pages::routes())
        .merge(waiting())
}

/// The routes that answer as soon as they can.
fn prompt() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(tokens::login))
        .routes(routes!(tokens::refresh))
        .routes(routes!(tokens::logout))
        .routes(routes!(account::sign_out_everywhere))
        .routes(routes!(account::sessions))
        .routes(routes!(account::end_session))
        .routes(routes!(account::change_password))
        .routes(routes!(second_factor::enrol, second_factor::remove))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(second_factor::renew))
        .routes(routes!(well_known::jwks))
        .routes(routes!(well_known::openid_configuration))
        .routes(routes!(well_known::metadata))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(token_endpoint::token))
        .routes(routes!(userinfo::userinfo, userinfo::by_post))
        .routes(routes!(token_status::introspect))
        .routes(routes!(token_status::revoke))
        .routes(routes!(openapi::document))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(deadline::limit_time))
}

/// The routes that wait on purpose.
fn waiting() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(revocations::revocations)).layer(from_fn(deadline::limit_wait))
}

/// What holds for every answer.
fn finished<S: Clone + Send + Sync + 'static>(router: Router<S>, state: S) -> Router {
    router
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .with_state(state)
        .layer(map_response(never_sniff))
        .layer(from_fn(request_id::follow))
}

async fn unknown_route() -> Refused {
    Refused::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this path")
}

async fn wrong_method() -> Refused {
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path does not take that method")
}

async fn never_sniff<B>(mut response: axum::http::Response<B>) -> axum::http::Response<B> {
    let nosniff = axum::http::HeaderValue::from_static("nosniff");
    response.headers_mut().insert("x-content-type-options", nosniff);
    response
}
