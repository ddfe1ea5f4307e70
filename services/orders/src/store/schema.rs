//! The tables, migration by migration.
//! Never edits a migration that has shipped: a change is a new entry at the end.

use chassis::database::Schema;
use rusqlite::Transaction;

/// What this service keeps.
pub const SCHEMA: Schema = Schema { holds: "the orders", migrations: &[tables] };

fn tables(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(
        "CREATE TABLE orders (
             id TEXT PRIMARY KEY,
             user TEXT NOT NULL,
             status TEXT NOT NULL CHECK (status IN ('pending', 'confirmed', 'failed')),
             failure TEXT,
             currency TEXT,
             created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX orders_of_a_user ON orders (user, id);
         CREATE INDEX orders_that_are_pending ON orders (created_at) WHERE status = 'pending';
         CREATE TABLE order_lines (
             order_id TEXT NOT NULL REFERENCES orders,
             sku TEXT NOT NULL,
             quantity INTEGER NOT NULL CHECK (quantity > 0),
             price_cents INTEGER CHECK (price_cents >= 0),
             PRIMARY KEY (order_id, sku)
         ) STRICT, WITHOUT ROWID;",
    )
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        SCHEMA.migrate(&mut connection).unwrap();
        connection.execute("INSERT INTO orders (id, user, status) VALUES ('1', 'u', 'pending')", ()).unwrap();
        SCHEMA.migrate(&mut connection).unwrap();
        let orders: u32 = connection.query_row("SELECT count(*) FROM orders", (), |row| row.get(0)).unwrap();
        assert_eq!(orders, 1);
    }
}
