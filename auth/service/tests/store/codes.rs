//! Authorization codes: redeemed once, by who asked for them. Never a code itself, only hashes.

use witgate_auth::store::{Client, EndReason, NewCode, Redeemed, Redemption, RevokedKind, Store};

use super::people::{NOW, alice, at, fresh_hash};
use super::place::{Place, on_both};

on_both!(
    a_code_opens_one_session,
    a_second_use_ends_the_session_of_the_first,
    of_many_at_once_one_wins_and_its_session_ends,
    what_is_wrong_does_not_spend_the_code,
    nobody_who_is_disabled_gets_a_session,
    no_code_outlives_the_end_of_all_sessions,
    old_codes_are_removed,
);

const APP: &str = "app-1";
const REDIRECT: &str = "https://app.example.com/back";

fn app(client_id: &str) -> Client {
    Client {
        client_id: client_id.into(),
        name: "App".into(),
        auth_method: "none".into(),
        secret_hash: None,
        jwks: None,
        redirect_uris: vec![REDIRECT.into()],
        grant_types: vec!["authorization_code".into()],
        scopes: vec!["openid".into()],
        audiences: vec![],
        first_party: false,
        created_at: NOW,
        disabled_at: None,
    }
}

/// A user, a client and a code of theirs.
async fn code(store: &Store) -> NewCode {
    let user_id = alice(store).await;
    store.add_client(app(APP), at(0)).await.unwrap();
    let new = NewCode {
        hash: fresh_hash(),
        client_id: APP.into(),
        user_id,
        redirect_uri: REDIRECT.into(),
        code_challenge: "challenge".into(),
        scope: "openid orders:read".into(),
        nonce: Some("n-1".into()),
        audience: Some("https://orders.example.com".into()),
        auth_time: NOW - 30,
        amr: vec!["pwd".into(), "otp".into()],
        expires_at: NOW + 60,
    };
    store.add_code(new.clone(), at(0)).await.unwrap();
    new
}

fn by(code: &NewCode) -> Redemption {
    Redemption {
        hash: code.hash,
        client_id: code.client_id.clone(),
        redirect_uri: Some(code.redirect_uri.clone()),
        challenge: code.code_challenge.clone(),
        resource: None,
        configured_audience: "witgate".into(),
        refresh: Some(fresh_hash()),
    }
}

async fn a_code_opens_one_session(place: Place) {
    let store = place.open().await;
    let code = code(&store).await;
    let redeemed = store.redeem_code(by(&code), at(59)).await.unwrap();
    let Redeemed::Opened { session, nonce } = redeemed else { panic!("{redeemed:?}") };
    assert_eq!(nonce, code.nonce);
    assert_eq!((session.created_at, session.auth_time), (NOW + 59, code.auth_time));
    assert_eq!((session.user.id.clone(), &session.amr, &session.client_id), (code.user_id, &code.amr, &code.client_id));
    assert_eq!((&session.scope, &session.audience), (&Some(code.scope), &code.audience));
    assert_eq!(store.open_session(session.sid.clone()).await.unwrap(), Some(*session));
    assert_eq!(place.number("SELECT count(*) FROM refresh_tokens"), 1);
    for event in ["code_issued", "code_redeemed"] {
        assert_eq!(place.number(&format!("SELECT count(*) FROM audit WHERE event = '{event}'")), 1, "{event}");
    }
}

async fn a_second_use_ends_the_session_of_the_first(place: Place) {
    let store = place.open().await;
    let code = code(&store).await;
    let first = Redemption { refresh: None, ..by(&code) };
    let Redeemed::Opened { session, .. } = store.redeem_code(first, at(1)).await.unwrap() else { panic!("opened") };
    assert_eq!(place.number("SELECT count(*) FROM refresh_tokens"), 0, "none was asked for");
    // Long after the code has expired.
    let again = store.redeem_code(by(&code), at(3000)).await.unwrap();
    assert_eq!(again, Redeemed::Reused { sid: Some(session.sid.clone()), user: session.user.id.clone() });
    assert_eq!(store.open_session(session.sid.clone()).await.unwrap(), None);
    assert!(store.is_revoked(RevokedKind::Session, session.sid.clone(), NOW).await.unwrap());
    assert_eq!(place.sql("SELECT end_reason FROM sessions"), "code_reused");
    store.redeem_code(by(&code), at(3001)).await.unwrap();
    assert_eq!(place.number("SELECT count(*) FROM revocations"), 1, "it ends once");
}

