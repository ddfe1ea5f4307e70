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
    /// Until when the first of these keys is locked that is.
    pub async fn locked_until(
        &self,
        keys: Vec<ThrottleKey>,
        now: UnixSeconds,
    ) -> Result<Option<UnixSeconds>, StoreError> {
        self.read(move |tx| {
            Box::pin(async move {
                let mut latest = None;
                for key in &keys {
                    let failures = failures(tx, &key.to_string()).await?;
                    latest = latest.max(failures.and_then(|failures| failures.locked_until(key, now)));
                }
                Ok(latest)
            })
        })
        .await
    }

    /// Counts one failure for each key, with its audit event.
    pub async fn note_failure(&self, keys: Vec<ThrottleKey>, event: Event, origin: Origin) -> Result<(), StoreError> {
        let mut keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        // Everyone locks in one order, or two could wait for each other.
        keys.sort_unstable();
        self.write(move |tx| {
            Box::pin(async move {
                for key in &keys {
                    count(tx, key, origin.at).await?;
                }
                audit::note(tx, &origin, event).await
            })
        })
        .await
    }

    /// Forgets the failures of a key.
    pub async fn clear_failures(&self, key: ThrottleKey) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                tx.execute("DELETE FROM throttles WHERE key = $1", values![key.to_string()]).await?;
                Ok(())
            })
        })
        .await
    }

    /// Removes what no longer counts; how many keys.
    pub async fn prune_failures(&self, now: UnixSeconds) -> Result<u64, StoreError> {
        let sql = "DELETE FROM throttles WHERE last_at < $1";
        self.write(move |tx| Box::pin(async move { tx.execute(sql, values![now - FORGET_SECONDS]).await })).await
    }
}

/// One failure more. The row is locked before it is read, so that none of two at once is lost; so there must be one.
async fn count(tx: &mut Tx<'_>, key: &str, now: UnixSeconds) -> Result<(), StoreError> {
    let claim = "INSERT INTO throttles (key, failures, last_at) VALUES ($1, 0, $2) ON CONFLICT (key) DO NOTHING";
    tx.execute(claim, values![key, now]).await?;
    first(tx, "SELECT key FROM throttles WHERE key = $1 FOR UPDATE", values![key]).await?;
    let after = Failures::after_failure(failures(tx, key).await?, now);
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
