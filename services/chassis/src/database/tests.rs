//! Tests of the owner thread against a real database file. Never mocks SQLite.

use tempfile::TempDir;
use witgate_keyring::resource_server::Problem;

use super::*;

const SCHEMA: Schema = Schema { holds: "the rows", migrations: &[] };

fn open_in(folder: &TempDir, file: &str) -> Result<(Database, Closed), OpenError> {
    Database::open(&folder.path().join(file), &SCHEMA)
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let (database, _closed) = open_in(&folder, "a.sqlite").unwrap();
    let (open_gate, gate) = std::sync::mpsc::sync_channel::<()>(1);
    let (started, has_started) = oneshot::channel();
    let blocker = database.clone();
    let blocked = tokio::spawn(async move {
        let wait = move |_: &mut Connection| {
            started.send(()).unwrap();
            gate.recv().unwrap();
            Ok(())
        };
        blocker.run(wait).await
    });
    has_started.await.unwrap();
    let waiting: Vec<_> = (0..QUEUE)
        .map(|_| {
            let database = database.clone();
            tokio::spawn(async move { database.run(|_| Ok(())).await })
        })
        .collect();
    while database.jobs.capacity() > 0 {
        tokio::task::yield_now().await;
    }
    let refused = database.run(|_| Ok(())).await.unwrap_err();
    assert!(matches!(refused.cause, NoAnswer::Busy(QUEUE)) && !refused.may_have_happened(), "{refused}");
    open_gate.send(()).unwrap();
    blocked.await.unwrap().unwrap();
    for job in waiting {
        job.await.unwrap().unwrap();
    }
    database.run(|_| Ok(())).await.unwrap();
}

#[tokio::test]
async fn the_thread_ends_with_its_last_handle() {
    let folder = tempfile::tempdir().unwrap();
    let (database, closed) = open_in(&folder, "deep/er/a.sqlite").unwrap();
    drop(database);
    tokio::time::timeout(Duration::from_secs(5), closed.wait()).await.unwrap();
}

#[test]
fn a_file_that_is_no_database_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "this is no database, it is only a text of some length").unwrap();
    let refused = Database::open(&path, &SCHEMA).unwrap_err().to_string();
    assert!(refused.contains("notes.txt"), "{refused}");
}

#[tokio::test]
async fn the_caller_hears_what_is_missing_and_never_why() {
    let folder = tempfile::tempdir().unwrap();
    let (database, _closed) = open_in(&folder, "a.sqlite").unwrap();
    database.ping().await.unwrap();
    let failed = database.run(|connection| connection.execute("DELETE FROM secret_table", ())).await.unwrap_err();
    assert!(failed.to_string().contains("secret_table"), "the operator reads the cause: {failed}");
    let problem = Problem::from(failed);
    assert_eq!((problem.status().as_u16(), problem.code()), (503, "store_unavailable"));
    let shown = format!("{problem:?}");
    assert!(shown.contains("the rows cannot be read") && !shown.contains("secret_table"), "{shown}");
}
