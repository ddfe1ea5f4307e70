//! What the store keeps, as values. Never holds a password or a token in clear; `Debug` leaves hashes and keys out.

use std::fmt;

use super::error::StoreError;
use super::value::Row;
use crate::clock::UnixSeconds;

/// When something happens and who is behind it: goes into the audit log with what is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The time of the act.
    pub at: UnixSeconds,
    /// Who acts: a user's or client's id, `cli`, `service`; nothing when nobody is signed in.
    pub actor: Option<String>,
    /// The caller's address.
    pub source: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
}

impl Origin {
    /// An act of the program itself, or of a person at its command line.
    pub fn local(actor: &str, at: UnixSeconds) -> Origin {
        Origin { at, actor: Some(actor.to_owned()), ..Origin::default() }
    }
}

/// A user without the password hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// UUID, the `sub` of the user's tokens.
    pub id: String,
    /// Folded account name.
    pub name: String,
    /// As given; not verified.
    pub email: Option<String>,
    /// Role names, in the order given.
    pub roles: Vec<String>,
    /// The tenant that the user belongs to.
    pub tenant: String,
    /// When the user was disabled, if so.
    pub disabled_at: Option<UnixSeconds>,
    /// When the user was added.
    pub created_at: UnixSeconds,
    /// When the password was set. Later for each new one, by a second if need be.
    pub password_changed_at: UnixSeconds,
}

/// The columns of [`User`], in the order that [`User::from_row`] reads them, from a table or join that calls users `u`.
macro_rules! user_columns {
    () => {
        "u.id, u.name, u.email, u.roles, u.tenant, u.disabled_at, u.created_at, u.password_changed_at"
    };
}

pub(super) use user_columns;

/// How many columns [`User`] has.
pub(super) const USER_WIDTH: usize = 8;

impl User {
    /// Reads `user_columns!` from the start of a row.
    pub(super) fn from_row(row: &mut Row) -> Result<User, StoreError> {
        Ok(User {
            id: row.take(0)?,
            name: row.take(1)?,
            email: row.take(2)?,
            roles: row.take(3)?,
            tenant: row.take(4)?,
            disabled_at: row.take(5)?,
            created_at: row.take(6)?,
            password_changed_at: row.take(7)?,
        })
    }
}

/// What signing in needs to know.
pub struct Credentials {
    /// The user.
    pub user: User,
    /// PHC string.
    pub password_hash: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user.id).finish_non_exhaustive()
    }
}

/// A user to add. Name and tenant are already checked and folded.
#[derive(Clone)]
pub struct NewUser {
    /// Folded account name.
    pub name: String,
    /// As given.
    pub email: Option<String>,
    /// PHC string.
    pub password_hash: String,
    /// Role names that the configuration knows.
    pub roles: Vec<String>,
    /// The tenant.
    pub tenant: String,
}

/// A session with its user, as the store last saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// UUID, the `sid` of the session's tokens.
    pub sid: String,
    /// When the session was opened.
    pub created_at: UnixSeconds,
    /// When its refresh token was last used.
    pub last_used_at: UnixSeconds,
    /// When the user proved who they are: the `auth_time` of the session's tokens.
    pub auth_time: UnixSeconds,
    /// How (RFC 8176), such as `pwd` and `otp`.
    pub amr: Vec<String>,
    /// The client that holds the refresh token.
    pub client_id: String,
    /// What the client may, separated by spaces; nothing: all that the user's roles give.
    pub scope: Option<String>,
    /// The resource that was asked for (RFC 8707); nothing: the configured audience.
    pub audience: Option<String>,
    /// The address it was opened from.
    pub source: Option<String>,
    /// Whose it is, with today's roles.
    pub user: User,
}

/// A signing key as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// JOSE algorithm name.
    pub alg: String,
    /// The public part, JSON (RFC 7517).
    pub public_jwk: String,
    /// The private key, PKCS#8, encrypted.
    pub sealed_pkcs8: Vec<u8>,
    /// When it was made and published.
    pub created_at: UnixSeconds,
    /// From when it may sign.
    pub signs_from: UnixSeconds,
    /// When it was taken out of use for good.
    pub retired_at: Option<UnixSeconds>,
    /// When its successor had begun to sign: it never signs again.
    pub succeeded_at: Option<UnixSeconds>,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey").field("kid", &self.kid).field("alg", &self.alg).finish_non_exhaustive()
    }
}
