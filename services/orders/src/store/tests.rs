//! Tests of the store against a real database file. Never mocks SQLite.

use super::*;
use crate::order::Line;

struct Room {
    store: Store,
    folder: tempfile::TempDir,
}

fn room() -> Room {
    let folder = tempfile::tempdir().unwrap();
    let (store, _closed) = Store::open(&folder.path().join("orders.sqlite")).unwrap();
    Room { store, folder }
}

fn lines() -> Lines {
    let line = |sku: &str, quantity| Line { sku: sku.to_owned(), quantity };
    Lines::new(vec![line("B", 2), line("A", 1)]).unwrap()
}

fn prices() -> Prices {
    Prices { currency: "EUR".to_owned(), cents: vec![("A".to_owned(), 450), ("B".to_owned(), 5_900)] }
}

impl Room {
    async fn pending(&self, user: &str) -> Uuid {
        let id = Uuid::now_v7();
        self.store.insert_pending(id, user.to_owned(), lines()).await.unwrap();
        id
    }

    async fn get(&self, id: Uuid) -> Order {
        self.store.find(id).await.unwrap().unwrap()
    }

    async fn page(&self, user: Option<&str>, before: Option<Uuid>, limit: u32) -> Vec<Uuid> {
        let page = Page { user: user.map(str::to_owned), before, limit };
        self.store.list(page).await.unwrap().into_iter().map(|order| order.id).collect()
    }

    /// As if the order had been placed earlier.
    async fn age(&self, id: Uuid, seconds: u32) {
        let change = "UPDATE orders SET created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?2) WHERE id = ?1";
        let age = (id.to_string(), format!("-{seconds} seconds"));
        self.store.database.run(move |connection| connection.execute(change, age)).await.unwrap();
    }
}

#[tokio::test]
async fn an_order_goes_from_pending_to_confirmed_with_prices() {
    let room = room();
    let id = room.pending("alice").await;
    let pending = room.get(id).await;
    assert_eq!((pending.status, pending.total_cents, pending.currency), (Status::Pending, None, None));
    let confirmed = room.store.confirm(id, prices()).await.unwrap().unwrap();
    assert_eq!((confirmed.status, confirmed.total_cents), (Status::Confirmed, Some(450 + 2 * 5_900)));
    assert_eq!(confirmed, room.get(id).await);
}

#[tokio::test]
async fn what_has_failed_is_never_confirmed() {
    let room = room();
    let id = room.pending("alice").await;
    room.store.fail(id, "out_of_stock").await.unwrap();
    room.store.fail(id, "interrupted").await.unwrap();
    assert_eq!(room.store.confirm(id, prices()).await.unwrap(), None);
    let failed = room.get(id).await;
    assert_eq!((failed.status, failed.failure.as_deref()), (Status::Failed, Some("out_of_stock")));
}

#[tokio::test]
async fn only_old_pending_orders_are_abandoned() {
    let room = room();
    let (old, young, done) = (room.pending("a").await, room.pending("a").await, room.pending("a").await);
    room.store.confirm(done, prices()).await.unwrap();
    room.age(old, ABANDONED_AFTER_SECONDS + 1).await;
    room.age(young, ABANDONED_AFTER_SECONDS / 2).await;
    room.age(done, ABANDONED_AFTER_SECONDS * 2).await;
    assert_eq!(room.store.fail_abandoned().await.unwrap(), 1);
    let status = [room.get(old).await.status, room.get(young).await.status, room.get(done).await.status];
    assert_eq!(status, [Status::Failed, Status::Pending, Status::Confirmed]);
    assert_eq!(room.get(old).await.failure.as_deref(), Some("interrupted"));
}

#[tokio::test]
async fn lists_are_newest_first_in_pages_and_per_user() {
    let room = room();
    let mut alice = Vec::new();
    for _ in 0..5 {
        alice.insert(0, room.pending("alice").await);
        room.pending("bob").await;
    }
    assert_eq!(room.page(Some("alice"), None, 100).await, alice);
    assert_eq!(room.page(Some("alice"), None, 2).await, alice[..2]);
    assert_eq!(room.page(Some("alice"), Some(alice[1]), 2).await, alice[2..4]);
    assert!(room.page(Some("alice"), Some(alice[4]), 2).await.is_empty());
    assert!(room.page(Some("nobody"), None, 100).await.is_empty());
    assert_eq!(room.page(None, None, 100).await.len(), 10);
}

/// Nothing is read that is newer than the page: SQLite goes to its beginning by an index.
#[tokio::test]
async fn a_page_is_found_without_those_before_it() {
    let room = room();
    for (asked, found) in [
        (of_a_user(), "SEARCH orders USING INDEX orders_of_a_user (user=? AND id<?)"),
        (of_everybody(), "SEARCH orders USING PRIMARY KEY (id<?)"),
    ] {
        let explain = move |connection: &mut Connection| {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {asked}"))?;
            statement.raw_query().mapped(|row| row.get("detail")).collect::<rusqlite::Result<Vec<String>>>()
        };
        assert_eq!(room.store.database.run(explain).await.unwrap(), [found]);
    }
}

#[tokio::test]
async fn a_restart_loses_nothing() {
    let room = room();
    let id = room.pending("alice").await;
    let before = room.store.confirm(id, prices()).await.unwrap();
    let Room { store, folder } = room;
    drop(store);
    let (store, _closed) = Store::open(&folder.path().join("orders.sqlite")).unwrap();
    assert_eq!(store.find(id).await.unwrap(), before);
}
