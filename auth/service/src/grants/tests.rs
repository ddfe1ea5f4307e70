//! The decisions, with a real SQLite store and a chosen time.

use super::*;
use crate::config::{Config, SessionLimits};
use crate::key_keeper::{KeyKeeper, master_key};
use crate::store::{NewUser, REFRESH_GRACE};

pub(super) const NOW: UnixSeconds = 1_800_000_000;
const DAY_SECONDS: UnixSeconds = 86_400;
const LIMITS: SessionLimits = SessionLimits { idle: 14 * DAY_SECONDS, absolute: 30 * DAY_SECONDS };

pub(super) fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

pub(super) fn at(now: UnixSeconds) -> Origin {
    Origin { at: now, ..Origin::default() }
}

pub(super) async fn grants_with_alice() -> (tempfile::TempDir, Grants) {
    grants_with(Passwords::new().unwrap()).await
}

pub(super) async fn grants_with(passwords: Passwords) -> (tempfile::TempDir, Grants) {
    let temp = tempfile::tempdir().unwrap();
    let toml = "issuer = \"http://127.0.0.1:9000\"\naudience = \"witgate\"";
    let config = Config::parse(&temp.path().join("auth.toml"), toml).unwrap();
    let store = Store::open(&config.database, LIMITS).await.unwrap();
    let master = master_key(&config.keys.encryption_key, &store).await.unwrap();
    let keys = KeyKeeper::open(store.clone(), &master, config.keys.clone()).await.unwrap();
    let password_hash = passwords.hash(secret("correct horse")).await.unwrap();
    let roles = vec!["customer".to_owned()];
    let alice = NewUser { name: "alice".into(), email: None, password_hash, roles, tenant: "acme".into() };
    store.add_user(alice, at(NOW)).await.unwrap();
    let own_tokens = OwnTokens::new(&config, keys.clone());
    (temp, Grants::new(store, passwords, TokenIssuer::new(&config, keys), own_tokens, &master))
}

/// Structure instead of a stop watch: each failure does exactly one verification, like a success.
#[tokio::test]
async fn every_sign_in_costs_one_verification() {
    let (_temp, grants) = grants_with_alice().await;
    let attempts =
        [("alice", "correct horse", true), ("alice", "wrong horse", false), ("nobody", "correct horse", false)];
    for (count, (name, password, succeeds)) in (1..).zip(attempts) {
        assert_eq!(grants.sign_in(name, secret(password), None, at(NOW)).await.is_ok(), succeeds, "{name} {password}");
        assert_eq!(grants.verified_passwords_total(), count, "{name} {password}");
    }
    grants.store.disable_user("alice".into(), at(NOW)).await.unwrap();
    let disabled = grants.sign_in("alice", secret("correct horse"), None, at(NOW)).await;
    assert!(matches!(disabled, Err(GrantError::InvalidCredentials)));
    assert_eq!(grants.verified_passwords_total(), 4);
}

#[tokio::test]
async fn a_user_disabled_between_check_and_session_gets_none() {
    let (_temp, grants) = grants_with_alice().await;
    let user = grants.store.credentials("alice".into()).await.unwrap().unwrap().user;
    let proved = Proved { user, amr: vec!["pwd".to_owned()] };
    grants.store.disable_user("alice".into(), at(NOW)).await.unwrap();
    let refused = grants.open(sign_in::login_session(proved, &at(NOW)), at(NOW)).await;
    assert!(matches!(refused, Err(GrantError::InvalidCredentials)));
}

#[tokio::test]
async fn a_lost_answer_is_given_again_within_the_grace_and_to_the_second() {
    let (_temp, grants) = grants_with_alice().await;
    let last_moment = NOW + REFRESH_GRACE - 1;
    let first = grants.sign_in("alice", secret("correct horse"), None, at(NOW)).await.unwrap();
    grants.refresh(&first.refresh_token, at(NOW)).await.expect("the answer is lost");
    grants.refresh(&first.refresh_token, at(last_moment)).await.expect("within the grace, and lost again");
    let too_late = grants.refresh(&first.refresh_token, at(NOW + REFRESH_GRACE)).await;
    assert!(matches!(too_late, Err(GrantError::InvalidGrant)), "a repetition does not prolong the grace");
}

