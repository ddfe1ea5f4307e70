//! Tests of the store against a real database file. Never mocks SQLite.

use super::*;

struct Room {
    store: Store,
    folder: tempfile::TempDir,
}

fn room() -> Room {
    let folder = tempfile::tempdir().unwrap();
    let (store, _closed) = Store::open(&folder.path().join("inventory.sqlite")).unwrap();
    Room { store, folder }
}

fn sku(text: &str) -> Sku {
    Sku::try_from(text.to_owned()).unwrap()
}

fn id(text: &str) -> OrderId {
    OrderId::try_from(text.to_owned()).unwrap()
}

fn lines(wanted: &[(&str, u32)]) -> Lines {
    Lines::new(wanted.iter().map(|(text, quantity)| Line { sku: sku(text), quantity: *quantity }).collect()).unwrap()
}

impl Room {
    async fn stock(&self, text: &str) -> u32 {
        self.store.item(sku(text)).await.unwrap().unwrap().stock
    }

    async fn reserve(&self, order: &str, wanted: &[(&str, u32)]) -> Result<Reserved, ReserveRefusal> {
        self.store.reserve(id(order), "alice".to_owned(), lines(wanted)).await.unwrap()
    }

    async fn release(&self, order: &str, subject: &str, staff: bool) -> Released {
        self.store.release(id(order), Releaser { subject: subject.to_owned(), staff }).await.unwrap()
    }
}

#[tokio::test]
async fn a_reservation_takes_all_lines_or_none() {
    let room = room();
    let refused = room.reserve("o1", &[("GRIND-HAND", 5), ("MACHINE-DUAL", 4)]).await;
    assert_eq!(refused, Err(ReserveRefusal::OutOfStock(sku("MACHINE-DUAL"))));
    assert_eq!((room.stock("GRIND-HAND").await, room.stock("MACHINE-DUAL").await), (25, 3));
    let refused = room.reserve("o1", &[("GRIND-HAND", 5), ("NOT-THERE", 1)]).await;
    assert_eq!(refused, Err(ReserveRefusal::UnknownSku(sku("NOT-THERE"))));
    assert_eq!(room.stock("GRIND-HAND").await, 25);
    let taken = room.reserve("o1", &[("GRIND-HAND", 5), ("MACHINE-DUAL", 3)]).await.unwrap();
    assert_eq!(taken.lines.iter().map(|line| line.price_cents).collect::<Vec<_>>(), [5_900, 124_900]);
    assert_eq!((room.stock("GRIND-HAND").await, room.stock("MACHINE-DUAL").await), (20, 0));
}

#[tokio::test]
async fn the_same_order_takes_stock_once() {
    let room = room();
    let first = room.reserve("o1", &[("GRIND-HAND", 2), ("CUP-SET-4", 1)]).await.unwrap();
    let second = room.reserve("o1", &[("CUP-SET-4", 1), ("GRIND-HAND", 2)]).await.unwrap();
    assert_eq!((first.fresh, second.fresh), (true, false));
    assert_eq!(first.lines, second.lines);
    assert_eq!(room.stock("GRIND-HAND").await, 23);
    assert_eq!(room.reserve("o1", &[("GRIND-HAND", 3)]).await, Err(ReserveRefusal::Conflict));
    let other = room.store.reserve(id("o1"), "mallory".to_owned(), lines(&[("GRIND-HAND", 2)])).await.unwrap();
    assert_eq!(other, Err(ReserveRefusal::Conflict));
}

#[tokio::test]
async fn stock_comes_back_once_and_only_by_its_owner_or_staff() {
    let room = room();
    room.reserve("o1", &[("GRIND-HAND", 5)]).await.unwrap();
    assert_eq!(room.release("o1", "mallory", false).await, Released::NotYours);
    assert_eq!(room.stock("GRIND-HAND").await, 20);
    assert_eq!(room.release("o1", "alice", false).await, Released::Done);
    assert_eq!(room.release("o1", "alice", false).await, Released::Done);
    assert_eq!(room.stock("GRIND-HAND").await, 25);
    room.reserve("o2", &[("GRIND-HAND", 5)]).await.unwrap();
    assert_eq!(room.release("o2", "bob", true).await, Released::Done);
    assert_eq!(room.stock("GRIND-HAND").await, 25);
}

#[tokio::test]
async fn a_release_that_overtakes_its_reservation_wins() {
    let room = room();
    assert_eq!(room.release("o1", "alice", false).await, Released::Done);
    assert_eq!(room.reserve("o1", &[("GRIND-HAND", 5)]).await, Err(ReserveRefusal::Released));
    assert_eq!(room.stock("GRIND-HAND").await, 25);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_at_once_get_exactly_the_last_ten() {
    let room = room();
    room.store.set_stock(sku("GRIND-HAND"), 10).await.unwrap();
    let requests: Vec<_> = (0..50)
        .map(|n| {
            let store = room.store.clone();
            let wanted = lines(&[("GRIND-HAND", 1)]);
            tokio::spawn(async move { store.reserve(id(&format!("o{n}")), "alice".to_owned(), wanted).await.unwrap() })
        })
        .collect();
    let mut taken = 0;
    for request in requests {
        match request.await.unwrap() {
            Ok(_) => taken += 1,
            Err(refusal) => assert_eq!(refusal, ReserveRefusal::OutOfStock(sku("GRIND-HAND"))),
        }
    }
    assert_eq!((taken, room.stock("GRIND-HAND").await), (10, 0));
}

#[tokio::test]
async fn a_restart_loses_nothing_and_seeds_nothing() {
    let Room { store, folder } = room();
    let path = folder.path().join("inventory.sqlite");
    store.reserve(id("o1"), "alice".to_owned(), lines(&[("GRIND-HAND", 5)])).await.unwrap().unwrap();
    drop(store);
    let (store, _closed) = Store::open(&path).unwrap();
    let room = Room { store, folder };
    assert_eq!(room.stock("GRIND-HAND").await, 20);
    assert!(!room.reserve("o1", &[("GRIND-HAND", 5)]).await.unwrap().fresh);
}
