//! The store's verbs for what users allowed a client. Never takes a scope away from what was allowed before: a client may
//! ask for a part of it.

use serde_json::json;

use super::Store;
use super::audit::{self, Event};
use super::error::StoreError;
use super::records::Origin;
use super::statements::{Tx, first};
use super::value::values;

impl Store {
    /// The scopes that this user allowed this client; none when nothing was ever allowed.
    pub async fn consented(&self, user: String, client_id: String) -> Result<Vec<String>, StoreError> {
        self.read(move |tx| Box::pin(async move { consented(tx, &user, &client_id).await })).await
    }

    /// Adds scopes to what this user allows this client.
    pub async fn add_consent(
        &self,
        user: String,
        client_id: String,
        scopes: Vec<String>,
        origin: Origin,
    ) -> Result<(), StoreError> {
        self.write(move |tx| Box::pin(async move { add(tx, &user, &client_id, scopes, &origin).await })).await
    }
}

async fn consented(tx: &mut Tx<'_>, user: &str, client_id: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT scopes FROM consents WHERE user_id = $1 AND client_id = $2";
    first(tx, sql, values![user, client_id]).await?.map_or_else(|| Ok(Vec::new()), |mut row| row.take(0))
}

/// The user's row is locked: of two pages that allow at once, neither is lost.
async fn add(
    tx: &mut Tx<'_>,
    user: &str,
    client_id: &str,
    added: Vec<String>,
    origin: &Origin,
) -> Result<(), StoreError> {
    first(tx, "SELECT id FROM users WHERE id = $1 FOR UPDATE", values![user]).await?;
    let mut scopes = consented(tx, user, client_id).await?;
    let event = Event::named("consent_given").user(user).client(client_id).detail(json!({ "scopes": &added }));
    scopes.extend(added);
    scopes.sort_unstable();
    scopes.dedup();
    let sql = "INSERT INTO consents (user_id, client_id, scopes, granted_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (user_id, client_id) DO UPDATE SET scopes = excluded.scopes, granted_at = excluded.granted_at";
    tx.execute(sql, values![user, client_id, scopes.as_slice(), origin.at]).await?;
    audit::note(tx, origin, event).await
}
