//! What the store keeps, as values. Never holds a password or a token in clear; `Debug` leaves hashes and keys out.

use std::fmt;

use rusqlite::Row;
use zeroize::Zeroizing;

use super::error::StoreError;
use crate::clock::UnixSeconds;

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
}

/// The columns of [`User`], in the order that [`User::from_row`] reads them, from a table or join that calls users `u`.
pub(super) const USER_COLUMNS: &str = "u.id, u.name, u.email, u.roles, u.tenant, u.disabled_at, u.created_at";

impl User {
    /// Reads [`USER_COLUMNS`] from the start of a row.
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<User> {
        Ok(User {
            id: row.get(0)?,
            name: row.get(1)?,
            email: row.get(2)?,
            roles: roles_from(row, 3)?,
            tenant: row.get(4)?,
            disabled_at: row.get(5)?,
            created_at: row.get(6)?,
        })
    }
}

fn roles_from(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<String>> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text)
        .map_err(|cause| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, cause.into()))
}

/// The `roles` column of a user.
pub(super) fn roles_text(roles: &[String]) -> Result<String, StoreError> {
    serde_json::to_string(roles).map_err(|cause| StoreError::Failed(cause.to_string()))
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

/// An open session with its user, as the store last saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// UUID, the `sid` of the session's tokens.
    pub sid: String,
    /// When the user signed in: the `auth_time` of the session's tokens.
    pub created_at: UnixSeconds,
    /// Whose it is, with today's roles.
    pub user: User,
}

/// A signing key as it is stored.
#[derive(Clone)]
pub struct StoredKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// JOSE algorithm name.
    pub alg: String,
    /// The private key, PKCS#8 DER.
    pub private_pkcs8: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey").field("kid", &self.kid).field("alg", &self.alg).finish_non_exhaustive()
    }
}
