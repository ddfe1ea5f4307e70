//! Sessions: opened, found, listed, ended once. Never rotation, which has its own room.

use witgate_auth::store::{EndReason, RevokedKind};

use super::people::{alice, at, new_user, session};
use super::place::{LIVES, Place, on_both};

on_both!(
    a_session_comes_back_as_opened,
    a_session_ends_once,
    nobody_ends_anothers_session,
    a_refresh_token_ends_its_session,
    lists_leave_out_what_is_over,
    all_sessions_of_a_user_end_but_one,
);

async fn a_session_comes_back_as_opened(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let (opened, _) = session(&store, &id).await;
    assert_eq!(store.open_session(opened.sid.clone()).await.unwrap().unwrap(), opened);
    for strange in ["", "no session", "a\0b"] {
        assert!(store.open_session(strange.into()).await.unwrap().is_none(), "{strange:?}");
    }
}

async fn a_session_ends_once(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let (opened, _) = session(&store, &id).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (store, sid) = (store.clone(), opened.sid.clone());
        tasks.spawn(async move { store.end_session(sid, None, EndReason::Logout, at(1)).await.unwrap() });
    }
    let ended: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(ended, std::slice::from_ref(&opened));
    assert_eq!(store.feed_head().await.unwrap().seq, 1, "published once");
    assert!(store.is_revoked(RevokedKind::Session, opened.sid, at(0).at).await.unwrap());
    assert_eq!(place.number("SELECT count(*) FROM audit WHERE event = 'session_ended'"), 1);
}

async fn nobody_ends_anothers_session(place: Place) {
    let store = place.open().await;
    let (alices, _) = session(&store, &alice(&store).await).await;
    let bob = store.add_user(new_user("bob"), at(0)).await.unwrap();
    let tried = store.end_session(alices.sid.clone(), Some(bob), EndReason::Revoked, at(1)).await.unwrap();
    assert!(tried.is_none());
    assert!(store.open_session(alices.sid.clone()).await.unwrap().is_some());
    let own = store.end_session(alices.sid, Some(alices.user.id), EndReason::Revoked, at(1)).await.unwrap();
    assert!(own.is_some());
    for strange in ["", "no session", "a\0b"] {
        let tried = store.end_session(strange.into(), None, EndReason::Revoked, at(1)).await.unwrap();
        assert!(tried.is_none(), "{strange:?}");
    }
}

async fn a_refresh_token_ends_its_session(place: Place) {
    let store = place.open().await;
    let (opened, token) = session(&store, &alice(&store).await).await;
    assert_eq!(store.end_session_of(token, at(1)).await.unwrap().map(|session| session.sid), Some(opened.sid));
    assert_eq!(store.end_session_of(token, at(2)).await.unwrap(), None);
    assert_eq!(store.end_session_of([9; 32], at(2)).await.unwrap(), None);
}

async fn lists_leave_out_what_is_over(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let ((open, _), (ended, _)) = (session(&store, &id).await, session(&store, &id).await);
    session(&store, &store.add_user(new_user("bob"), at(0)).await.unwrap()).await;
    store.end_session(ended.sid, None, EndReason::Logout, at(1)).await.unwrap();
    let listed = store.list_sessions(Some(id.clone()), at(1).at).await.unwrap();
    assert_eq!(listed, [open]);
    assert_eq!(store.list_sessions(None, at(1).at).await.unwrap().len(), 2);
    assert!(store.list_sessions(None, at(LIVES.idle).at).await.unwrap().is_empty(), "idle for too long");
}

async fn all_sessions_of_a_user_end_but_one(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let ((kept, _), _, _) = (session(&store, &id).await, session(&store, &id).await, session(&store, &id).await);
    let ended =
        store.end_sessions_of_user(id.clone(), Some(kept.sid.clone()), EndReason::Revoked, at(1)).await.unwrap();
    assert_eq!(ended, 2);
    assert_eq!(store.list_sessions(Some(id.clone()), at(1).at).await.unwrap(), [kept]);
    assert_eq!(store.end_sessions_of_user(id, None, EndReason::Revoked, at(2)).await.unwrap(), 1);
}
