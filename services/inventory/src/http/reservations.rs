//! `/reservations`: holding stock for an order, and giving it back.
//! Never takes the subject from the body: it is the token's.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chassis::answer::not_found;
use chassis::body::JsonBody;
use serde::{Deserialize, Serialize};
use witgate_keyring::resource_server::{Authenticated, Problem, require_role};

use super::App;
use crate::catalogue::CURRENCY;
use crate::reservation::{Line, Lines, LinesFault, OrderId, PricedLine, Releaser, ReserveRefusal};
use crate::store::Released;

/// The scope that reserves and releases.
pub(super) const WRITE: &str = "orders:write";

/// The role that may release what others reserved.
const STAFF: &str = "staff";

/// The body of `POST /reservations`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    order_id: OrderId,
    lines: Vec<Line>,
}

/// The answer of `POST /reservations`.
#[derive(Debug, Serialize)]
pub struct Held {
    order_id: OrderId,
    currency: &'static str,
    lines: Vec<PricedLine>,
}

/// `POST /reservations`: 201 for a new one, 200 for the same one again.
pub async fn reserve(
    State(app): State<App>,
    caller: Authenticated,
    JsonBody(wanted): JsonBody<Wanted>,
) -> Result<(StatusCode, Json<Held>), Problem> {
    let lines = Lines::new(wanted.lines)?;
    let subject = caller.claims.subject().to_owned();
    let reserved = app.store.reserve(wanted.order_id.clone(), subject, lines).await??;
    let status = if reserved.fresh { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Held { order_id: wanted.order_id, currency: CURRENCY, lines: reserved.lines })))
}

/// `DELETE /reservations/{order_id}`: 204, also when there is nothing to release.
pub async fn release(
    State(app): State<App>,
    caller: Authenticated,
    id: Result<Path<OrderId>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let Path(id) = id.map_err(|_| no_such_reservation())?;
    let staff = require_role(&caller.claims, STAFF).is_ok();
    let releaser = Releaser { subject: caller.claims.subject().to_owned(), staff };
    match app.store.release(id, releaser).await? {
        Released::Done => Ok(StatusCode::NO_CONTENT),
        Released::NotYours => Err(no_such_reservation()),
    }
}

fn no_such_reservation() -> Problem {
    not_found("you have no such reservation")
}

impl From<LinesFault> for Problem {
    fn from(fault: LinesFault) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_lines", fault.to_string())
    }
}

impl From<ReserveRefusal> for Problem {
    fn from(refusal: ReserveRefusal) -> Problem {
        let (status, code, sku) = match &refusal {
            ReserveRefusal::OutOfStock(sku) => (StatusCode::CONFLICT, "out_of_stock", Some(sku)),
            ReserveRefusal::UnknownSku(sku) => (StatusCode::UNPROCESSABLE_ENTITY, "unknown_sku", Some(sku)),
            ReserveRefusal::Conflict => (StatusCode::CONFLICT, "reservation_conflict", None),
            ReserveRefusal::Released => (StatusCode::CONFLICT, "reservation_released", None),
        };
        let problem = Problem::new(status, code, refusal.to_string());
        match sku {
            Some(sku) => problem.with("sku", sku.as_str()),
            None => problem,
        }
    }
}
