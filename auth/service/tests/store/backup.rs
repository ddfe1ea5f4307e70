//! Backups: of every column, from either database into either, as a whole or not at all. Never through the service: the
//! front door's tests do that.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;
use witgate_auth::store::{BackupFacts, EndReason, Restoring, RevokedKind, Store, StoreError, check_backup};

use super::people::{NOW, alice, at, candidate, new_user, proved, rotate, session};
use super::place::{Place, on_both};

on_both!(
    a_backup_names_every_column,
    what_comes_back_is_what_was_there,
    sessions_end_unless_they_are_kept,
    a_damaged_backup_changes_nothing,
    a_database_that_holds_something_is_refused,
);

/// More rows than are read at once.
const MANY: usize = 1100;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn taken(store: &Store) -> (String, BackupFacts) {
    let sink = Sink::default();
    let facts = store.back_up(Box::new(sink.clone()), at(50)).await.unwrap();
    let bytes = sink.0.lock().unwrap().clone();
    (String::from_utf8(bytes).unwrap(), facts)
}

async fn restored(store: &Store, backup: &str, keep_sessions: bool) -> Result<BackupFacts, StoreError> {
    let how = Restoring { keep_sessions, login_client: "portal".into() };
    store.restore(Box::new(std::io::Cursor::new(backup.to_owned())), how, at(100)).await
}

/// At least one row in every table.
async fn filled(place: &Place) -> Store {
    let store = place.open().await;
    let user = alice(&store).await;
    let (open, token) = session(&store, &user).await;
    rotate(&store, token, candidate(), 1).await;
    let (ended, _) = session(&store, &user).await;
    store.end_session(ended.sid, None, EndReason::Logout, at(1)).await.unwrap();
    let sealed = vec![0, 255, 10];
    store.enrol_second_factor(proved(&open), sealed.clone(), at(1)).await.unwrap();
    let codes = vec![[1; 32], [2; 32]];
    assert_eq!(store.confirm_second_factor(proved(&open), sealed, 7, codes, at(1)).await.unwrap(), Some(true));
    store.add_key(super::keys::key("k1"), vec![], at(1)).await.unwrap();
    let keys = vec![witgate_auth::throttle::ThrottleKey::account(&[1; 32], "alice")];
    store.note_failure(keys, witgate_auth::store::Event::named("login_failed"), at(1)).await.unwrap();
    place.sql(
        "INSERT INTO clients (client_id, name, auth_method, redirect_uris, grant_types, scopes, audiences, first_party, created_at)
         VALUES ('c', 'line\n\"break\" \u{1F511}', 'none', '[\"a\"]', '[]', '[]', '[]', 1, 0)",
    );
    let (hash, many) = match place {
        Place::Sqlite(_) => ("randomblob(32)", "randomblob(30)"),
        Place::Postgres(_) => ("sha256('x')", "sha256(i::text::bytea)"),
    };
    place.sql(&format!(
        "INSERT INTO browser_sessions (hash, user_id, auth_time, amr, expires_at) VALUES ({hash}, '{user}', 0, '[]', {NOW})"
    ));
    place.sql(&format!(
        "INSERT INTO authorization_codes (hash, client_id, user_id, redirect_uri, code_challenge, scope, auth_time, amr, expires_at, sid)
         VALUES ({hash}, 'c', '{user}', 'u', 'x', '', 0, '[]', {NOW}, '{}')",
        open.sid
    ));
    place
        .sql(&format!("INSERT INTO consents (user_id, client_id, scopes, granted_at) VALUES ('{user}', 'c', '[]', 0)"));
    place.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
         INSERT INTO used_assertions (hash, expires_at) SELECT {many}, i FROM n"
    ));
    store
}

/// `table.column` of all that the database has, in order.
fn columns(place: &Place) -> String {
    place.sql(match place {
        Place::Sqlite(_) => {
            "SELECT group_concat(name, ' ') FROM (SELECT m.name || '.' || c.name AS name FROM sqlite_master m
             JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1)"
        }
        Place::Postgres(_) => {
            "SELECT string_agg(name, ' ' ORDER BY name COLLATE \"C\") FROM (SELECT table_name || '.' || column_name AS name
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_version') c"
        }
    })
}

async fn a_backup_names_every_column(place: Place) {
    let (backup, facts) = taken(&filled(&place).await).await;
    let mut named = Vec::new();
    for line in backup.lines().filter(|line| line.contains("\"table\"")) {
        let head: Json = serde_json::from_str(line).unwrap();
        let table = head["table"].as_str().unwrap();
        named.extend(
            head["columns"].as_array().unwrap().iter().map(|name| format!("{table}.{}", name.as_str().unwrap())),
        );
        assert!(facts.rows[table] > 0, "{table}");
    }
    named.sort_unstable();
    assert_eq!(named.join(" "), columns(&place), "a column is missing in src/store/backup/tables.rs");
    assert_eq!(facts.rows["used_assertions"], MANY as u64);
}

/// The rows of all tables but two: the feed begins anew, and the audit log goes on.
fn kept(backup: &str) -> Vec<&str> {
    let lines = backup.lines().skip(1).take_while(|line| !line.contains("\"table\":\"audit\""));
    let mut in_feed = false;
    let mut kept: Vec<&str> = lines
        .filter(|line| {
            if line.starts_with('{') {
                in_feed = line.contains("\"table\":\"feed\"");
            }
            !in_feed
        })
        .collect();
    kept.sort_unstable();
    kept
}