async fn of_many_at_once_one_wins_and_its_session_ends(place: Place) {
    let store = place.open().await;
    let code = code(&store).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, by) = (store.clone(), by(&code));
        tasks.spawn(async move { store.redeem_code(by, at(1)).await.unwrap() });
    }
    let all = tasks.join_all().await;
    assert_eq!(all.iter().filter(|one| matches!(one, Redeemed::Opened { .. })).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|one| matches!(one, Redeemed::Reused { .. })).count(), 7, "{all:?}");
    assert_eq!(place.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 0);
}

async fn what_is_wrong_does_not_spend_the_code(place: Place) {
    let store = place.open().await;
    let code = code(&store).await;
    store.add_client(app("app-2"), at(0)).await.unwrap();
    let good = || by(&code);
    let cases = [
        (Redemption { hash: fresh_hash(), ..good() }, 1, Redeemed::Unknown),
        (Redemption { client_id: "app-2".into(), ..good() }, 1, Redeemed::Unknown),
        (Redemption { redirect_uri: None, ..good() }, 1, Redeemed::Mismatch),
        (Redemption { redirect_uri: Some(format!("{REDIRECT}/")), ..good() }, 1, Redeemed::Mismatch),
        (Redemption { challenge: "Challenge".into(), ..good() }, 1, Redeemed::Mismatch),
        (Redemption { resource: Some("witgate".into()), ..good() }, 1, Redeemed::OtherResource),
        (good(), 60, Redeemed::Expired),
    ];
    for (by, seconds, expected) in cases {
        assert_eq!(store.redeem_code(by.clone(), at(seconds)).await.unwrap(), expected, "{by:?}");
    }
    let right = Redemption { resource: code.audience.clone(), ..good() };
    assert!(matches!(store.redeem_code(right, at(1)).await.unwrap(), Redeemed::Opened { .. }));
    let stranger = Redemption { client_id: "app-2".into(), ..good() };
    assert_eq!(store.redeem_code(stranger, at(2)).await.unwrap(), Redeemed::Unknown);
    assert_eq!(place.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 1, "a stranger ends nothing");
}

async fn nobody_who_is_disabled_gets_a_session(place: Place) {
    let store = place.open().await;
    let code = code(&store).await;
    store.disable_user("alice".into(), at(1)).await.unwrap();
    assert_eq!(store.redeem_code(by(&code), at(1)).await.unwrap(), Redeemed::Unknown, "it went with the sessions");
    store.add_code(code.clone(), at(1)).await.unwrap();
    assert_eq!(store.redeem_code(by(&code), at(1)).await.unwrap(), Redeemed::Disabled);
    store.enable_user("alice".into(), at(1)).await.unwrap();
    store.disable_client(APP.into(), at(1)).await.unwrap();
    assert_eq!(store.redeem_code(by(&code), at(1)).await.unwrap(), Redeemed::Disabled);
    assert_eq!(place.number("SELECT count(*) FROM sessions"), 0);
}

/// Whichever comes first, nothing is open afterwards, and neither of them fails.
async fn no_code_outlives_the_end_of_all_sessions(place: Place) {
    let store = place.open().await;
    let first = code(&store).await;
    for round in 0..20 {
        let code = NewCode { hash: fresh_hash(), ..first.clone() };
        store.add_code(code.clone(), at(0)).await.unwrap();
        let redeemed = store.redeem_code(by(&code), at(1));
        let ended = store.end_sessions_of_user(code.user_id.clone(), None, EndReason::Logout, at(1));
        let (redeemed, ended) = tokio::join!(redeemed, ended);
        let (redeemed, ended) = (redeemed.unwrap(), ended.unwrap());
        assert_eq!(matches!(redeemed, Redeemed::Opened { .. }), ended == 1, "{round}: {redeemed:?}");
        assert_eq!(place.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 0, "{round}");
    }
}

async fn old_codes_are_removed(place: Place) {
    let store = place.open().await;
    let code = code(&store).await;
    assert_eq!(store.remove_old(code.expires_at + 86_400).await.unwrap(), 0);
    assert_eq!(store.remove_old(code.expires_at + 86_401).await.unwrap(), 1);
}
