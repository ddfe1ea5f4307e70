//! What comes between a proof and what it was for: a reset, a lock. The test holds the one place of the pool of hashes, or
//! the database, meanwhile. Never waits for time to pass.

use std::time::Duration;

use futures_util::FutureExt as _;

use super::super::tests::{NOW, at, grants_with, secret};
use super::*;
use crate::gate::Gate;
use crate::password::{HashCost, PasswordRules, Passwords};
use crate::store::{Session, Standing};

const LONG: Duration = Duration::from_secs(60);
const PASSWORD: &str = "correct horse";

struct Place {
    temp: tempfile::TempDir,
    grants: Grants,
    /// One place to work, one to wait.
    gate: Gate,
    session: Session,
}

/// Alice, signed in.
async fn place() -> Place {
    let gate = Gate::new(1, 1, LONG);
    let passwords = Passwords::behind(gate.clone(), HashCost::default(), PasswordRules::default()).unwrap();
    let (temp, grants) = grants_with(passwords).await;
    grants.sign_in("alice", secret(PASSWORD), None, at(NOW)).await.unwrap();
    let session = grants.store.list_sessions(None, NOW).await.unwrap().remove(0);
    Place { temp, grants, gate, session }
}

impl Place {
    /// Begins a task, does something once it waits for the pool, and lets it go on.
    async fn interrupted<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
        meanwhile: impl Future<Output = ()>,
    ) -> T {
        let working = self.gate.enter().await.unwrap();
        let task = tokio::spawn(task);
        // While another finds room to wait, the task does not wait yet.
        while self.gate.enter().now_or_never().is_none() {
            tokio::task::yield_now().await;
        }
        meanwhile.await;
        drop(working);
        task.await.unwrap()
    }

    /// As many failures as lock the account.
    async fn locked(&self) {
        for _ in 0..=crate::throttle::FREE_ACCOUNT_FAILURES {
            let (keys, event) = (self.grants.attempt("alice", &at(NOW)).keys, Event::named("login_failed"));
            assert_eq!(self.grants.store.note_failure(keys, event, at(NOW)).await.unwrap(), None);
        }
    }
}

#[tokio::test]
async fn a_reset_beats_a_change_that_is_on_its_way() {
    let place = place().await;
    let (grants, session) = (place.grants.clone(), place.session.clone());
    let (store, user) = (place.grants.store.clone(), place.session.user.id.clone());
    let change = Box::pin(async move {
        grants.change_password(&session, secret(PASSWORD), secret("the long words of a thief"), at(NOW)).await
    });
    let reset = Box::pin(async {
        store.set_password(user.clone(), "of the owner".into(), at(NOW)).await.unwrap();
    });
    let refused = place.interrupted(change, reset).await;
    assert!(matches!(refused, Err(GrantError::InvalidCredentials)), "{refused:?}");
    assert_eq!(store.credentials_of(user).await.unwrap().unwrap().password_hash, "of the owner");
}

#[tokio::test]
async fn a_right_password_is_not_told_when_a_lock_began_meanwhile() {
    let place = place().await;
    let Place { grants, session, .. } = &place;
    let (own, asks) = (grants.clone(), session.clone());
    let enrol = Box::pin(async move { own.enrol_factor(&asks, secret(PASSWORD), at(NOW)).await.map(drop) });
    let told = place.interrupted(enrol, Box::pin(place.locked())).await;
    assert!(matches!(told, Err(GrantError::Locked { .. })), "{told:?}");
    assert!(grants.store.second_factor(session.user.id.clone()).await.unwrap().is_none());
}

/// That a code is needed tells that the password was right.
#[tokio::test]
async fn a_code_is_not_asked_for_when_a_lock_began_meanwhile() {
    let place = place().await;
    let (grants, by) = (place.grants.clone(), Standing::of(&place.session, &place.session.user));
    grants.store.enrol_second_factor(by.clone(), vec![1], at(NOW)).await.unwrap();
    grants.store.confirm_second_factor(by, vec![1], 1, vec![], at(NOW)).await.unwrap();
    let sign_in = Box::pin(async move { grants.sign_in("alice", secret(PASSWORD), None, at(NOW)).await.map(drop) });
    let told = place.interrupted(sign_in, Box::pin(place.locked())).await;
    assert!(matches!(told, Err(GrantError::Locked { .. })), "{told:?}");
}

#[tokio::test]
async fn a_right_code_is_not_told_when_a_lock_began_meanwhile() {
    let Place { temp, grants, session, .. } = place().await;
    let enrolment = grants.enrol_factor(&session, secret(PASSWORD), at(NOW)).await.unwrap();
    let app = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(*enrolment.secret.expose());
    let code = secret(&app.build_noncompliant().generate(NOW.unsigned_abs()).to_string());
    // Who holds the database lets others read, and none write.
    let other = rusqlite::Connection::open(temp.path().join("state/auth.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (own, user) = (grants.clone(), session.user.id.clone());
    let confirm = tokio::spawn(async move { own.confirm_factor(&session, &code, at(NOW)).await.map(drop) });
    // It reads twice; then it waits.
    for _ in 0..20 {
        grants.store.second_factor(user.clone()).await.unwrap();
    }
    let key = grants.attempt("alice", &at(NOW)).keys[0].to_string();
    other.execute("INSERT INTO throttles (key, failures, last_at) VALUES (?1, 6, ?2)", (key, NOW)).unwrap();
    other.execute_batch("COMMIT").unwrap();
    let told = confirm.await.unwrap();
    assert!(matches!(told, Err(GrantError::Locked { .. })), "{told:?}");
    assert_eq!(grants.store.second_factor(user).await.unwrap().unwrap().confirmed_at, None);
}
