//! The HTTP side: paths, who may call them, and the shapes of bodies and answers.
//! Never lets a handler but `/healthz` run without a verified token.

mod catalogue;

mod reservations;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::{delete, get, post, put};
use chassis::{layers, tokens};
use witgate_keyring::Keyring;
use witgate_keyring::resource_server::{Problem, RequireToken};

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
    let token = RequireToken::new(app.keyring.clone());
    let setter = token.clone().scopes([catalogue::SET_STOCK]);
    let setting = tokens::sensitive(setter, &app.keyring, "PUT /catalogue/{sku}/stock");
    let staff = Router::new().route("/catalogue/{sku}/stock", put(catalogue::set_stock)).route_layer(setting);
    let reads = Router::new()
        .route("/catalogue", get(catalogue::list))
        .route("/catalogue/{sku}", get(catalogue::one))
        .route_layer(token.clone().scopes([catalogue::READ]));
    let token = token.scopes([reservations::WRITE]);
    let reserving = tokens::sensitive(token, &app.keyring, "POST /reservations, DELETE /reservations/{order_id}");
    let writes = Router::new()
        .route("/reservations", post(reservations::reserve))
        .route("/reservations/{order_id}", delete(reservations::release))
        .route_layer(reserving);
    let paths = Router::new().route("/healthz", get(healthy)).merge(staff).merge(reads).merge(writes);
    layers::around(paths).with_state(app)
}

/// Public: says only whether the database answers.
async fn healthy(State(app): State<App>) -> Result<&'static str, Problem> {
    app.store.ping().await?;
    Ok("ok\n")
}
