//! The store's verbs for second factors. Never sees a secret in clear, only a sealed one, and never a recovery code, only
//! its hash. What must count once is taken and checked in one statement. What users change themselves is `None` when what
//! they proved no longer holds.

use std::fmt;

use super::Store;
use super::audit::{self, Event};
use super::error::StoreError;
use super::records::Origin;
use super::standing::{Standing, stands};
use super::statements::{Tx, first};
use super::value::values;
use crate::clock::UnixSeconds;
use crate::recovery_code::RecoveryHash;

/// A user's second factor. `Debug` leaves the secret out.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The shared secret, encrypted.
    pub sealed_secret: Vec<u8>,
    /// Since when a sign-in needs it; nothing: not yet.
    pub confirmed_at: Option<UnixSeconds>,
    /// The step of the last code that was accepted.
    pub last_step: Option<i64>,
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondFactor").field("confirmed_at", &self.confirmed_at).finish_non_exhaustive()
    }
}

impl Store {
    /// The user's second factor, confirmed or not.
    pub async fn second_factor(&self, user: String) -> Result<Option<SecondFactor>, StoreError> {
        let sql = "SELECT sealed_secret, confirmed_at, last_step FROM second_factors WHERE user_id = $1";
        self.read(move |tx| {
            Box::pin(async move {
                let Some(mut row) = first(tx, sql, values![user]).await? else { return Ok(None) };
                let (sealed_secret, confirmed_at, last_step) = (row.take(0)?, row.take(1)?, row.take(2)?);
                Ok(Some(SecondFactor { sealed_secret, confirmed_at, last_step }))
            })
        })
        .await
    }

    /// Keeps a new secret until it is confirmed, in place of one that was not. `false` when there is a confirmed one.
    pub async fn enrol_second_factor(
        &self,
        by: Standing,
        sealed_secret: Vec<u8>,
        origin: Origin,
    ) -> Result<Option<bool>, StoreError> {
        let sql = "INSERT INTO second_factors (user_id, sealed_secret, created_at) VALUES ($1, $2, $3)
                   ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret,
                       created_at = excluded.created_at, last_step = NULL
                   WHERE second_factors.confirmed_at IS NULL";
        self.write(move |tx| {
            Box::pin(async move {
                if !stands(tx, &by).await? {
                    return Ok(None);
                }
                if tx.execute(sql, values![&by.user, sealed_secret.as_slice(), origin.at]).await? == 0 {
                    return Ok(Some(false));
                }
                audit::note(tx, &origin, Event::named("second_factor_enrolled").user(&by.user)).await?;
                Ok(Some(true))
            })
        })
        .await
    }

    /// Puts the secret into force, with its first recovery codes. `false` when it is not the user's secret any more, or
    /// is in force already.
    pub async fn confirm_second_factor(
        &self,
        by: Standing,
        sealed_secret: Vec<u8>,
        step: i64,
        recovery: Vec<RecoveryHash>,
        origin: Origin,
    ) -> Result<Option<bool>, StoreError> {
        let sql = "UPDATE second_factors SET confirmed_at = $3, last_step = $4
                   WHERE user_id = $1 AND sealed_secret = $2 AND confirmed_at IS NULL";
        self.write(move |tx| {
            Box::pin(async move {
                if !stands(tx, &by).await? {
                    return Ok(None);
                }
                if tx.execute(sql, values![&by.user, sealed_secret.as_slice(), origin.at, step]).await? == 0 {
                    return Ok(Some(false));
                }
                replace_codes(tx, &by.user, &recovery).await?;
                audit::note(tx, &origin, Event::named("second_factor_confirmed").user(&by.user)).await?;
                Ok(Some(true))
            })
        })
        .await
    }

    /// Takes a step, which counts once: `false` when it, or a later one, was taken before, or the secret is another one.
    pub async fn take_step(&self, user: String, sealed_secret: Vec<u8>, step: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE second_factors SET last_step = $3 WHERE user_id = $1 AND sealed_secret = $2
                       AND confirmed_at IS NOT NULL AND coalesce(last_step, -1) < $3";
        self.write(move |tx| {
            Box::pin(async move { Ok(tx.execute(sql, values![user, sealed_secret.as_slice(), step]).await? == 1) })
        })
        .await
    }

    /// Takes a recovery code, which counts once: `false` when the user has no unused one of this hash.
    pub async fn take_recovery_code(
        &self,
        user: String,
        hash: RecoveryHash,
        origin: Origin,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND hash = $2 AND used_at IS NULL";
        self.write(move |tx| {
            Box::pin(async move {
                let taken = tx.execute(sql, values![&user, &hash, origin.at]).await? == 1;
                if taken {
                    audit::note(tx, &origin, Event::named("recovery_code_used").user(&user)).await?;
                }
                Ok(taken)
            })
        })
        .await
    }

    /// Puts new recovery codes in the place of all old ones. `false` when the user has no confirmed second factor.
    pub async fn replace_recovery_codes(
        &self,
        by: Standing,
        recovery: Vec<RecoveryHash>,
        origin: Origin,
    ) -> Result<Option<bool>, StoreError> {
        let locked = "SELECT user_id FROM second_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL FOR UPDATE";
        self.write(move |tx| {
            Box::pin(async move {
                if !stands(tx, &by).await? {
                    return Ok(None);
                }
                if first(tx, locked, values![&by.user]).await?.is_none() {
                    return Ok(Some(false));
                }
                replace_codes(tx, &by.user, &recovery).await?;
                audit::note(tx, &origin, Event::named("recovery_codes_replaced").user(&by.user)).await?;
                Ok(Some(true))
            })
        })
        .await
    }

    /// Removes the user's own second factor, confirmed or not, and its recovery codes. `false` when there is none.
    pub async fn remove_second_factor(&self, by: Standing, origin: Origin) -> Result<Option<bool>, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                if !stands(tx, &by).await? {
                    return Ok(None);
                }
                remove(tx, &by.user, &origin).await.map(Some)
            })
        })
        .await
    }

    /// The same by an administrator, who proves nothing of the user's.
    pub async fn reset_second_factor(&self, user: String, origin: Origin) -> Result<bool, StoreError> {
        self.write(move |tx| Box::pin(async move { remove(tx, &user, &origin).await })).await
    }
}

async fn remove(tx: &mut Tx<'_>, user: &str, origin: &Origin) -> Result<bool, StoreError> {
    if tx.execute("DELETE FROM second_factors WHERE user_id = $1", values![user]).await? == 0 {
        return Ok(false);
    }
    tx.execute("DELETE FROM recovery_codes WHERE user_id = $1", values![user]).await?;
    audit::note(tx, origin, Event::named("second_factor_removed").user(user)).await?;
    Ok(true)
}

async fn replace_codes(tx: &mut Tx<'_>, user: &str, recovery: &[RecoveryHash]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM recovery_codes WHERE user_id = $1", values![user]).await?;
    for hash in recovery {
        tx.execute("INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2)", values![user, hash]).await?;
    }
    Ok(())
}
