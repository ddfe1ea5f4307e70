//! The store's verbs for client assertions (RFC 7523 section 3): each counts once. Never sees an assertion, only a hash
//! of whose it is and of its `jti`.

use super::Store;
use super::error::StoreError;
use super::value::values;
use crate::clock::UnixSeconds;

/// SHA-256 of the client's id and the assertion's `jti`.
pub type AssertionHash = [u8; 32];

impl Store {
    /// Notes that this assertion was used. `false` when it was used before. It is remembered at least until it expires.
    pub async fn use_assertion(&self, hash: AssertionHash, expires: UnixSeconds) -> Result<bool, StoreError> {
        let sql = "INSERT INTO used_assertions (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
        self.write(move |tx| Box::pin(async move { Ok(tx.execute(sql, values![&hash, expires]).await? == 1) })).await
    }
}
