//! The HTTP side: paths, who may call them, and the shapes of bodies and answers.
//! Never lets a handler but `/healthz` run without a verified token.

mod orders;

mod whoami;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::get;
use chassis::layers;
use witgate_keyring::Keyring;
use witgate_keyring::resource_server::Problem;

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
    let paths = Router::new()
        .route("/healthz", get(healthy))
        .route("/orders", get(orders::list).post(orders::place))
        .route("/orders/{id}", get(orders::one))
        .route("/whoami", get(whoami::whoami));
    layers::around(paths).with_state(app)
}

/// Public: says only whether the database answers.
async fn healthy(State(app): State<App>) -> Result<&'static str, Problem> {
    app.store.ping().await?;
    Ok("ok\n")
}