#[tokio::test]
async fn a_lost_answer_has_the_same_successor_until_that_is_used() {
    let (_temp, grants) = grants_with_alice().await;
    let first = grants.sign_in("alice", secret("correct horse"), None, at(NOW)).await.unwrap();
    let next = grants.refresh(&first.refresh_token, at(NOW)).await.unwrap();
    let again = grants.refresh(&first.refresh_token, at(NOW)).await.unwrap();
    assert_eq!(next.refresh_token.expose(), again.refresh_token.expose());
    let current = grants.refresh(&again.refresh_token, at(NOW)).await.expect("the successor is good, once");
    assert!(grants.refresh(&first.refresh_token, at(NOW)).await.is_err(), "the grace has closed");
    assert!(grants.refresh(&current.refresh_token, at(NOW)).await.is_err(), "and the session has ended");
}

#[tokio::test]
async fn a_reused_token_takes_the_access_tokens_with_it() {
    let (_temp, grants) = grants_with_alice().await;
    let now = crate::clock::now();
    let first = grants.sign_in("alice", secret("correct horse"), None, at(now)).await.unwrap();
    assert!(grants.active(&first.access_token, &at(now)).await.unwrap().is_some());
    let next = grants.refresh(&first.refresh_token, at(now)).await.unwrap();
    assert!(grants.refresh(&first.refresh_token, at(now + REFRESH_GRACE)).await.is_err());
    for access in [first.access_token, next.access_token] {
        assert!(grants.active(&access, &at(now)).await.unwrap().is_none());
    }
    let page = grants.store.feed_since(None, now).await.unwrap();
    assert_eq!(page.entries.len(), 1, "one session");
}

#[tokio::test]
async fn failures_lock_for_a_moment_and_nobody_for_ever() {
    let (_temp, grants) = grants_with_alice().await;
    for name in ["alice", "nobody"] {
        let mut locked = 0;
        for _ in 0..6 {
            let refused = grants.sign_in(name, secret("wrong"), None, at(NOW)).await.err();
            locked += u32::from(matches!(refused, Some(GrantError::Locked { .. })));
        }
        assert_eq!(locked, 0, "{name}: five are free, the sixth locks");
        let verified = grants.verified_passwords_total();
        let refused = grants.sign_in(name, secret("correct horse"), None, at(NOW)).await.err();
        assert!(matches!(refused, Some(GrantError::Locked { seconds: 1 })), "{name}: {refused:?}");
        assert_eq!(grants.verified_passwords_total(), verified, "what is tried during a lock is not looked at");
    }
    grants.sign_in("alice", secret("correct horse"), None, at(NOW + 1)).await.expect("the lock is over");
    assert!(grants.store.locked_until(vec![], NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn a_clock_that_was_set_back_far_excuses_nothing() {
    let (_temp, grants) = grants_with_alice().await;
    let first = grants.sign_in("alice", secret("correct horse"), None, at(NOW)).await.unwrap();
    grants.refresh(&first.refresh_token, at(NOW)).await.unwrap();
    assert!(grants.refresh(&first.refresh_token, at(NOW - REFRESH_GRACE)).await.is_err());
}

#[tokio::test]
async fn idle_and_absolute_limits_hold_to_the_second() {
    let (_temp, grants) = grants_with_alice().await;
    let idle = grants.sign_in("alice", secret("correct horse"), None, at(NOW)).await.unwrap();
    assert!(grants.refresh(&idle.refresh_token, at(NOW + LIMITS.idle)).await.is_err());
    let mut last = grants.sign_in("alice", secret("correct horse"), None, at(NOW)).await.unwrap();
    for day in [13, 26] {
        last = grants.refresh(&last.refresh_token, at(NOW + day * DAY_SECONDS)).await.expect("used in time");
    }
    let end = NOW + LIMITS.absolute;
    last = grants.refresh(&last.refresh_token, at(end - 1)).await.expect("one second before the end");
    assert!(matches!(grants.refresh(&last.refresh_token, at(end)).await, Err(GrantError::InvalidGrant)));
}
