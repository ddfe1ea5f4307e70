//! `/orders`: placing an order, and reading one's own.
//! Never shows somebody else's order to who may not read all, nor that it exists.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use chassis::answer::not_found;
use chassis::body::JsonBody;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use witgate_keyring::resource_server::{Authenticated, Problem, request_id};

use super::App;
use super::readers::require_all;
use crate::order::{Line, Lines, LinesFault, Order};
use crate::placement::PlaceError;
use crate::stock::{OnBehalf, StockError};
use crate::store::Page;

/// The scope that places orders.
pub(super) const WRITE: &str = "orders:write";

/// Most orders in one answer.
const MAX_LIMIT: u32 = 100;

/// Orders in one answer when the caller does not say.
const DEFAULT_LIMIT: u32 = 50;

/// The body of `POST /orders`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    lines: Vec<Line>,
}

/// The query of `GET /orders`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// 1 to [`MAX_LIMIT`].
    limit: Option<u32>,
    /// Only orders older than this id: `next_before` of the page before.
    before: Option<Uuid>,
    /// Everybody's orders, for who may read them.
    #[serde(default)]
    all: bool,
}

/// The answer of `GET /orders`.
#[derive(Debug, Serialize)]
pub struct Listed {
    orders: Vec<Order>,
    /// What to ask with as `before` for the next page; null after the last.
    next_before: Option<Uuid>,
}

/// `POST /orders`, with the scope [`WRITE`].
pub async fn place(
    State(app): State<App>,
    caller: Authenticated,
    headers: HeaderMap,
    JsonBody(new): JsonBody<NewOrder>,
) -> Result<(StatusCode, Json<Order>), Problem> {
    let lines = Lines::new(new.lines)?;
    let user = caller.claims.subject().to_owned();
    let on_behalf = OnBehalf { token: caller.token, request_id: request_id(&headers).map(str::to_owned) };
    let order = app.placements.place(user, lines, on_behalf).await?;
    Ok((StatusCode::CREATED, Json(order)))
}

/// `GET /orders`, with one of [`READ_ANY`](super::readers::READ_ANY).
pub async fn list(
    State(app): State<App>,
    caller: Authenticated,
    query: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<Listed>, Problem> {
    let Query(listing) = query.map_err(|rejection| invalid_query(rejection.body_text()))?;
    let limit = listing.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(invalid_query(format!("`limit` is {limit}; between 1 and {MAX_LIMIT} is allowed")));
    }
    if listing.all {
        require_all(&caller)?;
    }
    let user = (!listing.all).then(|| caller.claims.subject().to_owned());
    // One more than is shown: only that tells a last page that is full from one with another behind it.
    let mut orders = app.store.list(Page { user, before: listing.before, limit: limit + 1 }).await?;
    let is_last = orders.len() <= limit as usize;
    orders.truncate(limit as usize);
    let next_before = orders.last().filter(|_| !is_last).map(|order| order.id);
    Ok(Json(Listed { orders, next_before }))
}

/// `GET /orders/{id}`, with one of [`READ_ANY`](super::readers::READ_ANY).
pub async fn one(
    State(app): State<App>,
    caller: Authenticated,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Json<Order>, Problem> {
    let Path(id) = id.map_err(|_| no_such_order())?;
    let order = app.store.find(id).await?.ok_or_else(no_such_order)?;
    let own = order.user == caller.claims.subject();
    if own || require_all(&caller).is_ok() { Ok(Json(order)) } else { Err(no_such_order()) }
}

fn no_such_order() -> Problem {
    not_found("you have no such order")
}

fn invalid_query(detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_query", detail)
}

impl From<LinesFault> for Problem {
    fn from(fault: LinesFault) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_lines", fault.to_string())
    }
}

impl From<PlaceError> for Problem {
    fn from(error: PlaceError) -> Problem {
        let unavailable = |code, detail: &str| Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
        match error {
            PlaceError::Stock(cause) => cause.into(),
            PlaceError::Store(cause) => cause.into(),
            PlaceError::Busy => {
                tracing::warn!(%error, "order refused");
                unavailable("too_many_orders", "too many orders are being placed; try again soon")
            }
            PlaceError::GivenUp => {
                tracing::error!(%error, "order not placed");
                unavailable("order_given_up", "the order could not be placed in time; place it again")
            }
        }
    }
}

impl From<StockError> for Problem {
    fn from(error: StockError) -> Problem {
        let about = |status, code, sku: &str| Problem::new(status, code, error.to_string()).with("sku", sku);
        match &error {
            StockError::OutOfStock(sku) => about(StatusCode::CONFLICT, "out_of_stock", sku),
            StockError::UnknownSku(sku) => about(StatusCode::UNPROCESSABLE_ENTITY, "unknown_sku", sku),
            StockError::Refused(status) => {
                Problem::new(*status, "inventory_refused", "inventory does not accept this token for a reservation")
            }
            StockError::Unreachable(_) | StockError::Unanswered(_) | StockError::WrongAnswer(_) => {
                tracing::error!(cause = %error, "inventory is no help");
                let detail = "the stock cannot be reserved at the moment; nothing was ordered, try again soon";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "inventory_unavailable", detail)
            }
        }
    }
}
