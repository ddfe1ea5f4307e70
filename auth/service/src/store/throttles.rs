//! The store's verbs for failed attempts. Never sees a name: keys are made by [`crate::throttle`].

use super::Store;
use super::audit::{self, Event};
use super::error::StoreError;
use super::records::Origin;
use super::statements::{Tx, first};
use super::value::values;
use crate::clock::UnixSeconds;
use crate::throttle::{FORGET_SECONDS, Failures, ThrottleKey};

impl Store {
    /// Until when the last of these keys is locked that is.
    pub async fn locked_until(
        &self,
        keys: Vec<ThrottleKey>,
        now: UnixSeconds,
    ) -> Result<Option<UnixSeconds>, StoreError> {
        self.read(move |tx| Box::pin(async move { latest_lock(tx, &keys, now).await })).await
    }

    /// Counts one failure for each key, with its audit event; unless one is locked since the attempt began: then until
    /// when, and nothing is counted. So many attempts at once tell no more than as many one after the other.
    pub async fn note_failure(
        &self,
        keys: Vec<ThrottleKey>,
        event: Event,
        origin: Origin,
    ) -> Result<Option<UnixSeconds>, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let keys = in_order(keys);
                for key in &keys {
                    claim(tx, key, origin.at).await?;
                }
                let lock = latest_lock(tx, &keys, origin.at).await?;
                if lock.is_some() {
                    return Ok(lock);
                }
                for key in &keys {
                    count(tx, key, origin.at).await?;
                }
                audit::note(tx, &origin, event).await?;
                Ok(None)
            })
        })
        .await
    }

    /// Until when one of these keys is locked since the attempt began. Takes its turn among all who count, so that it sees
    /// the failures of a moment ago, which a mere look would not. Forgets nothing.
    pub async fn locked_meanwhile(
        &self,
        keys: Vec<ThrottleKey>,
        now: UnixSeconds,
    ) -> Result<Option<UnixSeconds>, StoreError> {
        self.write(move |tx| Box::pin(async move { settled_lock(tx, &in_order(keys), now).await })).await
    }

    /// Forgets the failures that a success clears; unless a key is locked since the attempt began: then until when, and
    /// the success must not count.
    pub async fn note_success(
        &self,
        keys: Vec<ThrottleKey>,
        now: UnixSeconds,
    ) -> Result<Option<UnixSeconds>, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let keys = in_order(keys);
                let locked = settled_lock(tx, &keys, now).await?;
                if locked.is_some() {
                    return Ok(locked);
                }
                for key in keys.iter().filter(|key| key.is_cleared_by_success()) {
                    tx.execute("DELETE FROM throttles WHERE key = $1", values![key.to_string()]).await?;
                }
                Ok(None)
            })
        })
        .await
    }

    /// Removes what no longer counts; how many keys.
    pub async fn prune_failures(&self, now: UnixSeconds) -> Result<u64, StoreError> {
        let sql = "DELETE FROM throttles WHERE key IN
                   (SELECT key FROM throttles WHERE last_at < $1 ORDER BY last_at, key LIMIT $2)";
        self.remove_where(sql, now - FORGET_SECONDS).await
    }
}

/// Everyone locks in one order, or two could wait for each other.
fn in_order(mut keys: Vec<ThrottleKey>) -> Vec<ThrottleKey> {
    keys.sort_unstable_by_key(ThrottleKey::to_string);
    keys
}

async fn latest_lock(
    tx: &mut Tx<'_>,
    keys: &[ThrottleKey],
    now: UnixSeconds,
) -> Result<Option<UnixSeconds>, StoreError> {
    let mut latest = None;
    for key in keys {
        let failures = failures(tx, &key.to_string()).await?;
        latest = latest.max(failures.and_then(|failures| failures.locked_until(key, now)));
    }
    Ok(latest)
}

/// The latest lock, when all that count now have counted.
async fn settled_lock(
    tx: &mut Tx<'_>,
    keys: &[ThrottleKey],
    now: UnixSeconds,
) -> Result<Option<UnixSeconds>, StoreError> {
    for key in keys {
        lock(tx, key).await?;
    }
    latest_lock(tx, keys, now).await
}

/// Locks the key's row. So that none of two failures at once is lost, there must be one.
async fn claim(tx: &mut Tx<'_>, key: &ThrottleKey, now: UnixSeconds) -> Result<(), StoreError> {
    let sql = "INSERT INTO throttles (key, failures, last_at) VALUES ($1, 0, $2) ON CONFLICT (key) DO NOTHING";
    tx.execute(sql, values![key.to_string(), now]).await?;
    lock(tx, key).await
}

async fn lock(tx: &mut Tx<'_>, key: &ThrottleKey) -> Result<(), StoreError> {
    first(tx, "SELECT key FROM throttles WHERE key = $1 FOR UPDATE", values![key.to_string()]).await?;
    Ok(())
}

/// One failure more.
async fn count(tx: &mut Tx<'_>, key: &ThrottleKey, now: UnixSeconds) -> Result<(), StoreError> {
    let key = key.to_string();
    let after = Failures::after_failure(failures(tx, &key).await?, now);
    // Cleared meanwhile: then it begins anew.
    let sql = "INSERT INTO throttles (key, failures, last_at) VALUES ($1, $2, $3)
               ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at";
    tx.execute(sql, values![key, i64::from(after.count), after.last_at]).await?;
    Ok(())
}

async fn failures(tx: &mut Tx<'_>, key: &str) -> Result<Option<Failures>, StoreError> {
    let sql = "SELECT failures, last_at FROM throttles WHERE key = $1";
    let Some(mut row) = first(tx, sql, values![key]).await? else { return Ok(None) };
    let count = u32::try_from(row.take::<i64>(0)?).unwrap_or(u32::MAX);
    Ok(Some(Failures { count, last_at: row.take(1)? }))
}
