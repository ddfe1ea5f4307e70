//! The audit log: one row for each security event, written in the transaction of the act itself. Append-only, the
//! database sees to that. Never holds a password, a token, or a name that was typed and is not known.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::Store;
use super::error::StoreError;
use super::records::Origin;
use super::statements::Tx;
use super::value::{Row, values};
use crate::clock::UnixSeconds;

/// What happened, and whom it concerns.
#[derive(Debug, Clone, Default)]
pub struct Event {
    /// A stable name, such as `login_succeeded`.
    pub name: &'static str,
    /// The user.
    pub user: Option<String>,
    /// The session.
    pub sid: Option<String>,
    /// The client.
    pub client: Option<String>,
    /// More, as a JSON object. No secrets.
    pub detail: Option<Json>,
}

impl Event {
    /// An event that concerns nobody yet.
    pub fn named(name: &'static str) -> Event {
        Event { name, ..Event::default() }
    }

    /// Says whom it concerns.
    #[must_use]
    pub fn user(mut self, user: &str) -> Event {
        self.user = Some(user.to_owned());
        self
    }

    /// Says which session.
    #[must_use]
    pub fn sid(mut self, sid: &str) -> Event {
        self.sid = Some(sid.to_owned());
        self
    }

    /// Says which client.
    #[must_use]
    pub fn client(mut self, client: &str) -> Event {
        self.client = Some(client.to_owned());
        self
    }

    /// Says more.
    #[must_use]
    pub fn detail(mut self, detail: Json) -> Event {
        self.detail = Some(detail);
        self
    }
}

/// A row of the log, also as it is shown. A member that does not apply is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditRow {
    /// Later rows have greater ids; there may be gaps.
    pub id: i64,
    /// When, in Unix seconds.
    pub at: UnixSeconds,
    /// What, by a stable name.
    pub event: String,
    /// Who did it: the id of a user or a client, `cli` or `service`.
    pub actor: Option<String>,
    /// The user it concerns.
    pub user_id: Option<String>,
    /// The session it concerns.
    pub sid: Option<String>,
    /// The client it concerns.
    pub client_id: Option<String>,
    /// The caller's address.
    pub source: Option<String>,
    /// The request.
    pub request_id: Option<String>,
    /// More, a JSON object.
    #[schema(value_type = Object)]
    pub detail: Json,
}

/// Writes one row.
pub(super) async fn note(tx: &mut Tx<'_>, origin: &Origin, event: Event) -> Result<(), StoreError> {
    let detail = event.detail.unwrap_or_else(|| json!({})).to_string();
    let sql = "INSERT INTO audit (at, event, actor, user_id, sid, client_id, source, request_id, detail)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let (actor, source) = (origin.actor.as_ref(), origin.source.as_ref());
    let (user, sid, client) = (event.user, event.sid, event.client);
    let row = values![origin.at, event.name, actor, user, sid, client, source, origin.request_id.as_ref(), detail];
    tx.execute(sql, row).await?;
    Ok(())
}

impl Store {
    /// Writes one event that belongs to no other write.
    pub async fn audit(&self, origin: Origin, event: Event) -> Result<(), StoreError> {
        self.write(move |tx| Box::pin(async move { note(tx, &origin, event).await })).await
    }

    /// Rows with an id above `after`, oldest first, at most so many.
    pub async fn audit_rows(&self, after: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        let sql = "SELECT id, at, event, actor, user_id, sid, client_id, source, request_id, detail
                   FROM audit WHERE id > $1 ORDER BY id LIMIT $2";
        self.read(move |tx| {
            Box::pin(async move {
                let rows = tx.query(sql, values![after, limit]).await?;
                rows.into_iter().map(row).collect()
            })
        })
        .await
    }
}

fn row(mut row: Row) -> Result<AuditRow, StoreError> {
    let detail: String = row.take(9)?;
    Ok(AuditRow {
        id: row.take(0)?,
        at: row.take(1)?,
        event: row.take(2)?,
        actor: row.take(3)?,
        user_id: row.take(4)?,
        sid: row.take(5)?,
        client_id: row.take(6)?,
        source: row.take(7)?,
        request_id: row.take(8)?,
        detail: serde_json::from_str(&detail).map_err(|cause| StoreError::Failed(cause.to_string()))?,
    })
}
