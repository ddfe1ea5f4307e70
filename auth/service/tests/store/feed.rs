//! The feed: numbers, deltas, snapshots, pruning. Never over HTTP: the service's own tests do that.

use witgate_auth::config::MAX_ACCESS_TOKEN_SECONDS;
use witgate_auth::store::{EndReason, FeedHead, FeedPage, LEEWAY_SECONDS, RevokedKind, Store};

use super::people::{self, NOW, alice, at, session};
use super::place::{Place, on_both};

on_both!(
    a_new_feed_is_empty,
    a_delta_has_each_number_once_and_in_order,
    what_cannot_be_told_is_a_snapshot,
    what_expired_leaves_the_snapshot_and_then_the_database,
    numbers_are_free_of_gaps_when_writes_fail,
    dated_entries_count_for_older_tokens_only,
);

/// Later than anything that [`at`]`(0)` revoked, leeway included.
const OVER: i64 = MAX_ACCESS_TOKEN_SECONDS as i64 + LEEWAY_SECONDS;

async fn revoke(store: &Store, jti: &str, seconds: i64) {
    people::revoke(store, "somebody", jti, seconds).await;
}

async fn since(store: &Store, epoch: &str, seq: i64) -> FeedPage {
    store.feed_since(Some(FeedHead { epoch: epoch.into(), seq }), NOW).await.unwrap()
}

fn names(page: &FeedPage) -> Vec<(i64, &str)> {
    page.entries.iter().map(|entry| (entry.seq, entry.name.as_str())).collect()
}

async fn a_new_feed_is_empty(place: Place) {
    let store = place.open().await;
    let head = store.feed_head().await.unwrap();
    assert_eq!((head.seq, head.epoch.len()), (0, 32));
    let page = store.feed_since(None, NOW).await.unwrap();
    assert_eq!(page, FeedPage { epoch: head.epoch.clone(), after: None, cursor: 0, entries: vec![] });
    assert_eq!(place.open().await.feed_head().await.unwrap(), head, "another node sees the same history");
    assert_ne!(Place::sqlite().open().await.feed_head().await.unwrap().epoch, head.epoch);
}

async fn a_delta_has_each_number_once_and_in_order(place: Place) {
    let store = place.open().await;
    let epoch = store.feed_head().await.unwrap().epoch;
    for jti in ["a", "b", "c"] {
        revoke(&store, jti, 0).await;
    }
    let page = since(&store, &epoch, 1).await;
    assert_eq!((page.after, page.cursor, names(&page)), (Some(1), 3, vec![(2, "b"), (3, "c")]));
    assert_eq!(page.entries[0].kind, RevokedKind::Token);
    assert_eq!(page.entries[0].until, Some(NOW + i64::from(MAX_ACCESS_TOKEN_SECONDS)));
    let none = since(&store, &epoch, 3).await;
    assert_eq!((none.after, none.cursor, none.entries.len()), (Some(3), 3, 0));
}

async fn what_cannot_be_told_is_a_snapshot(place: Place) {
    let store = place.open().await;
    let epoch = store.feed_head().await.unwrap().epoch;
    revoke(&store, "a", 0).await;
    revoke(&store, "b", 0).await;
    for page in
        [since(&store, "another epoch", 1).await, since(&store, &epoch, 3).await, since(&store, &epoch, -1).await]
    {
        assert_eq!((page.after, page.cursor, names(&page)), (None, 2, vec![(1, "a"), (2, "b")]));
        assert_eq!(page.epoch, epoch);
    }
}

async fn what_expired_leaves_the_snapshot_and_then_the_database(place: Place) {
    let store = place.open().await;
    let epoch = store.feed_head().await.unwrap().epoch;
    revoke(&store, "old", 0).await;
    revoke(&store, "older than the next", 0).await;
    revoke(&store, "new", 5000).await;
    let before = store.feed_since(None, NOW + OVER - 1).await.unwrap();
    let after = store.feed_since(None, NOW + OVER).await.unwrap();
    assert_eq!((before.entries.len(), names(&after)), (3, vec![(3, "new")]));
    assert_eq!(
        store.prune_revocations(NOW + OVER + 3600).await.unwrap(),
        0,
        "a node with a clock behind still lists it"
    );
    assert_eq!(store.prune_revocations(NOW + OVER + 3601).await.unwrap(), 2);
    assert_eq!(store.prune_revocations(NOW + OVER + 3601).await.unwrap(), 0);
    assert_eq!(since(&store, &epoch, 1).await.after, None, "2 is gone, so no delta from 1");
    let delta = since(&store, &epoch, 2).await;
    assert_eq!((delta.after, names(&delta)), (Some(2), vec![(3, "new")]));
    revoke(&store, "next", 5000).await;
    assert_eq!(store.feed_head().await.unwrap().seq, 4, "numbers go on");
}

/// A refused write takes its number with it.
async fn numbers_are_free_of_gaps_when_writes_fail(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let (one, _) = session(&store, &id).await;
    place.sql("INSERT INTO revocations (seq, kind, name, at, until_at) VALUES (1, 'token', 'in the way', 0, NULL)");
    assert!(store.end_session(one.sid.clone(), None, EndReason::Logout, at(1)).await.is_err());
    assert!(store.open_session(one.sid.clone()).await.unwrap().is_some(), "nothing of it happened");
    assert_eq!(store.feed_head().await.unwrap().seq, 0);
    place.sql("DELETE FROM revocations");
    assert!(store.end_session(one.sid, None, EndReason::Logout, at(1)).await.unwrap().is_some());
    assert_eq!(names(&store.feed_since(None, NOW).await.unwrap()).len(), 1);
    assert_eq!(store.feed_head().await.unwrap().seq, 1);
}

async fn dated_entries_count_for_older_tokens_only(place: Place) {
    let store = place.open().await;
    place.sql(
        "INSERT INTO revocations (seq, kind, name, at, until_at) VALUES (1, 'subject', 'alice', 1800000005, NULL)",
    );
    for (kind, name, issued, revoked) in [
        (RevokedKind::Subject, "alice", 5, true),
        (RevokedKind::Subject, "alice", 6, false),
        (RevokedKind::Client, "alice", 5, false),
        (RevokedKind::Subject, "bob", 5, false),
        (RevokedKind::Subject, "a\0b", 5, false),
    ] {
        assert_eq!(
            store.is_revoked(kind, name.into(), NOW + issued).await.unwrap(),
            revoked,
            "{kind:?} {name} {issued}"
        );
    }
}
