//! Users: names, changes, passwords, the disabled state. Never through the service: its own tests do that.

use witgate_auth::store::{EndReason, StoreError, UserChange};

use super::people::{alice, at, fresh_hash, new_user, proved, session, unopened};
use super::place::{Place, on_both};

on_both!(
    a_user_comes_back_as_added,
    a_name_is_taken_once,
    of_many_with_one_name_one_is_added,
    users_are_listed_by_name,
    changes_touch_what_they_name,
    a_new_password_ends_the_other_sessions,
    what_was_proved_before_a_reset_changes_nothing,
    of_a_reset_and_a_change_at_once_the_reset_stays,
    a_password_that_changed_after_it_was_checked_opens_no_session,
    disabling_ends_sessions_and_enabling_does_not_revive_them,
    a_hash_is_replaced_unless_it_changed,
);

async fn a_user_comes_back_as_added(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let found = store.credentials("alice".into()).await.unwrap().unwrap();
    assert_eq!((&found.user.id, found.password_hash.as_str()), (&id, "hash 1"));
    assert_eq!(found.user.roles, ["customer", "staff"]);
    assert_eq!((found.user.email.as_deref(), found.user.disabled_at), (Some("alice@example.com"), None));
    assert_eq!(store.credentials_of(id).await.unwrap().unwrap().user, found.user);
    for strange in ["nobody", "", "ALICE", "a\0b", "'; DROP TABLE users; --", "\u{10ffff}"] {
        assert!(store.credentials(strange.into()).await.unwrap().is_none(), "{strange:?}");
    }
}

async fn a_name_is_taken_once(place: Place) {
    let store = place.open().await;
    alice(&store).await;
    let again = store.add_user(new_user("alice"), at(1)).await;
    assert!(matches!(again, Err(StoreError::NameTaken { name }) if name == "alice"));
    assert_eq!(place.number("SELECT count(*) FROM audit WHERE event = 'user_added'"), 1, "nothing of it stays");
}

async fn of_many_with_one_name_one_is_added(place: Place) {
    let store = place.open().await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let store = store.clone();
        tasks.spawn(async move { store.add_user(new_user("alice"), at(0)).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(StoreError::NameTaken { .. }))), "{answers:?}");
}

/// In the order of bytes on both databases, whatever the language of the server is.
async fn users_are_listed_by_name(place: Place) {
    let store = place.open().await;
    for name in ["bob", "a-z", "alice", "a.b", "a_c", "al"] {
        store.add_user(new_user(name), at(0)).await.unwrap();
    }
    let first = store.list_users(String::new(), 4).await.unwrap();
    let names: Vec<&str> = first.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["a-z", "a.b", "a_c", "al"]);
    let rest = store.list_users("al".into(), 4).await.unwrap();
    assert_eq!(rest.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["alice", "bob"]);
}

async fn changes_touch_what_they_name(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let change = UserChange { roles: Some(vec![]), ..UserChange::default() };
    assert!(store.change_user(id.clone(), change, at(1)).await.unwrap());
    let change = UserChange { email: Some(None), tenant: Some("other".into()), ..UserChange::default() };
    assert!(store.change_user(id.clone(), change, at(2)).await.unwrap());
    assert!(store.change_user(id.clone(), UserChange::default(), at(3)).await.unwrap(), "nothing is fine, too");
    let user = store.credentials_of(id).await.unwrap().unwrap().user;
    assert_eq!((user.roles.len(), user.email, user.tenant.as_str()), (0, None, "other"));
    assert!(!store.change_user("nobody".into(), UserChange::default(), at(4)).await.unwrap());
}

async fn a_new_password_ends_the_other_sessions(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let ((kept, _), (one, _), (two, _)) =
        (session(&store, &id).await, session(&store, &id).await, session(&store, &id).await);
    let ended = store.change_password(proved(&kept), "hash 2".into(), at(5)).await.unwrap();
    assert_eq!(ended, Some(2));
    assert!(store.open_session(kept.sid).await.unwrap().is_some());
    for sid in [one.sid, two.sid] {
        assert!(store.open_session(sid).await.unwrap().is_none());
    }
    assert_eq!(store.credentials_of(id).await.unwrap().unwrap().password_hash, "hash 2");
    assert_eq!(store.feed_head().await.unwrap().seq, 2);
    assert_eq!(store.set_password("nobody".into(), "x".into(), at(6)).await.unwrap(), None);
}

