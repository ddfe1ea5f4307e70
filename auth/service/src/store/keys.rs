//! The store's verbs for signing keys. Never generates one and never opens a sealed one: callers bring and take bytes.
//! All changes lock the head of the feed first, so that nodes which rotate at once do it one after the other.

use serde_json::json;

use super::Store;
use super::audit::{self, Event};
use super::error::StoreError;
use super::records::{Origin, StoredKey};
use super::revocations::{RevokedKind, lock, publish};
use super::statements::Tx;
use super::value::{Row, values};

/// Most signing keys in use at once. By themselves they are a handful; who fetches the key set takes
/// [`witgate_token::MAX_KEYS`] at most.
pub const MAX_KEYS_IN_USE: usize = 20;

impl Store {
    /// All keys that were not retired, the oldest first.
    pub async fn keys_in_use(&self) -> Result<Vec<StoredKey>, StoreError> {
        self.read(|tx| Box::pin(async move { in_use(tx).await })).await
    }

    /// All keys that there ever were, the oldest first.
    pub async fn all_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let sql = "SELECT kid, alg, public_jwk, sealed_pkcs8, created_at, signs_from, retired_at, succeeded_at
                   FROM signing_keys ORDER BY created_at, kid";
        self.read(move |tx| Box::pin(async move { tx.query(sql, &[]).await?.into_iter().map(key).collect() })).await
    }

    /// Adds a key, unless the keys in use are other ones than the caller has seen: then somebody else was faster, and
    /// the answer is `false`. [`StoreError::TooManyKeys`] when there are [`MAX_KEYS_IN_USE`] beside those that it withdraws.
    pub async fn add_key(&self, new: StoredKey, seen: Vec<String>, origin: Origin) -> Result<bool, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                lock(tx).await?;
                let keys = in_use(tx).await?;
                if !are(&keys, &seen) {
                    return Ok(false);
                }
                if keys.iter().filter(|key| !is_withdrawn(key, &new)).count() >= MAX_KEYS_IN_USE {
                    return Err(StoreError::TooManyKeys { found: keys.len() });
                }
                insert(tx, &new, &origin).await?;
                tx.announce().await?;
                Ok(true)
            })
        })
        .await
    }

    /// Takes keys out of use because their time is over: no revocation, all their tokens have expired.
    pub async fn retire_old_keys(&self, kids: Vec<String>, origin: Origin) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                lock(tx).await?;
                for kid in &kids {
                    retire(tx, kid, "its time is over", &origin).await?;
                }
                tx.announce().await
            })
        })
        .await
    }

    /// Takes a compromised key out of use at once and revokes all that it signed. `replacement` goes into use with it
    /// when the keys in use are those that the caller has seen; they do not become more. `None` when there is no such key in use; `Some(false)`
    /// when the caller has to look again, and nothing was changed.
    pub async fn revoke_key(
        &self,
        kid: String,
        replacement: Option<StoredKey>,
        seen: Vec<String>,
        origin: Origin,
    ) -> Result<Option<bool>, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                lock(tx).await?;
                let keys = in_use(tx).await?;
                if !keys.iter().any(|key| key.kid == kid) {
                    return Ok(None);
                }
                if !are(&keys, &seen) {
                    return Ok(Some(false));
                }
                if let Some(new) = &replacement {
                    insert(tx, new, &origin).await?;
                }
                retire(tx, &kid, "revoked", &origin).await?;
                publish(tx, RevokedKind::Key, &[kid], origin.at).await?;
                Ok(Some(true))
            })
        })
        .await
    }

    /// Notes that successors of these keys have begun to sign.
    pub async fn note_succession(&self, kids: Vec<String>, origin: Origin) -> Result<(), StoreError> {
        let sql = "UPDATE signing_keys SET succeeded_at = $2 WHERE kid = $1 AND succeeded_at IS NULL";
        self.write(move |tx| {
            Box::pin(async move {
                lock(tx).await?;
                for kid in &kids {
                    if tx.execute(sql, values![kid, origin.at]).await? == 1 {
                        audit::note(tx, &origin, Event::named("key_succeeded").detail(json!({ "kid": kid }))).await?;
                    }
                }
                tx.announce().await
            })
        })
        .await
    }
}

async fn in_use(tx: &mut Tx<'_>) -> Result<Vec<StoredKey>, StoreError> {
    let sql = "SELECT kid, alg, public_jwk, sealed_pkcs8, created_at, signs_from, retired_at, succeeded_at
               FROM signing_keys WHERE retired_at IS NULL ORDER BY created_at, kid";
    tx.query(sql, &[]).await?.into_iter().map(key).collect()
}

fn are(keys: &[StoredKey], seen: &[String]) -> bool {
    keys.len() == seen.len() && keys.iter().all(|key| seen.contains(&key.kid))
}

/// Keys that would sign later than the new one leave: an older key must not succeed a newer one. They have signed
/// nothing.
///
/// A key's `created_at` is later than that of every other one, by a second if need be: of two keys that were made in
/// the same second, the second one is the newer one.
async fn insert(tx: &mut Tx<'_>, new: &StoredKey, origin: &Origin) -> Result<(), StoreError> {
    let sql = "INSERT INTO signing_keys (kid, alg, public_jwk, sealed_pkcs8, created_at, signs_from)
               SELECT $1, $2, $3, $4, coalesce(max(CASE WHEN created_at >= $5 THEN created_at + 1 END), $5), $6
               FROM signing_keys";
    for waiting in in_use(tx).await?.iter().filter(|key| is_withdrawn(key, new)) {
        retire(tx, &waiting.kid, "withdrawn", origin).await?;
    }
    let (kid, sealed) = (&new.kid, new.sealed_pkcs8.as_slice());
    tx.execute(sql, values![kid, &new.alg, &new.public_jwk, sealed, new.created_at, new.signs_from]).await?;
    let detail = json!({ "kid": kid, "alg": new.alg, "signs_from": new.signs_from });
    audit::note(tx, origin, Event::named("key_added").detail(detail)).await
}

/// Whether this key leaves when the new one comes.
fn is_withdrawn(key: &StoredKey, new: &StoredKey) -> bool {
    key.signs_from > new.signs_from
}

async fn retire(tx: &mut Tx<'_>, kid: &str, reason: &str, origin: &Origin) -> Result<(), StoreError> {
    let sql = "UPDATE signing_keys SET retired_at = $2 WHERE kid = $1 AND retired_at IS NULL";
    if tx.execute(sql, values![kid, origin.at]).await? == 1 {
        let detail = json!({ "kid": kid, "reason": reason });
        audit::note(tx, origin, Event::named("key_retired").detail(detail)).await?;
    }
    Ok(())
}

fn key(mut row: Row) -> Result<StoredKey, StoreError> {
    Ok(StoredKey {
        kid: row.take(0)?,
        alg: row.take(1)?,
        public_jwk: row.take(2)?,
        sealed_pkcs8: row.take(3)?,
        created_at: row.take(4)?,
        signs_from: row.take(5)?,
        retired_at: row.take(6)?,
        succeeded_at: row.take(7)?,
    })
}
