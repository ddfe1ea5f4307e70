//! The HTTP side: paths, who may call them, and the shapes of bodies and answers.
//! Never lets a handler but `/healthz` run without a verified token.

mod catalogue;

mod reservations;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::{delete, get, post, put};
use chassis::layers;
use witgate_keyring::Keyring;
use witgate_keyring::resource_server::Problem;

use crate::store::Store;

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct App {
    /// Whose tokens count.
    pub keyring: Keyring,
    /// The stock.
    pub store: Store,
}

impl FromRef<App> for Keyring {
    fn from_ref(app: &App) -> Keyring {
        app.keyring.clone()
    }
}

/// Every path of the service.
pub fn router(app: App) -> Router {
    let paths = Router::new()
        .route("/healthz", get(healthy))
        .route("/catalogue", get(catalogue::list))
        .route("/catalogue/{sku}", get(catalogue::one))
        .route("/catalogue/{sku}/stock", put(catalogue::set_stock))
        .route("/reservations", post(reservations::reserve))
        .route("/reservations/{order_id}", delete(reservations::release));
    layers::around(paths).with_state(app)
}

/// Public: says only whether the database answers.
async fn healthy(State(app): State<App>) -> Result<&'static str, Problem> {
    app.store.ping().await?;
    Ok("ok\n")
}
