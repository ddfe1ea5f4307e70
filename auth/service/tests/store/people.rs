//! Users and sessions of the tests, with the time of each test at [`NOW`]. Never a password: hashes are only texts here.

use std::sync::atomic::{AtomicU8, Ordering};

use witgate_auth::clock::UnixSeconds;
use witgate_auth::config::MAX_ACCESS_TOKEN_SECONDS;
use witgate_auth::refresh_token::TokenHash;
use witgate_auth::store::{Candidate, Event, IssuedToken, NewUser, Origin, Rotation, Session, Standing, Store};

/// When each test begins.
pub const NOW: UnixSeconds = 1_800_000_000;
/// The client of all sessions.
pub const CLIENT: &str = "witgate-portal";

pub fn at(seconds: UnixSeconds) -> Origin {
    Origin { source: Some("192.0.2.7".into()), ..Origin::local("test", NOW + seconds) }
}

/// An access token of so many seconds after [`NOW`], of the longest life.
pub fn issued(subject: &str, jti: &str, seconds: UnixSeconds) -> IssuedToken {
    let issued_at = NOW + seconds;
    let expires_at = issued_at + UnixSeconds::from(MAX_ACCESS_TOKEN_SECONDS);
    IssuedToken { jti: jti.into(), subject: subject.into(), issued_at, expires_at }
}

/// Revokes a token in the second in which it was issued.
pub async fn revoke(store: &Store, subject: &str, jti: &str, seconds: UnixSeconds) {
    let token = issued(subject, jti, seconds);
    store.revoke_token(token, Event::named("token_revoked"), at(seconds)).await.unwrap();
}

pub fn new_user(name: &str) -> NewUser {
    let (email, roles) = (Some(format!("{name}@example.com")), vec!["customer".to_owned(), "staff".to_owned()]);
    NewUser { name: name.into(), email, password_hash: "hash 1".into(), roles, tenant: "acme".into() }
}

pub async fn alice(store: &Store) -> String {
    store.add_user(new_user("alice"), at(0)).await.unwrap()
}

/// An open session of this user, and the hash of its refresh token.
pub async fn session(store: &Store, user: &str) -> (Session, TokenHash) {
    let user = store.credentials_of(user.to_owned()).await.unwrap().expect("the user").user;
    let (session, token) = (unopened(user), fresh_hash());
    assert!(store.create_session(session.clone(), token, at(0)).await.unwrap());
    (session, token)
}

/// What the user of this session proved a moment ago.
pub fn proved(session: &Session) -> Standing {
    Standing::of(session, &session.user)
}

pub fn unopened(user: witgate_auth::store::User) -> Session {
    Session {
        sid: uuid::Uuid::new_v4().to_string(),
        created_at: NOW,
        last_used_at: NOW,
        auth_time: NOW,
        amr: vec!["pwd".into()],
        client_id: CLIENT.into(),
        scope: Some("orders:read".into()),
        audience: None,
        source: Some("192.0.2.7".into()),
        user,
    }
}

/// A hash that no other one of this program equals.
pub fn fresh_hash() -> TokenHash {
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    hash
}

pub fn candidate() -> Candidate {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    Candidate { salt: [NEXT.fetch_add(1, Ordering::Relaxed); 16], hash: fresh_hash() }
}

pub async fn rotate(store: &Store, token: TokenHash, candidate: Candidate, seconds: UnixSeconds) -> Rotation {
    store.rotate_refresh(token, CLIENT.into(), candidate, at(seconds)).await.unwrap()
}
