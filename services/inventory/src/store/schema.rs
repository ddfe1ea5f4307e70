//! The tables, migration by migration.
//! Never edits a migration that has shipped: a change is a new entry at the end.

use chassis::database::Schema;
use rusqlite::Transaction;

use crate::catalogue::FIRST_STOCK;

/// What this service keeps.
pub const SCHEMA: Schema = Schema { holds: "the stock", migrations: &[tables_and_first_stock] };

fn tables_and_first_stock(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(
        "CREATE TABLE items (
             sku TEXT PRIMARY KEY,
             name TEXT NOT NULL,
             price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
             stock INTEGER NOT NULL CHECK (stock >= 0)
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE reservations (
             order_id TEXT PRIMARY KEY,
             subject TEXT NOT NULL,
             created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
             released_at TEXT
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE reservation_lines (
             order_id TEXT NOT NULL REFERENCES reservations,
             sku TEXT NOT NULL REFERENCES items,
             quantity INTEGER NOT NULL CHECK (quantity > 0),
             price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
             PRIMARY KEY (order_id, sku)
         ) STRICT, WITHOUT ROWID;",
    )?;
    let mut insert = tx.prepare("INSERT INTO items (sku, name, price_cents, stock) VALUES (?1, ?2, ?3, ?4)")?;
    for item in FIRST_STOCK {
        insert.execute(*item)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn migrating_twice_changes_nothing_and_keeps_what_was_sold() {
        let mut connection = Connection::open_in_memory().unwrap();
        SCHEMA.migrate(&mut connection).unwrap();
        connection.execute("UPDATE items SET stock = 1 WHERE sku = 'GRIND-HAND'", ()).unwrap();
        SCHEMA.migrate(&mut connection).unwrap();
        let stock: u32 =
            connection.query_row("SELECT stock FROM items WHERE sku = 'GRIND-HAND'", (), |row| row.get(0)).unwrap();
        assert_eq!(stock, 1);
    }
}
