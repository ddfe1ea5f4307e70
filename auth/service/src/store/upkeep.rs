//! Removes rows that nothing needs any more: sessions that are over, with their refresh tokens, codes, browser sessions,
//! assertions. In bounded batches, so that other writes pass between them. Never removes a spent refresh token while its
//! session could go on: it must be recognised when it comes back.

use serde_json::json;

use super::Store;
use super::audit::{self, Event};
use super::batches::{self, BATCH};
use super::error::StoreError;
use super::records::Origin;
use super::sessions::EndReason;
use super::statements::Tx;
use super::value::{Row, Value, values};
use crate::clock::UnixSeconds;
use crate::config::MAX_ACCESS_TOKEN_SECONDS;

/// How long something is kept after it was over, in seconds: longer than any access token lives, and longer than the
/// clocks of two nodes may differ. For as long the second use of a code is noticed.
pub const KEPT_SECONDS: UnixSeconds = 86_400;

const _: () = assert!(KEPT_SECONDS > MAX_ACCESS_TOKEN_SECONDS as UnixSeconds);

const CODES: &str = "DELETE FROM authorization_codes WHERE hash IN
    (SELECT hash FROM authorization_codes WHERE expires_at < $1 ORDER BY expires_at, hash LIMIT $2)";
const EXPIRED_BROWSERS: &str = "DELETE FROM browser_sessions WHERE hash IN
    (SELECT hash FROM browser_sessions WHERE expires_at < $1 ORDER BY expires_at, hash LIMIT $2)";
const ENDED_BROWSERS: &str = "DELETE FROM browser_sessions WHERE hash IN
    (SELECT hash FROM browser_sessions WHERE ended_at < $1 ORDER BY ended_at, hash LIMIT $2)";
const ASSERTIONS: &str = "DELETE FROM used_assertions WHERE hash IN
    (SELECT hash FROM used_assertions WHERE expires_at < $1 ORDER BY expires_at, hash LIMIT $2)";

/// Sessions that ended long ago. A session's row is locked before its tokens, as everywhere.
const ENDED: &str = "SELECT sid, user_id, client_id, ended_at FROM sessions
    WHERE ended_at < $1 ORDER BY ended_at, sid LIMIT $2 FOR UPDATE";
/// Sessions that nobody ended, that were not used for too long, and that have no refresh token that could be used: a
/// token may live longer than today's configuration says.
const UNUSED: &str = "SELECT sid, user_id, client_id, ended_at FROM sessions s
    WHERE ended_at IS NULL AND last_used_at < $1
        AND NOT EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.sid = s.sid AND r.expires_at >= $3)
    ORDER BY last_used_at, sid LIMIT $2 FOR UPDATE";
const TOKENS: &str = "DELETE FROM refresh_tokens WHERE hash IN
    (SELECT hash FROM refresh_tokens WHERE sid = $1 ORDER BY hash LIMIT $2)";

impl Store {
    /// Removes everything that was over for [`KEPT_SECONDS`]; how many rows.
    pub async fn remove_old(&self, now: UnixSeconds) -> Result<u64, StoreError> {
        let end = now - KEPT_SECONDS;
        let unused = end - self.lives().idle;
        let searches = [
            (ENDED, vec![Value::from(end), Value::from(BATCH)]),
            (UNUSED, vec![Value::from(unused), Value::from(BATCH), Value::from(end)]),
        ];
        let mut removed = 0;
        for (sql, values) in searches {
            let remove = move |values: Vec<Value>| self.write(move |tx| Box::pin(sessions(tx, sql, values, now)));
            removed += batches::all(|| remove(values.clone())).await?;
        }
        for sql in [CODES, EXPIRED_BROWSERS, ENDED_BROWSERS, ASSERTIONS] {
            removed += self.remove_where(sql, end).await?;
        }
        Ok(removed)
    }
}

/// Removes tokens and sessions, so many rows at most. A session with more tokens is done by the batches that follow.
async fn sessions(
    tx: &mut Tx<'_>,
    search: &'static str,
    values: Vec<Value>,
    now: UnixSeconds,
) -> Result<u64, StoreError> {
    let (limit, mut done) = (BATCH.unsigned_abs(), 0);
    for row in tx.query(search, &values).await? {
        let session = Over::read(row)?;
        done += tx.execute(TOKENS, values![&session.sid, BATCH - done as i64]).await?;
        if done >= limit {
            break;
        }
        tx.execute("DELETE FROM sessions WHERE sid = $1", values![&session.sid]).await?;
        session.note(tx, now).await?;
        done += 1;
        if done >= limit {
            break;
        }
    }
    Ok(done)
}

/// A session to remove.
struct Over {
    sid: String,
    user: String,
    client: String,
    ended: bool,
}

impl Over {
    fn read(mut row: Row) -> Result<Over, StoreError> {
        let (sid, user, client, ended) = (row.take(0)?, row.take(1)?, row.take(2)?, row.take::<Option<i64>>(3)?);
        Ok(Over { sid, user, client, ended: ended.is_some() })
    }

    /// The log knows of the end already, unless the session just ran out.
    async fn note(self, tx: &mut Tx<'_>, now: UnixSeconds) -> Result<(), StoreError> {
        if self.ended {
            return Ok(());
        }
        let event = Event::named("session_ended").user(&self.user).sid(&self.sid).client(&self.client);
        let detail = json!({ "reason": EndReason::Expired.as_str() });
        audit::note(tx, &Origin::local("service", now), event.detail(detail)).await
    }
}
