//! Signing keys: added, retired and revoked only by who has seen the present ones. Never a real key: bytes are enough.

use witgate_auth::store::{MAX_KEYS_IN_USE, RevokedKind, Store, StoreError, StoredKey};

use super::people::{NOW, alice, at, proved, session};
use super::place::{Place, on_both};

on_both!(
    keys_come_back_as_stored,
    a_stale_view_adds_nothing,
    keys_of_one_second_keep_their_order,
    of_many_that_add_at_once_one_does,
    a_revoked_key_is_replaced_and_published,
    retired_keys_are_not_revoked,
    a_key_that_signs_sooner_withdraws_those_that_wait,
    one_key_too_many_is_refused,
    a_succession_is_noted_once,
    what_was_sealed_is_sealed_again_all_or_nothing,
);

pub fn key(kid: &str) -> StoredKey {
    StoredKey {
        kid: kid.into(),
        alg: "ES256".into(),
        public_jwk: "{}".into(),
        sealed_pkcs8: vec![0, 255, 7],
        created_at: NOW,
        signs_from: NOW + 600,
        retired_at: None,
        succeeded_at: None,
    }
}

fn seen(kids: &[&str]) -> Vec<String> {
    kids.iter().map(|&kid| kid.to_owned()).collect()
}

async fn in_use(store: &Store) -> Vec<String> {
    store.keys_in_use().await.unwrap().into_iter().map(|key| key.kid).collect()
}

async fn keys_come_back_as_stored(place: Place) {
    let store = place.open().await;
    assert!(store.add_key(key("k1"), vec![], at(0)).await.unwrap());
    assert_eq!(store.keys_in_use().await.unwrap(), [key("k1")]);
    assert_eq!(store.all_keys().await.unwrap(), [key("k1")]);
}

async fn a_stale_view_adds_nothing(place: Place) {
    let store = place.open().await;
    store.add_key(key("k1"), vec![], at(0)).await.unwrap();
    for stale in [seen(&[]), seen(&["k0"]), seen(&["k1", "k0"])] {
        assert!(!store.add_key(key("k2"), stale, at(1)).await.unwrap());
    }
    assert_eq!(in_use(&store).await, ["k1"]);
    assert!(store.add_key(key("k2"), seen(&["k1"]), at(1)).await.unwrap());
    assert_eq!(in_use(&store).await, ["k1", "k2"]);
}

async fn keys_of_one_second_keep_their_order(place: Place) {
    let store = place.open().await;
    for kid in ["k3", "k1", "k2"] {
        assert!(store.add_key(key(kid), in_use(&store).await, at(0)).await.unwrap());
    }
    assert_eq!(in_use(&store).await, ["k3", "k1", "k2"]);
}

/// Each task has a node of its own.
async fn of_many_that_add_at_once_one_does(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..12 {
        let store = if n % 2 == 0 { one.clone() } else { two.clone() };
        tasks.spawn(async move { store.add_key(key(&format!("k{n}")), vec![], at(0)).await.unwrap() });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|added| *added).count(), 1);
    assert_eq!(in_use(&two).await.len(), 1);
}

async fn a_revoked_key_is_replaced_and_published(place: Place) {
    let store = place.open().await;
    store.add_key(key("k1"), vec![], at(0)).await.unwrap();
    let stale = store.revoke_key("k1".into(), Some(key("k2")), seen(&["k1", "k9"]), at(1)).await.unwrap();
    assert_eq!((stale, in_use(&store).await), (Some(false), seen(&["k1"])));
    assert_eq!(store.revoke_key("k9".into(), Some(key("k2")), seen(&["k1"]), at(1)).await.unwrap(), None);
    assert_eq!(store.feed_head().await.unwrap().seq, 0);
    assert_eq!(store.revoke_key("k1".into(), Some(key("k2")), seen(&["k1"]), at(1)).await.unwrap(), Some(true));
    assert_eq!(in_use(&store).await, ["k2"]);
    let page = store.feed_since(None, NOW + 1_000_000).await.unwrap();
    assert_eq!((page.entries[0].kind, page.entries[0].until), (RevokedKind::Key, None), "for ever");
    assert_eq!(store.prune_revocations(NOW + 1_000_000_000).await.unwrap(), 0);
    assert_eq!(store.all_keys().await.unwrap()[0].retired_at, Some(at(1).at));
}

