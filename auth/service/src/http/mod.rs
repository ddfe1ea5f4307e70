//! The HTTP side: routes, bodies in and out, problem documents. Never decides about users or tokens; asks [`Grants`].

mod refused;
mod request_id;
mod deadline;
mod content_type;
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

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::StatusCode;
use axum::middleware::{from_fn, map_response};
use axum::routing::{delete, get, post};

use crate::client_address::TrustedProxies;
use crate::feed::Feed;
use crate::grants::Grants;
use refused::Refused;

/// Largest request body, in bytes. A password is at most 1 KiB, a refresh token 47 bytes.
pub const MAX_BODY_BYTES: usize = 8 * 1024;

/// What handlers have.
#[derive(Clone)]
struct App {
    grants: Grants,
    proxies: Arc<TrustedProxies>,
    feed: Feed,
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

impl FromRef<App> for Feed {
    fn from_ref(app: &App) -> Feed {
        app.feed.clone()
    }
}

/// All routes of the service.
pub fn router(grants: Grants, proxies: TrustedProxies, feed: Feed) -> Router {
    prompt()
        .merge(pages::routes())
        .merge(Router::new().route("/revocations", get(revocations::revocations)).layer(from_fn(deadline::limit_wait)))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .with_state(App { grants, proxies: Arc::new(proxies), feed })
        .layer(map_response(never_sniff))
        .layer(from_fn(request_id::follow))
}

/// The routes that answer as soon as they can.
fn prompt() -> Router<App> {
    Router::new()
        .route("/login", post(tokens::login))
        .route("/refresh", post(tokens::refresh))
        .route("/logout", post(tokens::logout))
        .route("/logout/all", post(account::sign_out_everywhere))
        .route("/sessions", get(account::sessions))
        .route("/sessions/{sid}", delete(account::end_session))
        .route("/password", post(account::change_password))
        .route("/second-factor", post(second_factor::enrol).delete(second_factor::remove))
        .route("/second-factor/confirm", post(second_factor::confirm))
        .route("/second-factor/recovery-codes", post(second_factor::renew))
        .route("/.well-known/jwks.json", get(well_known::jwks))
        .route("/.well-known/openid-configuration", get(well_known::metadata))
        .route("/.well-known/oauth-authorization-server", get(well_known::metadata))
        .route("/healthz", get(health::alive))
        .route("/oauth/token", post(token_endpoint::token))
        .route("/userinfo", get(userinfo::userinfo).post(userinfo::userinfo))
        .route("/oauth/introspect", post(token_status::introspect))
        .route("/oauth/revoke", post(token_status::revoke))
        .route("/readyz", get(health::ready))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(deadline::limit_time))
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
