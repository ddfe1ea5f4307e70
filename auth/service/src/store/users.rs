//! The store's verbs for users. Never sees a password; never folds a name: callers bring the folded form.

use serde_json::json;
use uuid::Uuid;

use super::Store;
use super::audit::{self, Event};
use super::error::StoreError;
use super::records::{Credentials, NewUser, Origin, USER_WIDTH, User, user_columns};
use super::sessions::{EndReason, end_all_of};
use super::standing::{Standing, stands};
use super::statements::{Tx, first};
use super::value::values;

/// What an administrator may change of a user. Nothing: it stays.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// Role names that the configuration knows.
    pub roles: Option<Vec<String>>,
    /// The tenant.
    pub tenant: Option<String>,
    /// The e-mail address; `Some(None)` takes it away.
    pub email: Option<Option<String>>,
}

impl Store {
    /// Adds a user and returns the new id. [`StoreError::NameTaken`] when the name is there already.
    pub async fn add_user(&self, new: NewUser, origin: Origin) -> Result<String, StoreError> {
        self.write(move |tx| Box::pin(async move { insert(tx, &new, &origin).await })).await
    }

    /// The user of this name with the password hash, disabled or not.
    pub async fn credentials(&self, name: String) -> Result<Option<Credentials>, StoreError> {
        const SQL: &str = concat!("SELECT ", user_columns!(), ", u.password_hash FROM users u WHERE u.name = $1");
        self.read(move |tx| Box::pin(async move { credentials(tx, SQL, &name).await })).await
    }

    /// The user of this id with the password hash, disabled or not.
    pub async fn credentials_of(&self, id: String) -> Result<Option<Credentials>, StoreError> {
        const SQL: &str = concat!("SELECT ", user_columns!(), ", u.password_hash FROM users u WHERE u.id = $1");
        self.read(move |tx| Box::pin(async move { credentials(tx, SQL, &id).await })).await
    }

    /// The user of this id, disabled or not.
    pub async fn user(&self, id: String) -> Result<Option<User>, StoreError> {
        const SQL: &str = concat!("SELECT ", user_columns!(), " FROM users u WHERE u.id = $1");
        self.read(move |tx| {
            Box::pin(
                async move { first(tx, SQL, values![id]).await?.map(|mut row| User::from_row(&mut row)).transpose() },
            )
        })
        .await
    }

    /// Users with a name after this one, by name, at most so many.
    pub async fn list_users(&self, after: String, limit: i64) -> Result<Vec<User>, StoreError> {
        const SQL: &str =
            concat!("SELECT ", user_columns!(), " FROM users u WHERE u.name > $1 ORDER BY u.name LIMIT $2");
        self.read(move |tx| {
            Box::pin(async move {
                let rows = tx.query(SQL, values![after, limit]).await?;
                rows.into_iter().map(|mut row| User::from_row(&mut row)).collect()
            })
        })
        .await
    }

    /// Changes roles, tenant or e-mail address. `false` when there is no such user. Tokens that are out keep the old
    /// roles until they expire or are refreshed.
    pub async fn change_user(&self, id: String, change: UserChange, origin: Origin) -> Result<bool, StoreError> {
        self.write(move |tx| Box::pin(async move { apply(tx, &id, &change, &origin).await })).await
    }

