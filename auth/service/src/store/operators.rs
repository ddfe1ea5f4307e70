//! Changes of users that must leave somebody who may administer. Never lets two at once take each other's right away:
//! whoever comes here locks all operators first.

use super::Store;
use super::error::StoreError;
use super::records::Origin;
use super::statements::{Tx, first};
use super::users::{UserChange, apply, disabled};
use super::value::values;

impl Store {
    /// Disables the user of this id and ends the user's sessions; how many. `None` when there is no such user.
    /// [`StoreError::LastOperator`] when no other enabled user has one of these roles.
    pub async fn disable_unless_last(
        &self,
        id: String,
        operator_roles: Vec<String>,
        origin: Origin,
    ) -> Result<Option<usize>, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                keep_another(tx, &id, &operator_roles).await?;
                if first(tx, "SELECT id FROM users WHERE id = $1 FOR UPDATE", values![&id]).await?.is_none() {
                    return Ok(None);
                }
                let sql = "UPDATE users SET disabled_at = coalesce(disabled_at, $2) WHERE id = $1";
                tx.execute(sql, values![&id, origin.at]).await?;
                disabled(tx, &id, &origin).await.map(Some)
            })
        })
        .await
    }

    /// As [`Store::change_user`]; [`StoreError::LastOperator`] when nobody enabled would have one of these roles.
    pub async fn change_unless_last(
        &self,
        id: String,
        change: UserChange,
        operator_roles: Vec<String>,
        origin: Origin,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let stays = |roles: &Vec<String>| roles.iter().any(|role| operator_roles.contains(role));
                if change.roles.as_ref().is_some_and(|roles| !stays(roles)) {
                    keep_another(tx, &id, &operator_roles).await?;
                }
                apply(tx, &id, &change, &origin).await
            })
        })
        .await
    }
}

/// Locks all enabled users with one of the roles. An error when this user is the only one.
async fn keep_another(tx: &mut Tx<'_>, id: &str, roles: &[String]) -> Result<(), StoreError> {
    // Roles are a JSON list of names that need no escape.
    let sql =
        "SELECT id FROM users WHERE disabled_at IS NULL AND replace(roles, $1, '') <> roles ORDER BY id FOR UPDATE";
    let mut operators: Vec<String> = Vec::new();
    for role in roles {
        for mut row in tx.query(sql, values![format!("\"{role}\"")]).await? {
            operators.push(row.take(0)?);
        }
    }
    let is_one = operators.iter().any(|operator| operator == id);
    let has_other = operators.iter().any(|operator| operator != id);
    if is_one && !has_other { Err(StoreError::LastOperator) } else { Ok(()) }
}
