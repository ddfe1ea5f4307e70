//! Bringing a backup back. Never into a database that holds anything, never a part of it, and never with the feed's former
//! epoch: whoever follows the feed must read it anew.

use std::io::BufRead;

use serde_json::json;
use uuid::Uuid;

use super::super::audit::{self, Event};
use super::super::error::StoreError;
use super::super::records::Origin;
use super::super::revocations::{RevokedKind, lock, publish};
use super::super::sessions::EndReason;
use super::super::statements::{Tx, number};
use super::super::value::{Value, values};
use super::reader::Reader;
use super::tables::{FEED, tables};
use super::{BackupFacts, Restoring};

const NEW_FEED: &str = "UPDATE feed SET epoch = $1, seq = $2, pruned_to = $3 WHERE id = 1";

/// Fills the database, and ends the sessions unless they are kept.
pub(super) async fn all(
    tx: &mut Tx<'_>,
    source: Box<dyn BufRead + Send>,
    how: Restoring,
    origin: Origin,
) -> Result<BackupFacts, StoreError> {
    lock(tx).await?;
    require_empty(tx).await?;
    let mut reader = Reader::open(source)?;
    while let Some((table, row)) = reader.next()? {
        if table.name == FEED {
            let (seq, pruned_to) = (row[2].clone(), row[3].clone());
            let epoch = Uuid::new_v4().simple().to_string();
            tx.execute(NEW_FEED, &[epoch.into(), seq, pruned_to]).await?;
        } else {
            tx.execute(&table.insert, &row).await.map_err(|cause| reader.refused(cause))?;
        }
    }
    tx.continue_ids().await?;
    let facts = reader.facts();
    let detail = json!({ "taken_at": facts.taken_at, "keep_sessions": how.keep_sessions });
    audit::note(tx, &origin, Event::named("backup_restored").detail(detail)).await?;
    if !how.keep_sessions {
        end_everything(tx, how.login_client, &origin).await?;
    }
    Ok(facts)
}

async fn require_empty(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    for table in tables().iter().filter(|table| table.name != FEED) {
        let mut first_key: Vec<Value> = table.start.clone();
        first_key.push(1.into());
        if !tx.query(&table.page, &first_key).await?.is_empty() {
            return Err(StoreError::NotEmpty);
        }
    }
    if number(tx, "SELECT seq FROM feed WHERE id = 1", &[]).await? == 0 { Ok(()) } else { Err(StoreError::NotEmpty) }
}

/// What ended after the backup was taken is not known any more. So all sessions end, and all tokens of all clients that
/// were issued until now are revoked, also those of sessions that the backup does not know.
async fn end_everything(tx: &mut Tx<'_>, login_client: String, origin: &Origin) -> Result<(), StoreError> {
    let reason = EndReason::Restored.as_str();
    let detail = json!({ "reason": reason }).to_string();
    let note = "INSERT INTO audit (at, event, actor, user_id, sid, client_id, detail)
                SELECT $1, 'session_ended', $2, user_id, sid, client_id, $3 FROM sessions
                WHERE ended_at IS NULL ORDER BY sid";
    tx.execute(note, values![origin.at, origin.actor.as_ref(), detail]).await?;
    let end = "UPDATE sessions SET ended_at = $1, end_reason = $2 WHERE ended_at IS NULL";
    tx.execute(end, values![origin.at, reason]).await?;
    tx.execute("UPDATE browser_sessions SET ended_at = $1 WHERE ended_at IS NULL", values![origin.at]).await?;
    tx.execute("DELETE FROM authorization_codes WHERE used_at IS NULL", &[]).await?;
    let known = "SELECT client_id FROM clients UNION SELECT client_id FROM sessions ORDER BY client_id";
    let rows = tx.query(known, &[]).await?;
    let mut clients: Vec<String> = rows.into_iter().map(|mut row| row.take(0)).collect::<Result<_, _>>()?;
    if !clients.contains(&login_client) {
        clients.push(login_client);
    }
    publish(tx, RevokedKind::Client, &clients, origin.at).await
}