async fn retired_keys_are_not_revoked(place: Place) {
    let store = place.open().await;
    store.add_key(key("k1"), vec![], at(0)).await.unwrap();
    store.add_key(key("k2"), seen(&["k1"]), at(0)).await.unwrap();
    store.retire_old_keys(seen(&["k1", "k0"]), at(1)).await.unwrap();
    assert_eq!((in_use(&store).await, store.feed_head().await.unwrap().seq), (seen(&["k2"]), 0));
}

async fn a_key_that_signs_sooner_withdraws_those_that_wait(place: Place) {
    let store = place.open().await;
    let signing = StoredKey { signs_from: NOW - 600, ..key("k0") };
    assert!(store.add_key(signing, vec![], at(0)).await.unwrap());
    store.add_key(key("k1"), seen(&["k0"]), at(0)).await.unwrap();
    let urgent = StoredKey { signs_from: NOW, ..key("k2") };
    assert!(store.add_key(urgent, seen(&["k0", "k1"]), at(0)).await.unwrap());
    assert_eq!(in_use(&store).await, ["k0", "k2"]);
    assert_eq!(store.feed_head().await.unwrap().seq, 0, "it has signed nothing that would have to be revoked");
    let said = "SELECT count(*) FROM audit WHERE event = 'key_retired' AND detail LIKE '%withdrawn%'";
    assert_eq!(place.number(said), 1);
}

async fn one_key_too_many_is_refused(place: Place) {
    let store = place.open().await;
    for n in 0..MAX_KEYS_IN_USE {
        assert!(store.add_key(key(&format!("k{n}")), in_use(&store).await, at(0)).await.unwrap());
    }
    let full = in_use(&store).await;
    let refused = store.add_key(key("more"), full.clone(), at(1)).await.unwrap_err();
    assert!(matches!(refused, StoreError::TooManyKeys { found: MAX_KEYS_IN_USE }), "{refused}");
    assert!(!store.add_key(key("more"), vec![], at(1)).await.unwrap(), "a stale view is told first");
    assert_eq!(in_use(&store).await, full);
    let replaced = store.revoke_key("k0".into(), Some(key("new")), full, at(1)).await.unwrap();
    assert_eq!((replaced, in_use(&store).await.len()), (Some(true), MAX_KEYS_IN_USE), "one goes, one comes");
    let urgent = StoredKey { signs_from: NOW, ..key("urgent") };
    assert!(store.add_key(urgent, in_use(&store).await, at(2)).await.unwrap());
    assert_eq!(in_use(&store).await, ["urgent"], "it withdraws those that wait");
}

async fn a_succession_is_noted_once(place: Place) {
    let store = place.open().await;
    store.add_key(key("k1"), vec![], at(0)).await.unwrap();
    for seconds in [5, 6] {
        store.note_succession(seen(&["k1", "k9"]), at(seconds)).await.unwrap();
    }
    assert_eq!(store.keys_in_use().await.unwrap()[0].succeeded_at, Some(at(5).at));
    assert_eq!(place.number("SELECT count(*) FROM audit WHERE event = 'key_succeeded'"), 1);
}

async fn what_was_sealed_is_sealed_again_all_or_nothing(place: Place) {
    let store = place.open().await;
    assert!(!store.holds_sealed().await.unwrap());
    let user = alice(&store).await;
    let (session, _) = session(&store, &user).await;
    store.enrol_second_factor(proved(&session), vec![8, 0, 8], at(0)).await.unwrap();
    assert!(store.holds_sealed().await.unwrap());
    store.add_key(key("k1"), vec![], at(0)).await.unwrap();
    let texts = store.sealed().await.unwrap();
    let ids: Vec<&str> = texts.iter().map(|text| text.id.as_str()).collect();
    assert_eq!(ids, ["k1", user.as_str()]);
    let new: Vec<_> = texts.into_iter().map(|text| (text, vec![1, 2, 3])).collect();
    let mut stale = new.clone();
    stale[1].0.bytes = vec![9];
    assert!(!store.reseal(stale, at(1)).await.unwrap());
    assert_eq!(store.keys_in_use().await.unwrap()[0].sealed_pkcs8, key("k1").sealed_pkcs8, "nothing of it stays");
    assert!(store.reseal(new, at(1)).await.unwrap());
    assert!(store.sealed().await.unwrap().iter().all(|text| text.bytes == [1, 2, 3]));
}
