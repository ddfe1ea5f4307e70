//! The way of an order: write it down, reserve its stock, confirm it; or undo what was done.
//! Never stops half way because a client hangs up: a placement runs to its end in a task of its own.

use std::sync::Arc;

use tokio::sync::{Semaphore, oneshot};
use uuid::Uuid;

use crate::order::{Lines, Order};
use crate::stock::{Inventory, OnBehalf, StockError};
use crate::store::{DatabaseError, Prices, Store};

/// Most placements at one time. More are refused at once.
pub const MAX_PLACEMENTS: usize = 256;

/// Places orders. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Placements {
    store: Store,
    inventory: Inventory,
    places: Arc<Semaphore>,
}

/// Why an order is not placed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Too many at one time.
    #[error("{MAX_PLACEMENTS} orders are being placed")]
    Busy,
    /// Inventory gives no stock, or no answer.
    #[error(transparent)]
    Stock(#[from] StockError),
    /// The database does not take the order.
    #[error(transparent)]
    Store(#[from] DatabaseError),
    /// It took so long that the order was given up meanwhile.
    #[error("the order was given up before it was confirmed")]
    GivenUp,
}

/// How an attempt ended, and whether stock may be left to give back.
struct Outcome {
    answer: Result<Order, PlaceError>,
    release: bool,
}

impl Placements {
    /// Places orders in this store with stock of this inventory.
    pub fn new(store: Store, inventory: Inventory) -> Placements {
        Placements { store, inventory, places: Arc::new(Semaphore::new(MAX_PLACEMENTS)) }
    }

    /// Places one order for `user`, reserving in the name of `caller`.
    pub async fn place(&self, user: String, lines: Lines, caller: OnBehalf) -> Result<Order, PlaceError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| PlaceError::Busy)?;
        let (reply, answer) = oneshot::channel();
        let this = self.clone();
        // Owned through its handle on the store: a stop waits until the last handle is gone, and the permits bound it.
        tokio::spawn(async move {
            let _place = place;
            let id = Uuid::now_v7();
            let Outcome { answer, release } = this.attempt(id, user, &lines, &caller).await;
            // The client may have hung up; the order stands all the same.
            let _left = reply.send(answer);
            if release {
                this.release(id, &caller).await;
            }
        });
        answer.await.unwrap_or(Err(PlaceError::GivenUp))
    }

    async fn attempt(&self, id: Uuid, user: String, lines: &Lines, caller: &OnBehalf) -> Outcome {
        if let Err(cause) = self.store.insert_pending(id, user, lines.clone()).await {
            return Outcome { answer: Err(cause.into()), release: false };
        }
        match self.inventory.reserve(id, lines, caller).await {
            Ok(prices) => self.confirm(id, prices).await,
            Err(cause) => {
                self.fail(id, failure_code(&cause)).await;
                Outcome { release: cause.may_hold_stock(), answer: Err(cause.into()) }
            }
        }
    }

    async fn confirm(&self, id: Uuid, prices: Prices) -> Outcome {
        match self.store.confirm(id, prices).await {
            Ok(Some(order)) => Outcome { answer: Ok(order), release: false },
            Ok(None) => Outcome { answer: Err(PlaceError::GivenUp), release: true },
            Err(cause) => {
                // Stock goes back only when the order is surely not confirmed: else somebody would own nothing.
                let failed = self.fail(id, "not_stored").await;
                Outcome { release: failed || !cause.may_have_happened(), answer: Err(cause.into()) }
            }
        }
    }

    /// Whether the order is now marked as failed. If not, `Store::fail_abandoned` does it later.
    async fn fail(&self, id: Uuid, failure: &'static str) -> bool {
        let marked = self.store.fail(id, failure).await;
        if let Err(cause) = &marked {
            tracing::error!(order = %id, failure, %cause, "a failed order could not be marked");
        }
        marked.is_ok()
    }

    async fn release(&self, id: Uuid, caller: &OnBehalf) {
        match self.inventory.release(id, caller).await {
            Ok(()) => tracing::info!(order = %id, "stock given back"),
            Err(cause) => tracing::error!(order = %id, %cause, "stock may still be held: staff must release it"),
        }
    }
}

fn failure_code(cause: &StockError) -> &'static str {
    match cause {
        StockError::OutOfStock(_) => "out_of_stock",
        StockError::UnknownSku(_) => "unknown_sku",
        StockError::Refused(_) => "inventory_refused",
        StockError::Unreachable(_) | StockError::Unanswered(_) | StockError::WrongAnswer(_) => "inventory_unavailable",
    }
}
