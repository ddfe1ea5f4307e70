//! The HTTP side: paths, who may call them, and the shapes of bodies and answers.
//! Never lets a handler but `/healthz` run without a verified token.

mod readers;

mod orders;

mod whoami;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::{get, post};
use chassis::{layers, tokens};
use witgate_keyring::Keyring;
use witgate_keyring::resource_server::{Problem, RequireToken};

use crate::placement::Placements;
use crate::store::Store;

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct App {
    /// Whose tokens count.
    pub keyring: Keyring,
    /// The orders.
    pub store: Store,
    /// How orders come to be.
    pub placements: Placements,
}

impl FromRef<App> for Keyring {
    fn from_ref(app: &App) -> Keyring {
        app.keyring.clone()
    }
}

/// Every path of the service.
pub fn router(app: App) -> Router {
    let token = RequireToken::new(app.keyring.clone());
    let any = Router::new().route("/whoami", get(whoami::whoami)).route_layer(token.clone());
    let reads = Router::new()
        .route("/orders", get(orders::list))
        .route("/orders/{id}", get(orders::one))
        .route_layer(token.clone().any_scope(readers::READ_ANY));
    let placing = tokens::sensitive(token.scopes([orders::WRITE]), &app.keyring, "POST /orders");
    let writes = Router::new().route("/orders", post(orders::place)).route_layer(placing);
    let paths = Router::new().route("/healthz", get(healthy)).merge(any).merge(reads).merge(writes);
    layers::around(paths).with_state(app)
}

/// Public: says only whether the database answers.
async fn healthy(State(app): State<App>) -> Result<&'static str, Problem> {
    app.store.ping().await?;
    Ok("ok\n")
}
