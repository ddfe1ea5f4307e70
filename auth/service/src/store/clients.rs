//! The store's verbs for registered clients. Never sees a client's secret, only its hash; never forgets a client: a
//! disabled one keeps its row, so that its id is not given again.

use std::fmt;

use serde_json::json;

use super::Store;
use super::audit::{self, Event};
use super::endings::{Whose, lock_open};
use super::error::StoreError;
use super::records::Origin;
use super::revocations::{LEEWAY_SECONDS, RevokedKind, publish};
use super::sessions::EndReason;
use super::statements::{Tx, first};
use super::value::{Row, values};
use crate::clock::UnixSeconds;
use crate::config::MAX_ACCESS_TOKEN_SECONDS;
use crate::grant_type::GrantType;
use crate::opaque::TokenHash;

/// A registered client (RFC 6749 section 2). `Debug` leaves the secret's hash out.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// The `client_id`.
    pub client_id: String,
    /// For people.
    pub name: String,
    /// `none`, `client_secret` or `private_key_jwt`.
    pub auth_method: String,
    /// SHA-256 of the secret, exactly with `client_secret`.
    pub secret_hash: Option<TokenHash>,
    /// The client's public keys, JSON (RFC 7517), exactly with `private_key_jwt`.
    pub jwks: Option<String>,
    /// Where a browser may be sent back to, letter by letter.
    pub redirect_uris: Vec<String>,
    /// The OAuth grants that it may use; a client that only asks this service something has none.
    pub grant_types: Vec<String>,
    /// What it may.
    pub scopes: Vec<String>,
    /// The resources that it may ask for (RFC 8707).
    pub audiences: Vec<String>,
    /// Whether users need not be asked for their consent.
    pub first_party: bool,
    /// When it was added.
    pub created_at: UnixSeconds,
    /// When it was disabled, if so.
    pub disabled_at: Option<UnixSeconds>,
}

/// How far ahead of the request that disables a client its tokens are revoked, in seconds. One that was asked for before
/// COMMIT is issued after it, by a clock that may be ahead. A disabled client never comes back, so there is no good token
/// that could be meant.
const REVOKED_AHEAD_SECONDS: UnixSeconds = MAX_ACCESS_TOKEN_SECONDS as UnixSeconds + LEEWAY_SECONDS;

/// The `auth_method` of a client that has nothing to prove itself with.
const PUBLIC: &str = "none";

impl Client {
    /// Whether it counts at all.
    pub fn is_enabled(&self) -> bool {
        self.disabled_at.is_none()
    }

    /// Whether it has nothing to prove itself with, so that anybody can be it (RFC 6749 section 2.1).
    pub fn is_public(&self) -> bool {
        self.auth_method == PUBLIC
    }

    /// Whether it is registered for this scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }

