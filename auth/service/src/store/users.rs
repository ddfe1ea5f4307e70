//! The store's verbs for users. Never sees a password; never folds a name: callers bring the folded form.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::Store;
use super::error::StoreError;
use super::records::{Credentials, NewUser, USER_COLUMNS, User, roles_text};
use super::sessions::{EndReason, end_sessions_of};
use crate::clock::UnixSeconds;

impl Store {
    /// Adds a user and returns the new id. [`StoreError::NameTaken`] when the name is there already.
    pub async fn add_user(&self, new: NewUser, now: UnixSeconds) -> Result<String, StoreError> {
        self.writer.write(move |connection| insert_user(connection, &new, now)).await
    }

    /// The user of this name with the password hash, disabled or not.
    pub async fn credentials(&self, name: String) -> Result<Option<Credentials>, StoreError> {
        let sql = format!("SELECT {USER_COLUMNS}, u.password_hash FROM users u WHERE u.name = ?1");
        let query = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let read = |row: &rusqlite::Row<'_>| {
                Ok(Credentials { user: User::from_row(row)?, password_hash: row.get("password_hash")? })
            };
            statement.query_row([name], read).optional()
        };
        self.readers.read(query).await
    }

    /// All users, by name.
    pub async fn list_users(&self) -> Result<Vec<User>, StoreError> {
        let sql = format!("SELECT {USER_COLUMNS} FROM users u ORDER BY u.name");
        let query = move |connection: &Connection| {
            connection.prepare(&sql)?.query_map([], User::from_row)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        self.readers.read(query).await
    }

    /// Disables a user and ends the user's sessions, in one transaction. The number of sessions ended, or `None` when
    /// there is no such user. Disabling again keeps the first time.
    pub async fn disable_user(&self, name: String, now: UnixSeconds) -> Result<Option<usize>, StoreError> {
        let work = move |connection: &Connection| {
            let sql = "UPDATE users SET disabled_at = coalesce(disabled_at, ?2) WHERE name = ?1 RETURNING id";
            let id: Option<String> = connection.query_row(sql, params![name, now], |row| row.get(0)).optional()?;
            id.map(|id| end_sessions_of(connection, &id, EndReason::UserDisabled, now)).transpose()
        };
        self.writer.write(work).await
    }

    /// Lets a disabled user sign in again. Ended sessions stay ended. `false` when there is no such user.
    pub async fn enable_user(&self, name: String) -> Result<bool, StoreError> {
        let sql = "UPDATE users SET disabled_at = NULL WHERE name = ?1";
        self.writer.write(move |connection| Ok(connection.execute(sql, [name])? == 1)).await
    }
}

fn insert_user(connection: &Connection, new: &NewUser, now: UnixSeconds) -> Result<String, StoreError> {
    let id = Uuid::new_v4().to_string();
    let sql = "INSERT INTO users (id, name, email, password_hash, roles, tenant, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name) DO NOTHING";
    let values = params![id, new.name, new.email, new.password_hash, roles_text(&new.roles)?, new.tenant, now];
    if connection.execute(sql, values)? == 0 {
        return Err(StoreError::NameTaken { name: new.name.clone() });
    }
    Ok(id)
}
