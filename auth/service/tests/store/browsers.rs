//! Browsers that are signed in, and what ends them. Never a cookie: hashes are only bytes here.

use witgate_auth::store::{BrowserSession, EndReason, NewCode, Store};

use super::consents::client;
use super::people::{NOW, alice, at, fresh_hash, new_user};
use super::place::{Place, on_both};

on_both!(
    a_browser_comes_back_as_opened_until_it_expires,
    a_browser_ends_once,
    a_new_cookie_ends_the_one_before,
    whatever_ends_all_sessions_ends_browsers,
    nobody_disabled_is_signed_in,
    codes_are_given_to_who_is_signed_in_and_void_when_all_ends,
);

async fn unopened(store: &Store, user: &str) -> BrowserSession {
    let user = store.credentials_of(user.to_owned()).await.unwrap().expect("the user").user;
    BrowserSession {
        hash: fresh_hash(),
        user,
        auth_time: NOW,
        amr: vec!["pwd".into(), "otp".into()],
        expires_at: NOW + 100,
    }
}

async fn browser(store: &Store, user: &str) -> [u8; 32] {
    let session = unopened(store, user).await;
    assert!(store.open_browser(session.clone(), None, at(0)).await.unwrap());
    session.hash
}

async fn is_in(store: &Store, hash: [u8; 32], seconds: i64) -> bool {
    store.browser(hash, NOW + seconds).await.unwrap().is_some()
}

async fn a_browser_comes_back_as_opened_until_it_expires(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let session = unopened(&store, &id).await;
    assert!(store.open_browser(session.clone(), None, at(0)).await.unwrap());
    assert_eq!(store.browser(session.hash, NOW + 99).await.unwrap().as_ref(), Some(&session));
    assert!(!is_in(&store, session.hash, 100).await);
    assert!(!is_in(&store, [7; 32], 0).await);
}

async fn a_browser_ends_once(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let (hash, other) = (browser(&store, &id).await, browser(&store, &id).await);
    let ended = store.end_browser(hash, at(1)).await.unwrap();
    assert_eq!(ended.map(|session| session.user.id), Some(id));
    assert_eq!(store.end_browser(hash, at(2)).await.unwrap(), None);
    assert_eq!(store.end_browser([7; 32], at(2)).await.unwrap(), None);
    assert!(!is_in(&store, hash, 1).await && is_in(&store, other, 1).await);
    assert_eq!(place.number("SELECT count(*) FROM audit WHERE event = 'browser_signed_out'"), 1);
}

async fn a_new_cookie_ends_the_one_before(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let (former, session) = (browser(&store, &id).await, unopened(&store, &id).await);
    assert!(store.open_browser(session.clone(), Some(former), at(1)).await.unwrap());
    assert!(!is_in(&store, former, 1).await && is_in(&store, session.hash, 1).await);
}

async fn whatever_ends_all_sessions_ends_browsers(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let bobs = browser(&store, &store.add_user(new_user("bob"), at(0)).await.unwrap()).await;
    let first = browser(&store, &id).await;
    store.set_password(id.clone(), "hash 2".into(), at(1)).await.unwrap();
    assert!(!is_in(&store, first, 1).await, "the password was changed");
    let second = browser(&store, &id).await;
    store.end_sessions_of_user(id.clone(), None, EndReason::Logout, at(1)).await.unwrap();
    assert!(!is_in(&store, second, 1).await, "signed out everywhere");
    let third = browser(&store, &id).await;
    store.disable_user("alice".into(), at(1)).await.unwrap();
    assert!(!is_in(&store, third, 1).await, "disabled");
    store.enable_user("alice".into(), at(2)).await.unwrap();
    assert!(!is_in(&store, third, 2).await, "and not revived");
    assert!(is_in(&store, bobs, 2).await, "others stay");
}

async fn nobody_disabled_is_signed_in(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let kept = browser(&store, &id).await;
    let session = unopened(&store, &id).await;
    store.disable_user("alice".into(), at(1)).await.unwrap();
    assert!(!store.open_browser(session, Some(kept), at(1)).await.unwrap());
    assert_eq!(place.number("SELECT count(*) FROM browser_sessions"), 1);
}

fn code(user: &str) -> NewCode {
    NewCode {
        hash: fresh_hash(),
        client_id: "shop".into(),
        user_id: user.into(),
        redirect_uri: "https://shop.example/cb".into(),
        code_challenge: "c".into(),
        scope: "openid".into(),
        nonce: None,
        audience: None,
        auth_time: NOW,
        amr: vec!["pwd".into()],
        expires_at: NOW + 60,
    }
}

async fn codes_are_given_to_who_is_signed_in_and_void_when_all_ends(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    client(&store, "shop").await;
    let (here, elsewhere) = (browser(&store, &id).await, browser(&store, &id).await);
    store.end_browser(elsewhere, at(0)).await.unwrap();
    assert!(store.give_code(here, code(&id), at(0)).await.unwrap());
    assert!(!store.give_code(elsewhere, code(&id), at(0)).await.unwrap());
    assert!(!store.give_code([7; 32], code(&id), at(0)).await.unwrap());
    let good = format!("SELECT count(*) FROM authorization_codes WHERE expires_at > {}", NOW + 1);
    assert_eq!(place.number(&good), 1);
    store.set_password(id.clone(), "hash 2".into(), at(1)).await.unwrap();
    assert_eq!(place.number(&good), 0, "who has it cannot open a session with it");
    assert!(!store.give_code(here, code(&id), at(1)).await.unwrap());
}