/// All that users change in their own accounts, each overtaken by each thing that takes their standing away.
async fn what_was_proved_before_a_reset_changes_nothing(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let (first, _) = session(&store, &id).await;
    store.enrol_second_factor(proved(&first), vec![1], at(0)).await.unwrap();
    for overtaking in 0..4 {
        let (own, _) = session(&store, &id).await;
        let stale = || proved(&own);
        match overtaking {
            0 => drop(store.set_password(id.clone(), "of the administrator".into(), at(0)).await.unwrap()),
            1 => drop(store.end_session(own.sid.clone(), None, EndReason::Revoked, at(0)).await.unwrap()),
            2 => drop(store.end_sessions_of_user(id.clone(), None, EndReason::Logout, at(0)).await.unwrap()),
            _ => drop(store.disable_user("alice".into(), at(0)).await.unwrap()),
        }
        let before = (place.number("SELECT count(*) FROM audit"), place.number("SELECT seq FROM feed"));
        assert_eq!(store.change_password(stale(), "of the thief".into(), at(0)).await.unwrap(), None, "{overtaking}");
        assert_eq!(store.enrol_second_factor(stale(), vec![2], at(0)).await.unwrap(), None, "{overtaking}");
        let confirmed = store.confirm_second_factor(stale(), vec![1], 7, vec![], at(0)).await.unwrap();
        assert_eq!(confirmed, None, "{overtaking}");
        assert_eq!(store.replace_recovery_codes(stale(), vec![], at(0)).await.unwrap(), None, "{overtaking}");
        assert_eq!(store.remove_second_factor(stale(), at(0)).await.unwrap(), None, "{overtaking}");
        let after = (place.number("SELECT count(*) FROM audit"), place.number("SELECT seq FROM feed"));
        assert_eq!(before, after, "{overtaking}: nothing was done");
    }
    assert_eq!(store.credentials_of(id.clone()).await.unwrap().unwrap().password_hash, "of the administrator");
    let factor = store.second_factor(id.clone()).await.unwrap().expect("it is as it was");
    assert_eq!((factor.sealed_secret, factor.confirmed_at), (vec![1], None));
    assert!(store.reset_second_factor(id, at(0)).await.unwrap(), "an administrator proves nothing");
}

/// In either order, at two nodes.
async fn of_a_reset_and_a_change_at_once_the_reset_stays(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    let id = alice(&one).await;
    for round in 0..20 {
        let (own, _) = session(&one, &id).await;
        let (by, reset) = (proved(&own), format!("reset {round}"));
        let changing = tokio::spawn({
            let two = two.clone();
            async move { two.change_password(by, "of the thief".into(), at(1)).await.unwrap() }
        });
        one.set_password(id.clone(), reset.clone(), at(1)).await.unwrap();
        changing.await.unwrap();
        assert_eq!(one.credentials_of(id.clone()).await.unwrap().unwrap().password_hash, reset);
        assert!(one.open_session(own.sid).await.unwrap().is_none());
    }
}

/// Changed within the second in which it was set, too.
async fn a_password_that_changed_after_it_was_checked_opens_no_session(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let user = async || store.credentials_of(id.clone()).await.unwrap().unwrap().user;
    let open = async |user| store.create_session(unopened(user), fresh_hash(), at(0)).await.unwrap();
    let mut checked = vec![user().await];
    for hash in ["hash 2", "hash 3"] {
        store.set_password(id.clone(), hash.into(), at(0)).await.unwrap();
        checked.push(user().await);
    }
    let latest = checked.pop().unwrap();
    for old in checked {
        assert!(!open(old).await);
    }
    assert!(open(latest).await);
}

async fn disabling_ends_sessions_and_enabling_does_not_revive_them(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let (open, _) = session(&store, &id).await;
    assert_eq!(store.disable_user("alice".into(), at(5)).await.unwrap(), Some(1));
    assert_eq!(store.disable_user("alice".into(), at(9)).await.unwrap(), Some(0));
    let user = store.credentials_of(id.clone()).await.unwrap().unwrap().user;
    assert_eq!(user.disabled_at, Some(at(5).at), "the first time stays");
    let refused = store.create_session(unopened(user), fresh_hash(), at(9)).await;
    assert!(!refused.unwrap());
    assert!(store.enable_user("alice".into(), at(10)).await.unwrap());
    assert!(store.open_session(open.sid).await.unwrap().is_none());
    session(&store, &id).await;
    assert_eq!(store.disable_user("nobody".into(), at(11)).await.unwrap(), None);
    assert!(!store.enable_user("nobody".into(), at(11)).await.unwrap());
}

async fn a_hash_is_replaced_unless_it_changed(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    store.replace_hash(id.clone(), "hash 1".into(), "hash 1, dearer".into()).await.unwrap();
    store.replace_hash(id.clone(), "hash 1".into(), "too late".into()).await.unwrap();
    assert_eq!(store.credentials_of(id).await.unwrap().unwrap().password_hash, "hash 1, dearer");
}
