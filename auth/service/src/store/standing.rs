//! On what a change stands that signed-in users make to their own account. Between the proof and the change are seconds of
//! waiting and hashing: a reset of the password, a disabled user or the end of the session may come first, and must win.
//! Never asked outside the transaction that makes the change.

use super::error::StoreError;
use super::records::{Session, User};
use super::statements::{Tx, first};
use super::value::values;
use crate::clock::UnixSeconds;

/// What held when the user proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The user's id.
    pub user: String,
    /// When the password was set that counted then.
    pub password_changed_at: UnixSeconds,
    /// The session that asks.
    pub sid: String,
}

impl Standing {
    /// Of this session, whose user was read when the proof was judged.
    pub fn of(session: &Session, proved: &User) -> Standing {
        let (user, sid) = (proved.id.clone(), session.sid.clone());
        Standing { user, password_changed_at: proved.password_changed_at, sid }
    }
}

/// Whether it holds until the end of this transaction.
pub(super) async fn stands(tx: &mut Tx<'_>, on: &Standing) -> Result<bool, StoreError> {
    if !hold_proved(tx, &on.user, on.password_changed_at).await? {
        return Ok(false);
    }
    // A statement of its own: what was committed while the lock was waited for counts.
    let open = "SELECT sid FROM sessions WHERE sid = $1 AND user_id = $2 AND ended_at IS NULL";
    Ok(first(tx, open, values![&on.sid, &on.user]).await?.is_some())
}

/// Whether the user is enabled and has the password that was proved. The user's row is locked, so that disabling and a new
/// password come before or after this transaction.
pub(super) async fn hold_proved(
    tx: &mut Tx<'_>,
    user: &str,
    password_changed_at: UnixSeconds,
) -> Result<bool, StoreError> {
    let locked = "SELECT id FROM users WHERE id = $1 AND disabled_at IS NULL AND password_changed_at = $2 FOR UPDATE";
    Ok(first(tx, locked, values![user, password_changed_at]).await?.is_some())
}
