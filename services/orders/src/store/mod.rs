//! All SQL of this service: orders and their lines, each change in one transaction.
//! Never decides who may see an order: a caller of this module says whose orders it wants.

mod schema;

use std::path::Path;

use chassis::database::Database;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior};
use uuid::Uuid;

use crate::order::{Lines, Order, PricedLine, Status, total_cents};

pub use chassis::database::{Closed, DatabaseError, OpenError};

/// A pending order older than this belongs to a request that is gone, in seconds. It must be longer than the
/// deadlines of one placement together.
pub const ABANDONED_AFTER_SECONDS: u32 = 60;

/// The database of the orders. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
}

/// What a reservation has fixed: prices for every line, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    /// ISO 4217.
    pub currency: String,
    /// SKU and price of one piece in cents, in the order of the lines.
    pub cents: Vec<(String, u32)>,
}

/// Which orders a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Only this user's; None shows everybody's.
    pub user: Option<String>,
    /// Only orders older than this one.
    pub before: Option<Uuid>,
    /// At most so many.
    pub limit: u32,
}

impl Store {
    /// Opens or creates the database.
    pub fn open(path: &Path) -> Result<(Store, Closed), OpenError> {
        let (database, closed) = Database::open(path, &schema::SCHEMA)?;
        Ok((Store { database }, closed))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DatabaseError> {
        self.database.ping().await
    }

    /// Writes an order down before its stock is reserved.
    pub async fn insert_pending(&self, id: Uuid, user: String, lines: Lines) -> Result<(), DatabaseError> {
        self.database.run(move |connection| insert_pending(connection, id, &user, &lines)).await
    }

    /// Makes a pending order a confirmed one. None when it is not pending any more.
    pub async fn confirm(&self, id: Uuid, prices: Prices) -> Result<Option<Order>, DatabaseError> {
        self.database.run(move |connection| confirm(connection, id, &prices)).await
    }

    /// Marks an order as failed, whatever it was. `failure` is a stable code.
    pub async fn fail(&self, id: Uuid, failure: &'static str) -> Result<(), DatabaseError> {
        let change = "UPDATE orders SET status = 'failed', failure = ?2 WHERE id = ?1 AND status <> 'failed'";
        let fail = move |connection: &mut Connection| connection.execute(change, (id.to_string(), failure));
        self.database.run(fail).await.map(|_rows| ())
    }

    /// Marks pending orders that no request works on any more as failed. Returns how many.
    pub async fn fail_abandoned(&self) -> Result<usize, DatabaseError> {
        let change = "UPDATE orders SET status = 'failed', failure = 'interrupted'
             WHERE status = 'pending' AND created_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?1)";
        let age = format!("-{ABANDONED_AFTER_SECONDS} seconds");
        self.database.run(move |connection| connection.execute(change, [age])).await
    }

    /// One order, whoever placed it.
    pub async fn find(&self, id: Uuid) -> Result<Option<Order>, DatabaseError> {
        self.database.run(move |connection| find(connection, id)).await
    }

    /// Orders, newest first.
    pub async fn list(&self, page: Page) -> Result<Vec<Order>, DatabaseError> {
        self.database.run(move |connection| list(connection, &page)).await
    }
}

fn insert_pending(connection: &mut Connection, id: Uuid, user: &str, lines: &Lines) -> rusqlite::Result<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let id = id.to_string();
    tx.execute("INSERT INTO orders (id, user, status) VALUES (?1, ?2, 'pending')", (&id, user))?;
    for line in lines.as_slice() {
        let insert = "INSERT INTO order_lines (order_id, sku, quantity) VALUES (?1, ?2, ?3)";
        tx.prepare_cached(insert)?.execute((&id, &line.sku, line.quantity))?;
    }
    tx.commit()
}

fn confirm(connection: &mut Connection, id: Uuid, prices: &Prices) -> rusqlite::Result<Option<Order>> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let change = "UPDATE orders SET status = 'confirmed', currency = ?2 WHERE id = ?1 AND status = 'pending'";
    if tx.execute(change, (id.to_string(), &prices.currency))? == 0 {
        return Ok(None);
    }
    for (sku, cents) in &prices.cents {
        let set = "UPDATE order_lines SET price_cents = ?3 WHERE order_id = ?1 AND sku = ?2";
        tx.prepare_cached(set)?.execute((id.to_string(), sku, cents))?;
    }
    let order = find(&tx, id)?;
    tx.commit()?;
    Ok(order)
}

const ORDER: &str = "SELECT id, user, status, failure, currency, created_at FROM orders";

fn find(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<Order>> {
    let mut statement = connection.prepare_cached(&format!("{ORDER} WHERE id = ?1"))?;
    let order = statement.query_row([id.to_string()], to_order).optional()?;
    order.map(|order| with_lines(connection, order)).transpose()
}

/// The end of a list's statement. A bound id, and no `?1 IS NULL OR`: only so SQLite seeks to where a page begins.
const OLDER: &str = "id < ?1 ORDER BY id DESC LIMIT ?2";

/// What a list of one user's orders asks.
fn of_a_user() -> String {
    format!("{ORDER} WHERE user = ?3 AND {OLDER}")
}

/// What a list of everybody's orders asks.
fn of_everybody() -> String {
    format!("{ORDER} WHERE {OLDER}")
}

fn list(connection: &Connection, page: &Page) -> rusqlite::Result<Vec<Order>> {
    // Ids are version 7, so all of them are below the largest one.
    let before = page.before.unwrap_or(Uuid::max()).to_string();
    let orders: Vec<Order> = match &page.user {
        Some(user) => connection
            .prepare_cached(&of_a_user())?
            .query_map((before, page.limit, user), to_order)?
            .collect::<Result<_, _>>()?,
        None => connection
            .prepare_cached(&of_everybody())?
            .query_map((before, page.limit), to_order)?
            .collect::<Result<_, _>>()?,
    };
    orders.into_iter().map(|order| with_lines(connection, order)).collect()
}

fn with_lines(connection: &Connection, mut order: Order) -> rusqlite::Result<Order> {
    let select = "SELECT sku, quantity, price_cents FROM order_lines WHERE order_id = ?1 ORDER BY sku";
    let mut statement = connection.prepare_cached(select)?;
    let lines = statement.query_map([order.id.to_string()], |row| {
        Ok(PricedLine { sku: row.get(0)?, quantity: row.get(1)?, price_cents: row.get(2)? })
    })?;
    order.lines = lines.collect::<Result<_, _>>()?;
    order.total_cents = total_cents(&order.lines);
    Ok(order)
}

fn to_order(row: &Row<'_>) -> rusqlite::Result<Order> {
    let id: String = row.get(0)?;
    let word: String = row.get(2)?;
    Ok(Order {
        id: Uuid::parse_str(&id)
            .map_err(|bad| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(bad)))?,
        user: row.get(1)?,
        status: Status::ALL.into_iter().find(|status| status.word() == word).ok_or_else(|| {
            rusqlite::Error::FromSqlConversionFailure(2, Type::Text, format!("no status '{word}'").into())
        })?,
        failure: row.get(3)?,
        currency: row.get(4)?,
        created_at: row.get(5)?,
        lines: Vec::new(),
        total_cents: None,
    })
}

#[cfg(test)]
mod tests;
