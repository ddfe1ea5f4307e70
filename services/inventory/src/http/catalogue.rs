//! `/catalogue`: reading items, and setting stock.
//! Never changes a price or a name: those come with a migration.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chassis::answer::not_found;
use chassis::body::JsonBody;
use serde::{Deserialize, Serialize};
use witgate_keyring::resource_server::{Authenticated, Problem, require_role};

use super::App;
use crate::catalogue::{Item, MAX_STOCK, Sku};

/// The scope that reads the catalogue.
pub(super) const READ: &str = "catalogue:read";

/// The scope that sets stock: what the user lets the application do.
pub(super) const SET_STOCK: &str = "stock:write";

/// The role that sets stock: what the user may do. Neither is enough alone.
const STAFF: &str = "staff";

/// The answer of `GET /catalogue`.
#[derive(Debug, Serialize)]
pub struct Catalogue {
    items: Vec<Item>,
}

/// The body of `PUT /catalogue/{sku}/stock`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewStock {
    stock: u32,
}

/// `GET /catalogue`
pub async fn list(State(app): State<App>, _: Authenticated) -> Result<Json<Catalogue>, Problem> {
    Ok(Json(Catalogue { items: app.store.items().await? }))
}

/// `GET /catalogue/{sku}`
pub async fn one(
    State(app): State<App>,
    _: Authenticated,
    sku: Result<Path<Sku>, PathRejection>,
) -> Result<Json<Item>, Problem> {
    let Path(sku) = sku.map_err(|_| no_such_item())?;
    app.store.item(sku).await?.map(Json).ok_or_else(no_such_item)
}

/// `PUT /catalogue/{sku}/stock`, with the scope [`SET_STOCK`].
pub async fn set_stock(
    State(app): State<App>,
    caller: Authenticated,
    sku: Result<Path<Sku>, PathRejection>,
    JsonBody(NewStock { stock }): JsonBody<NewStock>,
) -> Result<Json<Item>, Problem> {
    require_role(&caller.claims, STAFF)?;
    let Path(sku) = sku.map_err(|_| no_such_item())?;
    if stock > MAX_STOCK {
        let detail = format!("`stock` is {stock}; at most {MAX_STOCK} is allowed");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_stock", detail));
    }
    let item = app.store.set_stock(sku, stock).await?.ok_or_else(no_such_item)?;
    tracing::info!(sku = item.sku.as_str(), stock, subject = caller.claims.subject(), "stock set");
    Ok(Json(item))
}

fn no_such_item() -> Problem {
    not_found("the catalogue has no such item")
}