    /// Disables the user of this name and ends the user's sessions, in one transaction. The number of sessions ended, or
    /// `None` when there is no such user. Disabling again keeps the first time.
    pub async fn disable_user(&self, name: String, origin: Origin) -> Result<Option<usize>, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let sql = "UPDATE users SET disabled_at = coalesce(disabled_at, $2) WHERE name = $1 RETURNING id";
                let Some(mut row) = first(tx, sql, values![name, origin.at]).await? else { return Ok(None) };
                let id: String = row.take(0)?;
                disabled(tx, &id, &origin).await.map(Some)
            })
        })
        .await
    }

    /// Lets a disabled user sign in again. Ended sessions stay ended. `false` when there is no such user.
    pub async fn enable_user(&self, name: String, origin: Origin) -> Result<bool, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let sql = "UPDATE users SET disabled_at = NULL WHERE name = $1 RETURNING id";
                let Some(mut row) = first(tx, sql, values![name]).await? else { return Ok(false) };
                audit::note(tx, &origin, Event::named("user_enabled").user(&row.take::<String>(0)?)).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Sets a new password hash, whatever the old one was, and ends all sessions of the user; how many. `None` when there
    /// is no such user.
    pub async fn set_password(&self, id: String, hash: String, origin: Origin) -> Result<Option<usize>, StoreError> {
        self.write(move |tx| Box::pin(async move { replace_password(tx, &id, &hash, None, &origin).await })).await
    }

    /// Sets the new password hash of a user who proved the old one, and ends all sessions but the one that asks; how many.
    /// `None` when what was proved no longer holds.
    pub async fn change_password(
        &self,
        by: Standing,
        hash: String,
        origin: Origin,
    ) -> Result<Option<usize>, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                if !stands(tx, &by).await? {
                    return Ok(None);
                }
                replace_password(tx, &by.user, &hash, Some(&by.sid), &origin).await
            })
        })
        .await
    }

    /// Replaces a hash by one of the same password with today's cost, unless the password was changed meanwhile.
    pub async fn replace_hash(&self, id: String, former: String, hash: String) -> Result<(), StoreError> {
        let sql = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
        self.write(move |tx| {
            Box::pin(async move {
                tx.execute(sql, values![id, former, hash]).await?;
                Ok(())
            })
        })
        .await
    }
}

async fn credentials(tx: &mut Tx<'_>, sql: &'static str, key: &str) -> Result<Option<Credentials>, StoreError> {
    let Some(mut row) = first(tx, sql, values![key]).await? else { return Ok(None) };
    Ok(Some(Credentials { user: User::from_row(&mut row)?, password_hash: row.take(USER_WIDTH)? }))
}

async fn replace_password(
    tx: &mut Tx<'_>,
    id: &str,
    hash: &str,
    but: Option<&str>,
    origin: &Origin,
) -> Result<Option<usize>, StoreError> {
    let sql = "UPDATE users SET password_hash = $2, password_changed_at =
                   CASE WHEN password_changed_at >= $3 THEN password_changed_at + 1 ELSE $3 END
               WHERE id = $1";
    if tx.execute(sql, values![id, hash, origin.at]).await? == 0 {
        return Ok(None);
    }
    audit::note(tx, origin, Event::named("password_changed").user(id)).await?;
    end_all_of(tx, id, but, EndReason::PasswordChanged, origin).await.map(Some)
}

async fn insert(tx: &mut Tx<'_>, new: &NewUser, origin: &Origin) -> Result<String, StoreError> {
    let id = Uuid::new_v4().to_string();
    let sql = "INSERT INTO users (id, name, email, password_hash, roles, tenant, created_at, password_changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (name) DO NOTHING";
    let (email, roles) = (new.email.as_ref(), new.roles.as_slice());
    let row = values![&id, &new.name, email, &new.password_hash, roles, &new.tenant, origin.at];
    if tx.execute(sql, row).await? == 0 {
        return Err(StoreError::NameTaken { name: new.name.clone() });
    }
    audit::note(tx, origin, Event::named("user_added").user(&id).detail(json!({ "roles": new.roles }))).await?;
    Ok(id)
}

/// What follows from a user's being disabled; the number of sessions ended.
pub(super) async fn disabled(tx: &mut Tx<'_>, id: &str, origin: &Origin) -> Result<usize, StoreError> {
    audit::note(tx, origin, Event::named("user_disabled").user(id)).await?;
    end_all_of(tx, id, None, EndReason::UserDisabled, origin).await
}

/// Changes what is named. `false` when there is no such user.
pub(super) async fn apply(tx: &mut Tx<'_>, id: &str, change: &UserChange, origin: &Origin) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET roles = coalesce($2, roles), tenant = coalesce($3, tenant),
                   email = CASE WHEN $4 = 1 THEN $5 ELSE email END WHERE id = $1";
    let (roles, tenant) = (change.roles.as_deref(), change.tenant.as_ref());
    let (sets_email, email) = (change.email.is_some(), change.email.clone().flatten());
    if tx.execute(sql, values![id, roles, tenant, sets_email, email]).await? == 0 {
        return Ok(false);
    }
    let detail = json!({ "roles": change.roles, "tenant": change.tenant, "email": change.email.is_some() });
    audit::note(tx, origin, Event::named("user_changed").user(id).detail(detail)).await?;
    Ok(true)
}
