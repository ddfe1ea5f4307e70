//! All SQL of this service: the catalogue, the stock and the reservations, each change in one transaction.
//! Never decides who may do what: the rules are in `reservation`, the token checks in `http`.

mod schema;

use std::path::Path;

use chassis::database::Database;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use crate::catalogue::{CURRENCY, Item, Sku};
use crate::reservation::{Line, Lines, OrderId, PricedLine, Releaser, Reservation, ReserveRefusal};

pub use chassis::database::{Closed, DatabaseError, OpenError};

/// The database of the inventory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
}

/// Stock that is now held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    /// False when the same request was answered before.
    pub fresh: bool,
    /// Sorted by SKU, with prices.
    pub lines: Vec<PricedLine>,
}

/// What became of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// The id holds no stock now, and never will.
    Done,
    /// The reservation belongs to another subject.
    NotYours,
}

impl Store {
    /// Opens or creates the database; a new one gets the first stock.
    pub fn open(path: &Path) -> Result<(Store, Closed), OpenError> {
        let (database, closed) = Database::open(path, &schema::SCHEMA)?;
        Ok((Store { database }, closed))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DatabaseError> {
        self.database.ping().await
    }

    /// The whole catalogue, by SKU.
    pub async fn items(&self) -> Result<Vec<Item>, DatabaseError> {
        self.database.run(|connection| items(connection)).await
    }

    /// One item.
    pub async fn item(&self, sku: Sku) -> Result<Option<Item>, DatabaseError> {
        self.database.run(move |connection| item(connection, &sku)).await
    }

    /// Sets how many pieces are free. None when there is no such item.
    pub async fn set_stock(&self, sku: Sku, stock: u32) -> Result<Option<Item>, DatabaseError> {
        let change = move |connection: &mut Connection| {
            connection.execute("UPDATE items SET stock = ?2 WHERE sku = ?1", (sku.as_str(), stock))?;
            item(connection, &sku)
        };
        self.database.run(change).await
    }

    /// Holds all lines or none. The same request again gets the same answer.
    pub async fn reserve(
        &self,
        id: OrderId,
        subject: String,
        lines: Lines,
    ) -> Result<Result<Reserved, ReserveRefusal>, DatabaseError> {
        self.database.run(move |connection| reserve(connection, &id, &subject, &lines)).await
    }

    /// Gives the stock back and closes the id for good, also when it was never reserved: a release that
    /// overtakes its reservation must win.
    pub async fn release(&self, id: OrderId, releaser: Releaser) -> Result<Released, DatabaseError> {
        self.database.run(move |connection| release(connection, &id, &releaser)).await
    }
}

const ITEM: &str = "SELECT sku, name, price_cents, stock FROM items";

fn items(connection: &Connection) -> rusqlite::Result<Vec<Item>> {
    let mut statement = connection.prepare_cached(&format!("{ITEM} ORDER BY sku"))?;
    statement.query_map((), to_item)?.collect()
}

fn item(connection: &Connection, sku: &Sku) -> rusqlite::Result<Option<Item>> {
    let mut statement = connection.prepare_cached(&format!("{ITEM} WHERE sku = ?1"))?;
    statement.query_row([sku.as_str()], to_item).optional()
}

fn to_item(row: &rusqlite::Row<'_>) -> rusqlite::Result<Item> {
    Ok(Item {
        sku: to_sku(row, 0)?,
        name: row.get(1)?,
        price_cents: row.get(2)?,
        currency: CURRENCY,
        stock: row.get(3)?,
    })
}

fn to_sku(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Sku> {
    let wrong = |bad| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(bad));
    Sku::try_from(row.get::<_, String>(column)?).map_err(wrong)
}

fn reserve(
    connection: &mut Connection,
    id: &OrderId,
    subject: &str,
    lines: &Lines,
) -> rusqlite::Result<Result<Reserved, ReserveRefusal>> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if let Some(known) = find(&tx, id)? {
        return Ok(known.answer_again(subject, lines).map(|lines| Reserved { fresh: false, lines }));
    }
    tx.execute("INSERT INTO reservations (order_id, subject) VALUES (?1, ?2)", (id.as_str(), subject))?;
    let mut priced = Vec::with_capacity(lines.as_slice().len());
    for line in lines.as_slice() {
        match take(&tx, id, line)? {
            Ok(line) => priced.push(line),
            // Dropping the transaction gives back the lines before this one.
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    tx.commit()?;
    Ok(Ok(Reserved { fresh: true, lines: priced }))
}

fn find(tx: &Transaction<'_>, id: &OrderId) -> rusqlite::Result<Option<Reservation>> {
    let mut statement =
        tx.prepare_cached("SELECT subject, released_at IS NOT NULL FROM reservations WHERE order_id = ?1")?;
    let found = statement.query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((subject, released)) = found else { return Ok(None) };
    Ok(Some(Reservation { subject, released, lines: priced_lines(tx, id)? }))
}

fn priced_lines(tx: &Transaction<'_>, id: &OrderId) -> rusqlite::Result<Vec<PricedLine>> {
    let mut statement =
        tx.prepare_cached("SELECT sku, quantity, price_cents FROM reservation_lines WHERE order_id = ?1 ORDER BY sku")?;
    let lines = statement.query_map([id.as_str()], |row| {
        Ok(PricedLine { sku: to_sku(row, 0)?, quantity: row.get(1)?, price_cents: row.get(2)? })
    })?;
    lines.collect()
}

fn take(tx: &Transaction<'_>, id: &OrderId, line: &Line) -> rusqlite::Result<Result<PricedLine, ReserveRefusal>> {
    let mut update =
        tx.prepare_cached("UPDATE items SET stock = stock - ?2 WHERE sku = ?1 AND stock >= ?2 RETURNING price_cents")?;
    let price: Option<u32> = update.query_row((line.sku.as_str(), line.quantity), |row| row.get(0)).optional()?;
    let Some(price_cents) = price else {
        let sku = line.sku.clone();
        let known = item(tx, &sku)?.is_some();
        return Ok(Err(if known { ReserveRefusal::OutOfStock(sku) } else { ReserveRefusal::UnknownSku(sku) }));
    };
    tx.execute(
        "INSERT INTO reservation_lines (order_id, sku, quantity, price_cents) VALUES (?1, ?2, ?3, ?4)",
        (id.as_str(), line.sku.as_str(), line.quantity, price_cents),
    )?;
    Ok(Ok(PricedLine { sku: line.sku.clone(), quantity: line.quantity, price_cents }))
}

fn release(connection: &mut Connection, id: &OrderId, releaser: &Releaser) -> rusqlite::Result<Released> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match find(&tx, id)? {
        Some(known) if !releaser.may_release(&known) => return Ok(Released::NotYours),
        Some(known) if !known.released => give_back(&tx, id)?,
        _ => {}
    }
    tx.execute(
        "INSERT INTO reservations (order_id, subject, released_at)
             VALUES (?1, ?2, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
         ON CONFLICT (order_id) DO UPDATE SET released_at = coalesce(released_at, excluded.released_at)",
        (id.as_str(), &releaser.subject),
    )?;
    tx.commit()?;
    Ok(Released::Done)
}

fn give_back(tx: &Transaction<'_>, id: &OrderId) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE items SET stock = stock + held.quantity FROM reservation_lines AS held
         WHERE held.order_id = ?1 AND held.sku = items.sku",
        [id.as_str()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests;
