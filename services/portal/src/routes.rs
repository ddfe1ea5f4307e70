//! The portal's table of contents: every path it answers, and what stands before the handlers.
//! Never serves business data: `/catalogue` and `/orders` belong to other services behind the gateway.

use std::time::Duration;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{delete, get, post},
};
use witgate_keyring::resource_server::RequireToken;

use crate::{
    app::App,
    assets, deadline,
    fault::{self, Fault},
    forwarded, own_address, same_origin, security_headers, session, sign_in, token_view,
};

/// The longest that a request may take, a slow body included. Longer than the way back from a sign-in: two calls to the
/// auth service, and a wait for its keys between them. Shorter than the 30 s of the shipped gateway and of `http.js`.
const REQUEST_DEADLINE: Duration = Duration::from_millis(29_500);

/// The whole portal.
pub fn router(app: App) -> Router {
    let own_origin = app.origin.clone();
    let session = Router::new()
        .route("/portal/session", delete(session::sign_out))
        .route("/portal/session/refresh", post(session::refresh))
        .layer(from_fn_with_state(own_origin, same_origin::guard));
    let token =
        Router::new().route("/portal/token", get(token_view::show)).route_layer(RequireToken::new(app.keyring.clone()));
    Router::new()
        .merge(session)
        .merge(token)
        .route("/portal/sign-in", get(sign_in::begin))
        .route(own_address::CALLBACK_PATH, get(sign_in::finish))
        .route("/", get(assets::page))
        .route("/assets/{file}", get(assets::asset))
        .route("/healthz", get(async || "ok\n"))
        .fallback(async || Fault::NotFound)
        .method_not_allowed_fallback(async || Fault::MethodNotAllowed)
        .layer(from_fn_with_state(REQUEST_DEADLINE, deadline::limit))
        .layer(from_fn(fault::answer))
        .layer(from_fn(security_headers::add))
        .layer(from_fn(forwarded::add_peer))
        .with_state(app)
}

#[cfg(test)]
mod tests {
    use witgate_keyring::Timing;

    use super::*;
    use crate::auth_client;

    #[test]
    fn no_request_is_given_up_while_its_calls_may_still_come_to_an_end() {
        let way_back = 2 * auth_client::DEADLINE + Timing::default().wait_deadline;
        assert!(REQUEST_DEADLINE > way_back, "{REQUEST_DEADLINE:?} is less than {way_back:?}");
    }
}
