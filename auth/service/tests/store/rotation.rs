//! Rotation of refresh tokens, each outcome, with what it leaves in the feed. Never waits: each call brings its time.

use witgate_auth::store::{REFRESH_GRACE, RevokedKind, Rotation, Store};

use super::people::{alice, at, candidate, fresh_hash, rotate, session};
use super::place::{LIVES, Place, on_both};

on_both!(
    a_token_is_spent_for_its_successor,
    a_lost_answer_has_the_same_salt,
    who_came_first_and_is_judged_second_gets_the_same_answer,
    a_reused_token_ends_the_session_and_revokes_it,
    a_used_successor_excuses_nothing,
    an_expired_token_ends_the_session,
    an_old_session_ends,
    a_disabled_user_gets_nothing,
    another_clients_token_is_unknown,
    an_ended_session_stays_ended,
);

async fn opened(place: &Place) -> (Store, witgate_auth::store::Session, [u8; 32]) {
    let store = place.open().await;
    let (session, token) = session(&store, &alice(&store).await).await;
    (store, session, token)
}

async fn is_revoked(store: &Store, sid: &str) -> bool {
    store.is_revoked(RevokedKind::Session, sid.to_owned(), at(0).at).await.unwrap()
}

async fn a_token_is_spent_for_its_successor(place: Place) {
    let (store, session, token) = opened(&place).await;
    let next = candidate();
    assert_eq!(rotate(&store, token, next, 1).await, Rotation::Rotated(session.clone()));
    let Rotation::Rotated(again) = rotate(&store, next.hash, candidate(), 2).await else { panic!("not rotated") };
    assert_eq!(again.last_used_at, at(1).at);
    assert_eq!(store.feed_head().await.unwrap().seq, 0);
    assert_eq!(rotate(&store, fresh_hash(), candidate(), 2).await, Rotation::Unknown);
}

async fn a_lost_answer_has_the_same_salt(place: Place) {
    let (store, session, token) = opened(&place).await;
    let next = candidate();
    rotate(&store, token, next, 1).await;
    for seconds in [1, 5, REFRESH_GRACE] {
        match rotate(&store, token, candidate(), seconds).await {
            Rotation::Repeated(repeated, salt) => assert_eq!((repeated.sid, salt), (session.sid.clone(), next.salt)),
            other => panic!("{seconds}: {other:?}"),
        }
    }
    assert!(matches!(rotate(&store, next.hash, candidate(), 6).await, Rotation::Rotated(_)));
}

/// Requests wait for the session's row, and the clocks of two nodes differ.
async fn who_came_first_and_is_judged_second_gets_the_same_answer(place: Place) {
    let (store, _, token) = opened(&place).await;
    rotate(&store, token, candidate(), REFRESH_GRACE).await;
    for seconds in [REFRESH_GRACE - 1, 1] {
        let repeated = rotate(&store, token, candidate(), seconds).await;
        assert!(matches!(repeated, Rotation::Repeated(..)), "{seconds}: {repeated:?}");
    }
    let set_back = rotate(&store, token, candidate(), 0).await;
    assert!(matches!(set_back, Rotation::Reused { .. }), "{set_back:?}");
}

async fn a_reused_token_ends_the_session_and_revokes_it(place: Place) {
    let (store, session, token) = opened(&place).await;
    let next = candidate();
    rotate(&store, token, next, 1).await;
    let reused = rotate(&store, token, candidate(), 1 + REFRESH_GRACE).await;
    assert_eq!(reused, Rotation::Reused { sid: session.sid.clone(), user: session.user.id });
    assert!(is_revoked(&store, &session.sid).await);
    assert_eq!(rotate(&store, next.hash, candidate(), 12).await, Rotation::SessionEnded);
    assert_eq!(place.number("SELECT count(*) FROM audit WHERE event = 'refresh_reused'"), 1);
}

async fn a_used_successor_excuses_nothing(place: Place) {
    let (store, session, token) = opened(&place).await;
    let next = candidate();
    rotate(&store, token, next, 1).await;
    rotate(&store, next.hash, candidate(), 2).await;
    assert!(matches!(rotate(&store, token, candidate(), 3).await, Rotation::Reused { .. }));
    assert!(is_revoked(&store, &session.sid).await);
}

async fn an_expired_token_ends_the_session(place: Place) {
    let (store, session, token) = opened(&place).await;
    assert_eq!(rotate(&store, token, candidate(), LIVES.idle).await, Rotation::Expired);
    assert!(is_revoked(&store, &session.sid).await);
    assert_eq!(rotate(&store, token, candidate(), 1).await, Rotation::SessionEnded);
}

async fn an_old_session_ends(place: Place) {
    let (store, _, mut token) = opened(&place).await;
    for seconds in [900, 1800, 2700] {
        let next = candidate();
        assert!(matches!(rotate(&store, token, next, seconds).await, Rotation::Rotated(_)), "{seconds}");
        token = next.hash;
    }
    assert_eq!(rotate(&store, token, candidate(), LIVES.absolute).await, Rotation::Expired);
}

async fn a_disabled_user_gets_nothing(place: Place) {
    let (store, session, token) = opened(&place).await;
    place.sql("UPDATE users SET disabled_at = 1");
    assert_eq!(rotate(&store, token, candidate(), 1).await, Rotation::UserDisabled);
    assert!(is_revoked(&store, &session.sid).await);
}

async fn another_clients_token_is_unknown(place: Place) {
    let (store, session, token) = opened(&place).await;
    let other = store.rotate_refresh(token, "other".into(), candidate(), at(1)).await.unwrap();
    assert_eq!(other, Rotation::Unknown);
    assert_eq!(
        rotate(&store, token, candidate(), 2).await,
        Rotation::Rotated(session),
        "and its own client has lost nothing"
    );
}

async fn an_ended_session_stays_ended(place: Place) {
    let (store, _, token) = opened(&place).await;
    store.end_session_of(token, at(1)).await.unwrap();
    assert_eq!(rotate(&store, token, candidate(), 2).await, Rotation::SessionEnded);
    assert_eq!(store.feed_head().await.unwrap().seq, 1);
}
