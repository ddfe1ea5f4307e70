//! Client assertions: each counts once, whichever node is asked. Never an assertion itself, only hashes.

use witgate_auth::store::KEPT_SECONDS;

use super::people::{NOW, fresh_hash};
use super::place::{Place, on_both};

on_both!(an_assertion_counts_once, of_many_at_once_one_counts, what_has_expired_is_forgotten);

async fn an_assertion_counts_once(place: Place) {
    let (store, node) = (place.open().await, place.open().await);
    let hash = fresh_hash();
    assert!(store.use_assertion(hash, NOW).await.unwrap());
    assert!(!store.use_assertion(hash, NOW + 60).await.unwrap());
    assert!(!node.use_assertion(hash, NOW).await.unwrap());
    assert!(store.use_assertion(fresh_hash(), NOW).await.unwrap());
}

async fn of_many_at_once_one_counts(place: Place) {
    let (store, hash) = (place.open().await, fresh_hash());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        tasks.spawn(async move { store.use_assertion(hash, NOW).await.unwrap() });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|counts| *counts).count(), 1);
}

async fn what_has_expired_is_forgotten(place: Place) {
    let (store, hash) = (place.open().await, fresh_hash());
    store.use_assertion(hash, NOW).await.unwrap();
    assert_eq!(store.remove_old(NOW + KEPT_SECONDS).await.unwrap(), 0);
    assert!(!store.use_assertion(hash, NOW).await.unwrap(), "until then it is remembered");
    assert_eq!(store.remove_old(NOW + KEPT_SECONDS + 1).await.unwrap(), 1);
}