async fn what_comes_back_is_what_was_there(place: Place) {
    let store = filled(&place).await;
    let (backup, facts) = taken(&store).await;
    assert_eq!(check_backup(Box::new(std::io::Cursor::new(backup.clone()))).unwrap(), facts);
    for other in [Some(Place::sqlite()), Place::postgres()].into_iter().flatten() {
        let new = other.open().await;
        let before = new.feed_head().await.unwrap();
        assert_eq!(restored(&new, &backup, true).await.unwrap(), facts);
        let (again, _) = taken(&new).await;
        assert_eq!(kept(&again), kept(&backup));
        let (head, was) = (new.feed_head().await.unwrap(), store.feed_head().await.unwrap());
        assert!(head.seq == was.seq && head.epoch != was.epoch && head.epoch != before.epoch, "{head:?}");
        let (old, log) = (store.audit_rows(0, 100).await.unwrap(), new.audit_rows(0, 100).await.unwrap());
        assert_eq!(log[..old.len()], old[..], "the log with its ids");
        let events: Vec<&str> = log[old.len()..].iter().map(|row| row.event.as_str()).collect();
        assert_eq!(events, ["backup_restored", "backup_taken"]);
        new.add_user(new_user("bob"), at(101)).await.expect("it works on");
    }
}

async fn sessions_end_unless_they_are_kept(place: Place) {
    let store = filled(&place).await;
    let open = store.list_sessions(None, at(1).at).await.unwrap();
    let (backup, _) = taken(&store).await;
    let other = Place::sqlite();
    let new = other.open().await;
    restored(&new, &backup, false).await.unwrap();
    assert!(!open.is_empty() && new.list_sessions(None, at(1).at).await.unwrap().is_empty());
    let ended = "SELECT count(*) FROM audit WHERE event = 'session_ended' AND detail LIKE '%restored%'";
    assert_eq!(other.number(ended), open.len() as i64);
    assert_eq!(other.number("SELECT count(*) FROM browser_sessions WHERE ended_at IS NULL"), 0);
    assert_eq!(other.number("SELECT count(*) FROM authorization_codes"), 0);
    for client in ["c", "witgate-portal", "portal"] {
        assert!(new.is_revoked(RevokedKind::Client, client.into(), at(100).at).await.unwrap(), "{client}");
        assert!(!new.is_revoked(RevokedKind::Client, client.into(), at(101).at).await.unwrap(), "{client}");
    }
}

async fn a_damaged_backup_changes_nothing(place: Place) {
    let (backup, _) = taken(&filled(&Place::sqlite()).await).await;
    let lines: Vec<&str> = backup.lines().collect();
    let without = |index: usize| [&lines[..index], &lines[index + 1..]].concat().join("\n") + "\n";
    let row = lines.iter().position(|line| line.starts_with('[')).unwrap();
    let damaged = [
        String::new(),
        "no backup\n".into(),
        backup[..backup.len() / 2].into(),
        backup[..backup.len() - 1].into(),
        without(lines.len() - 1),
        without(row),
        without(row - 1),
        backup.clone() + &backup,
        backup.replacen("\"acme\"", "\"acmf\"", 1),
        backup.replacen("\"schema\":", "\"schema\":9", 1),
        backup.replacen("\"password_hash\"", "\"password_hush\"", 1),
        backup.replacen("alice@example.com\",", "alice@example.com\",1,", 1),
    ];
    let store = place.open().await;
    let head = store.feed_head().await.unwrap();
    for (n, text) in damaged.iter().enumerate() {
        assert_ne!(*text, backup, "{n}");
        let refused = restored(&store, text, true).await.unwrap_err();
        assert!(matches!(refused, StoreError::Backup { .. }), "{n}: {refused:?}");
        let said = refused.to_string();
        assert!(said.contains("Nothing was changed") && !said.contains("alice"), "{n}: {said}");
    }
    assert!(store.list_users(String::new(), 10).await.unwrap().is_empty());
    assert_eq!((store.feed_head().await.unwrap(), store.audit_rows(0, 10).await.unwrap().len()), (head, 0));
    restored(&store, &backup, true).await.expect("the whole one is still welcome");
}

async fn a_database_that_holds_something_is_refused(place: Place) {
    let (backup, _) = taken(&filled(&Place::sqlite()).await).await;
    let store = place.open().await;
    store.add_key(super::keys::key("k2"), vec![], at(0)).await.unwrap();
    for _ in 0..2 {
        assert!(matches!(restored(&store, &backup, true).await, Err(StoreError::NotEmpty)));
    }
    assert!(store.list_users(String::new(), 10).await.unwrap().is_empty());
}

/// The server ends a statement of a verb after 7 seconds. To end all sessions of a large database takes longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_has_more_time_for_a_statement_than_a_verb() {
    let Some(place) = Place::postgres() else { return };
    let (backup, _) = taken(&filled(&Place::sqlite()).await).await;
    let store = place.open().await;
    place.sql("CREATE TABLE deadlines (seen TEXT)");
    place.sql(
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO deadlines VALUES (current_setting('statement_timeout')); RETURN NEW; END $$",
    );
    place.sql("CREATE TRIGGER tell BEFORE UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION tell()");
    restored(&store, &backup, false).await.unwrap();
    let seen = "SELECT string_agg(DISTINCT seen, ' ') FROM deadlines";
    assert_eq!(place.sql(seen), "1h");
    place.sql("DELETE FROM deadlines");
    let user = store.list_users(String::new(), 1).await.unwrap().remove(0);
    for _ in 0..20 {
        // The connection that restored is among those of the pool.
        let (open, _) = session(&store, &user.id).await;
        store.end_session(open.sid, None, EndReason::Logout, at(101)).await.unwrap();
    }
    assert_eq!(place.sql(seen), "7s", "no other write has it");
}
