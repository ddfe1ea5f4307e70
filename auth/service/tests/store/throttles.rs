//! Failed attempts: none is lost when many come at once, whichever node counts them. Never judges a lock's length, which
//! the rules' own tests do.

use witgate_auth::store::{Event, Store};
use witgate_auth::throttle::{FORGET_SECONDS, ThrottleKey};

use super::people::at;
use super::place::{Place, on_both};

on_both!(
    failures_lock_until_they_are_cleared,
    of_many_failures_at_once_just_the_free_ones_count,
    old_failures_are_pruned,
);

fn keys() -> Vec<ThrottleKey> {
    vec![ThrottleKey::account(&[1; 32], "alice"), ThrottleKey::source("192.0.2.7".parse().unwrap())]
}

async fn fail(store: &Store, keys: Vec<ThrottleKey>, seconds: i64) -> Option<i64> {
    store.note_failure(keys, Event::named("login_failed"), at(seconds)).await.unwrap()
}

async fn failures_lock_until_they_are_cleared(place: Place) {
    let store = place.open().await;
    for _ in 0..5 {
        fail(&store, keys(), 0).await;
    }
    assert_eq!(store.locked_until(keys(), at(0).at).await.unwrap(), None);
    fail(&store, keys(), 0).await;
    assert_eq!(store.locked_until(keys(), at(0).at).await.unwrap(), Some(at(1).at));
    assert_eq!(store.locked_until(keys(), at(1).at).await.unwrap(), None);
    let meanwhile = async |seconds| store.locked_meanwhile(keys(), at(seconds).at).await.unwrap();
    assert_eq!((meanwhile(0).await, meanwhile(1).await), (Some(at(1).at), None));
    for locked in [fail(&store, keys(), 0).await, store.note_success(keys(), at(0).at).await.unwrap()] {
        assert_eq!(locked, Some(at(1).at), "what ends during a lock counts neither way");
    }
    assert_eq!(place.number("SELECT max(failures) FROM throttles"), 6);
    assert_eq!(store.note_success(keys(), at(1).at).await.unwrap(), None);
    assert_eq!(place.number("SELECT count(*) FROM throttles"), 1, "the source's stay");
    assert_eq!(place.number("SELECT count(*) FROM audit WHERE event = 'login_failed'"), 6);
}

/// The two orders of the keys would lock each other out if the store kept them.
async fn of_many_failures_at_once_just_the_free_ones_count(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..40 {
        let (store, mut keys) = (if n % 2 == 0 { one.clone() } else { two.clone() }, keys());
        if n % 4 < 2 {
            keys.reverse();
        }
        tasks.spawn(async move { fail(&store, keys, 0).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|locked| locked.is_none()).count(), 6, "the sixth locks");
    assert_eq!(place.number("SELECT min(failures) FROM throttles"), 6);
    assert_eq!(place.number("SELECT max(failures) FROM throttles"), 6);
}

async fn old_failures_are_pruned(place: Place) {
    let store = place.open().await;
    fail(&store, keys(), 0).await;
    assert_eq!(store.prune_failures(at(FORGET_SECONDS).at).await.unwrap(), 0);
    assert_eq!(store.prune_failures(at(FORGET_SECONDS + 1).at).await.unwrap(), 2);
}