    /// Whether it is registered for this grant.
    pub fn has_grant(&self, grant: GrantType) -> bool {
        self.grant_types.iter().any(|granted| granted == grant.as_str())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("client_id", &self.client_id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// The columns of [`Client`], in the order that `client` reads them.
macro_rules! client_columns {
    () => {
        "client_id, name, auth_method, secret_hash, jwks, redirect_uris, grant_types, scopes, audiences, first_party, \
         created_at, disabled_at"
    };
}

impl Store {
    /// Adds a client. [`StoreError::NameTaken`] when its `client_id` is there already.
    pub async fn add_client(&self, new: Client, origin: Origin) -> Result<(), StoreError> {
        self.write(move |tx| Box::pin(async move { insert(tx, &new, &origin).await })).await
    }

    /// The client of this id, disabled or not.
    pub async fn client(&self, client_id: String) -> Result<Option<Client>, StoreError> {
        const SQL: &str = concat!("SELECT ", client_columns!(), " FROM clients WHERE client_id = $1");
        self.read(move |tx| Box::pin(async move { first(tx, SQL, values![client_id]).await?.map(client).transpose() }))
            .await
    }

    /// Clients with an id after this one, by id, at most so many.
    pub async fn list_clients(&self, after: String, limit: i64) -> Result<Vec<Client>, StoreError> {
        const SQL: &str =
            concat!("SELECT ", client_columns!(), " FROM clients WHERE client_id > $1 ORDER BY client_id LIMIT $2");
        self.read(move |tx| {
            Box::pin(async move { tx.query(SQL, values![after, limit]).await?.into_iter().map(client).collect() })
        })
        .await
    }

    /// Gives a client another secret in place of the one that it has. `false` when there is no such client, or it has none.
    pub async fn replace_client_secret(
        &self,
        client_id: String,
        hash: TokenHash,
        origin: Origin,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let sql = "UPDATE clients SET secret_hash = $2 WHERE client_id = $1 AND secret_hash IS NOT NULL";
                let replaced = tx.execute(sql, values![&client_id, &hash]).await? == 1;
                if replaced {
                    let event = Event::named("client_secret_replaced").client(&client_id);
                    audit::note(tx, &origin, event).await?;
                }
                Ok(replaced)
            })
        })
        .await
    }

    /// Disables a client, ends its sessions and revokes all its tokens, in one transaction. The number of sessions ended,
    /// or `None` when there is no such client. Disabling again keeps the first time.
    pub async fn disable_client(&self, client_id: String, origin: Origin) -> Result<Option<usize>, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let sql = "UPDATE clients SET disabled_at = coalesce(disabled_at, $2) WHERE client_id = $1";
                if tx.execute(sql, values![&client_id, origin.at]).await? == 0 {
                    return Ok(None);
                }
                audit::note(tx, &origin, Event::named("client_disabled").client(&client_id)).await?;
                let locked = lock_open(tx, Whose::Client(&client_id), origin.at).await?;
                locked.end(tx, EndReason::ClientDisabled.as_str(), &origin).await?;
                let ended = locked.count;
                // Each token of a session names the client, so this is all that a reader needs to know.
                let before = origin.at.saturating_add(REVOKED_AHEAD_SECONDS);
                publish(tx, RevokedKind::Client, &[client_id], before).await?;
                Ok(Some(ended))
            })
        })
        .await
    }
}

async fn insert(tx: &mut Tx<'_>, new: &Client, origin: &Origin) -> Result<(), StoreError> {
    const SQL: &str = concat!(
        "INSERT INTO clients (",
        client_columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (client_id) DO NOTHING"
    );
    let (id, hash, jwks) = (&new.client_id, new.secret_hash.as_ref(), new.jwks.as_ref());
    let (redirects, grants) = (new.redirect_uris.as_slice(), new.grant_types.as_slice());
    let (scopes, audiences) = (new.scopes.as_slice(), new.audiences.as_slice());
    let (first_party, created, disabled) = (new.first_party, new.created_at, new.disabled_at);
    let (name, method) = (&new.name, &new.auth_method);
    let row =
        values![id, name, method, hash, jwks, redirects, grants, scopes, audiences, first_party, created, disabled];
    if tx.execute(SQL, row).await? == 0 {
        return Err(StoreError::NameTaken { name: id.clone() });
    }
    let detail = json!({ "name": new.name, "scopes": new.scopes, "grant_types": new.grant_types });
    audit::note(tx, origin, Event::named("client_added").client(id).detail(detail)).await
}

fn client(mut row: Row) -> Result<Client, StoreError> {
    Ok(Client {
        client_id: row.take(0)?,
        name: row.take(1)?,
        auth_method: row.take(2)?,
        secret_hash: row.take(3)?,
        jwks: row.take(4)?,
        redirect_uris: row.take(5)?,
        grant_types: row.take(6)?,
        scopes: row.take(7)?,
        audiences: row.take(8)?,
        first_party: row.take(9)?,
        created_at: row.take(10)?,
        disabled_at: row.take(11)?,
    })
}
