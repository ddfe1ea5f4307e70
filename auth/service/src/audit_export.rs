//! The audit log as NDJSON: one JSON object a line, oldest first. Never keeps more than one page in memory.

use bytes::Bytes;
use futures_util::{Stream, stream};

use crate::store::{AuditRow, Store, StoreError};

/// How many rows are read at once.
const PAGE_ROWS: i64 = 500;

/// These rows as lines.
fn lines(rows: &[AuditRow]) -> Bytes {
    let mut text = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut text, row).expect("strings and numbers are JSON");
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
