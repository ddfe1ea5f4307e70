//! The audit log as NDJSON: one JSON object a line, oldest first. Never keeps more than one page in memory.

use bytes::Bytes;
use futures_util::{Stream, stream};
use serde::Serialize;
use serde_json::Value;

use crate::clock::UnixSeconds;
use crate::store::{AuditRow, Store, StoreError};

/// How many rows are read at once.
const PAGE_ROWS: i64 = 500;

/// A row, as it is shown. A member that does not apply is null.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AuditEntry {
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
    /// More.
    #[schema(value_type = Object)]
    pub detail: Value,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> AuditEntry {
        let AuditRow { id, at, event, actor, user_id, sid, client_id, source, request_id, detail } = row;
        AuditEntry { id, at, event, actor, user_id, sid, client_id, source, request_id, detail }
    }
}

/// These rows as lines.
fn lines(rows: &[AuditRow]) -> Bytes {
    let mut text = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut text, &AuditEntry::from(row.clone())).expect("strings and numbers are JSON");
        text.push(b'\n');
    }
    text.into()
}

/// All rows with an id above `after`, page by page; each is read when the one before was taken. A failure ends the stream
/// with an error, so that what came is not taken for all.
pub fn export(store: Store, after: i64) -> impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static {
    stream::try_unfold(Some(after), move |after| {
        let store = store.clone();
        async move {
            let Some(after) = after else { return Ok(None) };
            let rows = store.audit_rows(after, PAGE_ROWS).await?;
            let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
            // A short page is the end of what there is now: what comes meanwhile would never end.
            let next = (rows.len() as i64 == PAGE_ROWS).then_some(last);
            Ok(Some((lines(&rows), next)))
        }
    })
}
